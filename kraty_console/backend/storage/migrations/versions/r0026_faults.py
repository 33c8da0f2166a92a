"""Indexes of the attempts and grants that may have a fault."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "r0026_faults"
down_revision = "r0025_corrections"
branch_labels = None
depends_on = None

INDEXES: Final = {
    "ix_attempts_failed": ("roll_status = 'failed'", "roll_at"),
    "ix_attempts_unrolled": ("roll_status = 'none' AND status IN ('completed', 'force_completed')", "completed_at"),
    "ix_attempts_started": ("status = 'in_progress'", "started_at"),
    "ix_attempts_over": ("status = 'in_progress'", "ends_at"),
    "ix_attempts_expired": ("status = 'expired'", "ends_at"),
    "ix_grants_expired": ("status = 'expired'", "expires_at"),
    "ix_grants_overdue": ("status = 'pending'", "expires_at"),
    "ix_grants_waiting": ("status = 'pending'", "created_at"),
}


def upgrade() -> None:
    """Create the indexes, in the order of pages."""
    for name, (condition, at) in INDEXES.items():
        table = name.split("_")[1]
        where = sa.text(condition)
        columns = ["studio_id", "game_id", "environment", at, f"{table.removesuffix('s')}_id"]
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
