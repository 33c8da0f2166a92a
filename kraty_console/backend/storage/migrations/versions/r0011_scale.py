"""Indexes for many rows of the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0011_scale"
down_revision = "r0010_friends"
branch_labels = None
depends_on = None

IS_BAN = sa.text("action IN ('player.ban', 'player.unban')")
IS_DENIED = sa.text("outcome = 'denied'")


def upgrade() -> None:
    """Create the indexes."""
    op.create_index(
        "ix_audit_bans",
        "audit",
        ["studio_id", "game_id", "player_id", "occurred_at", "audit_id"],
        postgresql_where=IS_BAN,
        sqlite_where=IS_BAN,
    )
    op.create_index("ix_audit_label", "audit", ["studio_id", "actor_label", "occurred_at", "audit_id"])
    op.create_index(
        "ix_audit_denied",
        "audit",
        ["studio_id", "occurred_at", "audit_id"],
        postgresql_where=IS_DENIED,
        sqlite_where=IS_DENIED,
    )
