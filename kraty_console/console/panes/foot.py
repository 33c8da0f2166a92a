"""What stands at the right of the rule below the rows: where the cursor is, and what is out of sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kraty_console.console.widgets.table import Place, RowTable, Section
from kraty_console.present.safe import safe
from kraty_console.support.measure import counted, grouped
from kraty_console.support.scopes import PaneId

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


def foot(table: RowTable, place: Place, sections: Sequence[Section], pane: PaneId, snapshot: Snapshot | None) -> str:
    """Where the cursor is, and what keeps rows or columns out of sight."""
    parts = [table.position, _cut_short(sections, pane, snapshot)]
    if place.filter:
        parts.append(f"only rows with {safe(place.filter, limit=30)}")
    if hidden := table.hidden_columns:
        parts.append(f"{counted(hidden, 'column')} more with enter")
    return " · ".join(part for part in parts if part)


def _cut_short(sections: Sequence[Section], pane: PaneId, snapshot: Snapshot | None) -> str:
    """How many rows there are beyond those that were asked for."""
    if snapshot is None or not sections:
        return ""
    from kraty_console.present.rows import pane_count

    shown, total = len(sections[0].rows), pane_count(pane, snapshot)
    return f"newest {grouped(shown)} of {grouped(total)}" if total > shown else ""
