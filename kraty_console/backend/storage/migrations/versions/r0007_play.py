"""What playing over /sdk/v1 needs: entry costs, quotas, schedules, closed windows, sweeps."""

from __future__ import annotations

revision = "r0007_play"
down_revision = "r0006_profiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and indexes."""
