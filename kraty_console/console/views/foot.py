"""What stands at the right of the rule below the rows: where the cursor is, and what is out of sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kraty_console.present.safe import safe
from kraty_console.support.measure import counted, grouped

if TYPE_CHECKING:
    from kraty_console.console.views.rows import Section
    from kraty_console.contract.players import Snapshot
    from kraty_console.support.scopes import PaneId


def foot(
    position: str,
    hidden_columns: int,
    filtered: str,
    sections: Sequence[Section],
    pane: PaneId,
    snapshot: Snapshot | None,
) -> str:
    """Where the cursor is, and what keeps rows or columns out of sight.

    Args:
        position: Of the cursor among the rows, as `Rows.position` tells it.
        hidden_columns: How many columns found no room.
        filtered: What every row shown holds; raw text.
        sections: What is shown.
        pane: Where.
        snapshot: Tells how many rows there are beyond those that were asked for.
    """
    parts = [position, _cut_short(sections, pane, snapshot)]
    if filtered:
        parts.append(f"only rows with {safe(filtered, limit=30)}")
    if hidden_columns:
        parts.append(f"{counted(hidden_columns, 'column')} more with enter")
    return " · ".join(part for part in parts if part)


def _cut_short(sections: Sequence[Section], pane: PaneId, snapshot: Snapshot | None) -> str:
    """How many rows there are beyond those that were asked for."""
    if snapshot is None or not sections:
        return ""
    from kraty_console.present.rows import pane_count

    shown, total = len(sections[0].rows), pane_count(pane, snapshot)
    return f"newest {grouped(shown)} of {grouped(total)}" if total > shown else ""
