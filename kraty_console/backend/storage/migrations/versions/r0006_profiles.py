"""A player's secret, metadata, country, friend code and presence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT

revision = "r0006_profiles"
down_revision = "r0005_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; every one may be empty, so that code from before goes on working."""
    op.add_column("players", sa.Column("secret_hash", TEXT, nullable=True))
    op.add_column("players", sa.Column("secret_prefix", TEXT, nullable=True))
    op.add_column("players", sa.Column("secret_rotated_at", sa.BigInteger(), nullable=True))
    op.add_column("players", sa.Column("metadata", JSON, nullable=True))
    op.add_column("players", sa.Column("country", TEXT, nullable=True))
    op.add_column("players", sa.Column("friend_code", TEXT, nullable=True))
    op.add_column("players", sa.Column("last_active_at", sa.BigInteger(), nullable=True))
    op.add_column("players", sa.Column("presence_status", TEXT, nullable=True))
    op.create_index(
        "uq_players_friend_code", "players", ["studio_id", "game_id", "environment", "friend_code"], unique=True
    )
