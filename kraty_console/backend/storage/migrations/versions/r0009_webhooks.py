"""Webhook endpoints and their deliveries."""

from __future__ import annotations

revision = "r0009_webhooks"
down_revision = "r0008_boards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
