"""What merging and erasing look up: the row an old id named, a participant's boards, ids that were erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import TEXT, UUID

revision = "r0012_merging"
down_revision = "r0011_scale"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which may be empty, and the indexes."""
    op.add_column("player_aliases", sa.Column("source_id", UUID, nullable=True))
    op.create_index("ix_player_aliases_player", "player_aliases", ["studio_id", "game_id", "player_id"])
    op.add_column("players", sa.Column("erased_hash", TEXT, nullable=True))
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_players_merged",
        "players",
        ["studio_id", "game_id", "merged_into"],
        sqlite_where=merged,
        postgresql_where=merged,
    )
    op.create_index("ix_players_erased", "players", ["studio_id", "game_id", "erased_hash"])
    op.create_index(
        "ix_leaderboard_entries_participant", "leaderboard_entries", ["studio_id", "game_id", "participant_id"]
    )
