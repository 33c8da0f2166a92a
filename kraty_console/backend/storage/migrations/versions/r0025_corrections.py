"""An index of the corrections of an audit row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0025_corrections"
down_revision = "r0024_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    corrections = sa.text("action = 'audit.correct'")
    op.create_index(
        "ix_audit_corrections",
        "audit",
        ["studio_id", "game_id", "target_id", "occurred_at", "audit_id"],
        sqlite_where=corrections,
        postgresql_where=corrections,
    )
