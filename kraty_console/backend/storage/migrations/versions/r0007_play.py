"""What playing over /sdk/v1 needs: entry costs, quotas, schedules, closed windows, sweeps."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT

revision = "r0007_play"
down_revision = "r0006_profiles"
branch_labels = None
depends_on = None

COLUMNS: dict[str, dict[str, Any]] = {
    "events": {
        "entry_cost": JSON,
        "attempt_quota": JSON,
        "entry_requirement": JSON,
        "unlock_condition": JSON,
        "schedule": JSON,
        "metadata": JSON,
        "fill_timeout_seconds": sa.Integer(),
        "fill_bots": sa.Boolean(),
        "fill_strategy": TEXT,
    },
    "event_windows": {"metadata": JSON, "opened_at": MOMENT, "closed_at": MOMENT},
    "leaderboards": {"finalized_at": MOMENT, "finalized_reason": TEXT},
    "lobbies": {"fill_strategy": TEXT, "metadata": JSON},
}

# Of each index: its table, what it is kept to, and what follows studio and game.
INDEXES: dict[str, tuple[str, str | None, list[str]]] = {
    "ix_event_windows_opening": ("event_windows", "opened_at IS NULL", ["starts_at", "window_id"]),
    "ix_event_windows_closing": ("event_windows", "closed_at IS NULL", ["ends_at", "window_id"]),
    "ix_attempts_event": ("attempts", None, ["player_id", "event_id", "started_at"]),
    "ix_attempts_playing": ("attempts", "status = 'in_progress'", ["player_id", "window_id", "started_at"]),
    "ix_attempts_due": ("attempts", "status = 'in_progress'", ["ends_at", "player_id", "attempt_id"]),
    "ix_lobbies_filling": ("lobbies", "status = 'forming'", ["fill_by", "lobby_id"]),
    "ix_lobbies_open": ("lobbies", "status <> 'closed'", ["window_id", "environment", "created_at"]),
}


def upgrade() -> None:
    """Add the columns and indexes; every column may be empty, so that code from before goes on working."""
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    for name, (table, condition, columns_) in INDEXES.items():
        kept_to = None if condition is None else sa.text(condition)
        op.create_index(
            name, table, ["studio_id", "game_id", *columns_], sqlite_where=kept_to, postgresql_where=kept_to
        )
