"""Notes of the support staff on players."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import MOMENT, TEXT, UUID

revision = "r0023_notes"
down_revision = "r0022_seats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "player_notes",
        sa.Column("studio_id", UUID, primary_key=True),
        sa.Column("game_id", UUID, primary_key=True),
        sa.Column("player_id", UUID, primary_key=True),
        sa.Column("note_id", UUID, primary_key=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("author_kind", TEXT, nullable=False),
        sa.Column("author_id", TEXT),
        sa.Column("author_label", TEXT),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("ticket", TEXT),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name="fk_player_notes_players",
        ),
    )
    op.create_index(
        "ix_player_notes_recent", "player_notes", ["studio_id", "game_id", "player_id", "created_at", "note_id"]
    )
