"""Studios, games, members and their roles, sessions and keys."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import INTEGER, JSON, MOMENT, TEXT, UUID, of_game
from kraty_console.backend.storage.tables.record import OwnedByGame, Record, column, key, optional, table


class StudioRecord(Record):
    """A studio."""

    studio_id = key(UUID)
    name = column(TEXT)
    created_at = column(MOMENT)


studios: Final = table("studios", StudioRecord)


class GameRecord(OwnedByGame):
    """A game of a studio, with its settings."""

    slug = column(TEXT)
    name = column(TEXT)
    inventory_management = column(TEXT, default="platform")
    # `platform`: grants deposit when claimed; `studio`: marks only; `permissive`: as platform
    # (contract/GAME.md#game-settings).
    grant_ttl_days = optional(INTEGER)
    settings = column(JSON, default={})
    roll_secret = optional(TEXT)  # what rolls are keyed by; in no answer and no log
    created_at = column(MOMENT)


games: Final = table(
    "games",
    GameRecord,
    sa.ForeignKeyConstraint(["studio_id"], ["studios.studio_id"]),
    sa.UniqueConstraint("studio_id", "slug"),
)


class MemberRecord(Record):
    """A person who may sign in."""

    member_id = key(UUID)
    email = column(TEXT)
    name = column(TEXT)
    created_at = column(MOMENT)


members: Final = table("members", MemberRecord)


class GameRoleRecord(OwnedByGame):
    """A member's role in a game."""

    member_id = key(UUID)
    role = column(TEXT)
    created_at = column(MOMENT)


game_roles: Final = table(
    "game_roles",
    GameRoleRecord,
    of_game(),
    sa.ForeignKeyConstraint(["member_id"], ["members.member_id"]),
    sa.Index("ix_game_roles_member", "member_id"),
)


class SessionRecord(Record):
    """A session of a member."""

    member_id = key(UUID)
    session_id = key(UUID)
    token_hash = column(TEXT)  # SHA-256 of the token, hex
    created_at = column(MOMENT)
    expires_at = column(MOMENT)
    revoked_at = optional(MOMENT)


sessions: Final = table(
    "sessions",
    SessionRecord,
    sa.ForeignKeyConstraint(["member_id"], ["members.member_id"]),
    sa.Index("ix_sessions_token_hash", "token_hash"),
)


class ApiKeyRecord(OwnedByGame):
    """An API key of a game."""

    key_id = key(UUID)
    prefix = column(TEXT)
    secret_hash = column(TEXT)  # SHA-256 of the whole key, hex
    permission_set = column(TEXT)
    environment = column(TEXT)
    created_at = column(MOMENT)
    revoked_at = optional(MOMENT)


api_keys: Final = table(
    "api_keys",
    ApiKeyRecord,
    of_game(),
    sa.Index("ix_api_keys_prefix", "prefix"),
)
