"""Rows of a sweep that failed, so that the others go on without them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import MOMENT, TEXT, UUID

revision = "r0013_settling"
down_revision = "r0012_merging"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "sweep_failures",
        sa.Column("studio_id", UUID, primary_key=True),
        sa.Column("game_id", UUID, primary_key=True),
        sa.Column("job", TEXT, primary_key=True),
        sa.Column("row_id", UUID, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", TEXT, nullable=False),
        sa.Column("failed_at", MOMENT, nullable=False),
        sa.Column("retry_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["studio_id", "game_id"], ["games.studio_id", "games.game_id"]),
    )
    op.create_index("ix_sweep_failures_retry", "sweep_failures", ["studio_id", "game_id", "job", "retry_at"])
