"""Studios, games, members, sessions, keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT, UUID

revision = "r0001_directory"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "members",
        sa.Column("member_id", UUID, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_members")),
    )
    op.create_table(
        "studios",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("studio_id", name=op.f("pk_studios")),
    )
    op.create_table(
        "games",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("inventory_management", TEXT, nullable=False),
        sa.Column("grant_ttl_days", sa.Integer(), nullable=True),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.studio_id"], name=op.f("fk_games_studios")),
        sa.PrimaryKeyConstraint("studio_id", "game_id", name=op.f("pk_games")),
        sa.UniqueConstraint("studio_id", "slug", name=op.f("uq_games_studio_id_slug")),
    )
    op.create_table(
        "sessions",
        sa.Column("member_id", UUID, nullable=False),
        sa.Column("session_id", UUID, nullable=False),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.member_id"], name=op.f("fk_sessions_members")),
        sa.PrimaryKeyConstraint("member_id", "session_id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_token_hash", "sessions", ["token_hash"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("key_id", UUID, nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("secret_hash", TEXT, nullable=False),
        sa.Column("permission_set", TEXT, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_api_keys_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "key_id", name=op.f("pk_api_keys")),
    )
    op.create_index("ix_api_keys_prefix", "api_keys", ["prefix"], unique=False)
    op.create_table(
        "game_roles",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("member_id", UUID, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.member_id"], name=op.f("fk_game_roles_members")),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_game_roles_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "member_id", name=op.f("pk_game_roles")),
    )
    op.create_index("ix_game_roles_member", "game_roles", ["member_id"], unique=False)
