"""How often an attempt was refused, beside its audit row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import MOMENT, TEXT, UUID

revision = "r0020_denials"
down_revision = "r0013_settling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "denials",
        sa.Column("studio_id", UUID, primary_key=True),
        sa.Column("game_id", TEXT, primary_key=True),
        sa.Column("hour", sa.BigInteger, primary_key=True),
        sa.Column("actor_id", TEXT, primary_key=True),
        sa.Column("route", TEXT, primary_key=True),
        sa.Column("audit_id", UUID, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_denials_audit", "denials", ["studio_id", "audit_id"])
