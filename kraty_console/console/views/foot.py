"""The right end of the rule below the rows: where the cursor is, and what is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.domain.completeness import LISTS_OF, pane_unreadable_count, unreadable_count, unreadable_words
from kraty_console.domain.formatting import counted, grouped
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.console.views.rows import TableRows
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.scopes import PaneId


def foot(rows: TableRows, pane: PaneId, snapshot: Snapshot | None, width: int, height: int) -> str:
    """Where the cursor is, and what keeps rows or columns of a pane out of sight in a table of so many cells."""
    parts = [rows.position(height), _cut_short(rows, pane, snapshot)]
    if snapshot is not None and (missing := pane_unreadable_count(pane, snapshot)):
        parts.append(unreadable_words(missing))
    if rows.table_state.filter:
        parts.append(f"only rows with {safe(rows.table_state.filter, limit=30)}")
    if hidden := rows.hidden_columns(width):
        parts.append(f"{counted(hidden, 'column')} more with enter")
    return " · ".join(part for part in parts if part)


def _cut_short(rows: TableRows, pane: PaneId, snapshot: Snapshot | None) -> str:
    """How many rows there are beyond those that were requested."""
    if snapshot is None or not rows.sections:
        return ""
    from kraty_console.present.rows import pane_count  # 5 ms, as in `player.sections`

    shown, total = len(rows.sections[0].rows), pane_count(pane, snapshot)
    received = shown + unreadable_count(getattr(snapshot, LISTS_OF[pane][0]))
    return f"newest {grouped(shown)} of {grouped(total)}" if total is not None and total > received > 0 else ""
