"""Leaderboards of the game, by period and segment."""

from __future__ import annotations

revision = "r0008_boards"
down_revision = "r0007_play"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
