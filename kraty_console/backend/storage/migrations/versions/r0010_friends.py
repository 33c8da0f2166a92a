"""Friends, requests and blocks."""

from __future__ import annotations

revision = "r0010_friends"
down_revision = "r0009_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
