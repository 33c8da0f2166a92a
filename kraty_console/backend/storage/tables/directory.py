"""Studios, games, members and their roles, sessions and keys."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT, UUID, metadata, of_game, tenant

studios: Final = sa.Table(
    "studios",
    metadata,
    sa.Column("studio_id", UUID, primary_key=True),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

games: Final = sa.Table(
    "games",
    metadata,
    *tenant(),
    sa.Column("slug", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("inventory_management", TEXT, nullable=False, default="platform"),
    # `platform`: grants deposit when claimed; `studio`: marks only; `permissive`: as platform
    # (contract/GAME.md#game-settings).
    sa.Column("grant_ttl_days", sa.Integer, nullable=True),
    sa.Column("settings", JSON, nullable=False, default={}),
    sa.Column("roll_secret", TEXT, nullable=True),  # what rolls are keyed by; in no answer and no log
    sa.Column("created_at", MOMENT, nullable=False),
    sa.ForeignKeyConstraint(["studio_id"], ["studios.studio_id"]),
    sa.UniqueConstraint("studio_id", "slug"),
)

members: Final = sa.Table(
    "members",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("email", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

game_roles: Final = sa.Table(
    "game_roles",
    metadata,
    *tenant(),
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("role", TEXT, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    of_game(),
    sa.ForeignKeyConstraint(["member_id"], ["members.member_id"]),
    sa.Index("ix_game_roles_member", "member_id"),
)

sessions: Final = sa.Table(
    "sessions",
    metadata,
    sa.Column("member_id", UUID, primary_key=True),
    sa.Column("session_id", UUID, primary_key=True),
    sa.Column("token_hash", TEXT, nullable=False),  # SHA-256 of the token, hex
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("expires_at", MOMENT, nullable=False),
    sa.Column("revoked_at", MOMENT, nullable=True),
    sa.ForeignKeyConstraint(["member_id"], ["members.member_id"]),
    sa.Index("ix_sessions_token_hash", "token_hash"),
)

api_keys: Final = sa.Table(
    "api_keys",
    metadata,
    *tenant(),
    sa.Column("key_id", UUID, primary_key=True),
    sa.Column("prefix", TEXT, nullable=False),
    sa.Column("secret_hash", TEXT, nullable=False),  # SHA-256 of the whole key, hex
    sa.Column("permission_set", TEXT, nullable=False),
    sa.Column("environment", TEXT, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("revoked_at", MOMENT, nullable=True),
    of_game(),
    sa.Index("ix_api_keys_prefix", "prefix"),
)
