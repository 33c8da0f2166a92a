"""The players of a lobby, read from the index alone; SQLite then no longer walks the seats of the whole game."""

from __future__ import annotations

from alembic import op

revision = "r0022_seats"
down_revision = "r0021_filters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index again with one column more."""
    op.drop_index("ix_lobby_members_lobby", "lobby_members")
    op.create_index("ix_lobby_members_lobby", "lobby_members", ["studio_id", "game_id", "lobby_id", "player_id"])
