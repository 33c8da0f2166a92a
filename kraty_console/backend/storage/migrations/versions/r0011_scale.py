"""Indexes for many players."""

from __future__ import annotations

revision = "r0011_scale"
down_revision = "r0010_friends"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
