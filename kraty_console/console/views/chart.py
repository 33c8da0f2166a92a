"""A balance over time as bars: one for each change that is loaded, the one under the cursor marked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.console.views.text import Line, wrap
from kraty_console.domain.formatting import counted, grouped
from kraty_console.present.numbers import number
from kraty_console.present.times import ago

if TYPE_CHECKING:
    from kraty_console.domain.balance_history import BalancePoint

BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_EIGHTHS: Final = 8

_WIDEST: Final = 4
"""Cells of a bar at most."""

_HIGHEST: Final = 8
"""Lines of bars at most."""

MARK: Final = "▲"
"""Below the bar of the change under the cursor."""


def chart_lines(
    points: Sequence[BalancePoint], marked: str | None, now: datetime, width: int, height: int
) -> list[Line]:
    """The range in words, the bars, and the mark below them; nothing where there is no course or no room.

    Args:
        points: What there was after each change, oldest first.
        marked: The id of the ledger row under the cursor, if it is on one.
        now: Ages are counted to it.
        width: Cells there are.
        height: Lines there are.
    """
    place = next((n for n, point in enumerate(points) if point.row_id == marked), None)
    if len(points) < 2 or width < 1:
        return []
    # The mark alone tells the cursor's bar: bars that change their tone cost five times the bytes of a move.
    # Pages are counted from the newest change, so that bars stay where they are while the cursor moves.
    last = len(points) - (len(points) - 1 - (place if place is not None else len(points) - 1)) // width * width
    first = max(0, last - width)
    shown = points[first:last]
    cells = min(_WIDEST, width // len(shown))
    low, high = min(each.amount for each in shown), max(each.amount for each in shown)
    caption = wrap(_caption(points, first, last, low, high, now), width)
    rows = min(height - len(caption) - (place is not None), _HIGHEST)
    if rows < 1:
        return []
    levels = [_level(each.amount, low, high, rows * _EIGHTHS) for each in shown]
    lines: list[Line] = [[(line, "dim")] for line in caption]
    for row in range(rows - 1, -1, -1):
        bars = (BLOCKS[max(0, min(_EIGHTHS, level - row * _EIGHTHS))] * cells for level in levels)
        lines.append([("".join(bars), "accent")])
    if place is not None:
        lines.append([(" " * ((place - first) * cells) + MARK, "title")])
    return lines


def _level(amount: float, low: float, high: float, most: int) -> int:
    """Eighths of a bar, from 1 to `most`."""
    return 1 + int((amount - low) / (high - low) * (most - 1)) if high > low else max(1, most // 2)


def _caption(points: Sequence[BalancePoint], first: int, last: int, low: float, high: float, now: datetime) -> str:
    """`200 to 940, 26d ago to 1d ago, 5 changes loaded`; where only some are shown, which ones."""
    of = f"change {grouped(first + 1)} to {grouped(last)} of " if last - first < len(points) else ""
    amounts = f"{number(low)} to {number(high)}" if high > low else f"always {number(low)}"
    times = f"{ago(points[first].at, now)} to {ago(points[last - 1].at, now)}"
    return f"{amounts}, {times}, {of}{counted(len(points), 'change')} loaded"
