"""Indexes for many rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0011_scale"
down_revision = "r0010_friends"
branch_labels = None
depends_on = None

_BANS = sa.text("action IN ('player.ban', 'player.unban')")


def upgrade() -> None:
    """Create the indexes."""
    op.create_index(
        "ix_audit_bans",
        "audit",
        ["studio_id", "game_id", "player_id", "occurred_at", "audit_id"],
        unique=False,
        postgresql_where=_BANS,
        sqlite_where=_BANS,
    )
