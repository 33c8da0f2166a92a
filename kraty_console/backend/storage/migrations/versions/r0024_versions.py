"""Versions of the rows that the support staff changes; none is 1, as in rows that older releases write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0024_versions"
down_revision = "r0023_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    for table in ("players", "attempts", "grants", "wallets"):
        op.add_column(table, sa.Column("version", sa.BigInteger))
