"""What the parts of the player screen ask for: lines and cells in which nothing is shortened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.console.views.detail import detail_needed
from kraty_console.console.views.layout import BESIDE, SIDE, Needs, is_folded, is_too_small
from kraty_console.console.views.next_step import lines_needed
from kraty_console.console.views.profile import profile_needed
from kraty_console.console.views.text import width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kraty_console.console.player_state import PlayerState
    from kraty_console.console.views.rows import TableRows
    from kraty_console.domain.next_step import NextStep
    from kraty_console.present.table import TableRow

_STEPS: Final = 50
"""Rows of a list whose next steps are looked at."""

_DETAILS: Final = 12
"""Rows of a list whose details are looked at: a long one below them is cut off."""


def needs_of(
    state: PlayerState,
    now: datetime,
    rows: TableRows,
    size: tuple[int, int],
    step_of: Callable[[TableRow | None], tuple[NextStep | None, str]],
) -> Needs | None:
    """The same for every row of the list: nothing moves while the cursor does. None while there is no player, or
    where nothing fits.

    Args:
        state: The player.
        now: Ages are counted to it.
        rows: The list with its cursor.
        size: Columns and rows of the terminal.
        step_of: The next step for a row, and why this person cannot do it.
    """
    snapshot = state.snapshot
    if snapshot is None or is_too_small(*size):
        return None
    columns, lines = size
    folded = is_folded(columns, lines)
    side = columns if folded else SIDE - 1
    profile, identity = profile_needed(snapshot, now, side, state.newest_note)
    step, known = 0, set[tuple[str, int, str]]()
    for row in _first(rows, _STEPS):
        found, off = step_of(row)
        if found is not None and (key := (found.text, width_of([(found.name, "")]), off)) not in known:
            known.add(key)
            step = max(step, lines_needed(found, off, side))
    detail = 0
    if columns < BESIDE:
        width = columns if folded else columns - SIDE
        detail = max((detail_needed(snapshot, row, now, width) for row in _first(rows, _DETAILS) if row), default=0)
    return Needs(
        profile=profile,
        identity=identity,
        step=step,
        listed=rows.height,
        list_width=rows.natural_width,
        detail=detail,
    )


def _first(rows: TableRows, count: int) -> Iterator[TableRow | None]:
    """The first rows of every list, and the one under the cursor."""
    for section in rows.sections:
        yield from section.rows[:count]
    yield rows.current
