"""The row under the cursor in a few sentences; a balance also as a small plot of its course."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.console.views.text import Line, Span, cut, width_of, wrap
from kraty_console.present.numbers import number
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.present.table import TableRow

BARS: Final = "▁▂▃▄▅▆▇█"


def detail_lines(
    snapshot: Snapshot | None, row: TableRow | None, now: datetime, foot: str, width: int, height: int
) -> list[Line]:
    """A rule with a title, then as many lines as there is room for; `enter` opens the rest.

    `foot` is the text at the right of the rule (position of the cursor, filter).
    """
    if snapshot is None or row is None:
        return [_rule("", foot, width)] if snapshot is not None or foot else []
    from kraty_console.present.row_summary import row_summary  # 6 ms that the first frame without a player saves

    summary = row_summary(row, snapshot, now)
    if summary is None:
        return [_rule("", foot, width)]
    lines: list[Line] = [_rule(summary.title, foot, width)]
    if row.scope == "wallet" and (plot := balance_plot(snapshot, row.id, width - 2)):
        lines.append([(" ", "plain"), *plot])
    for cell in summary.lines:
        lines += [[(f" {part}", cell.tone)] for part in wrap(cell.text, width - 2)]
    if len(lines) > height:
        more = "the ledger has the others" if row.scope == "wallet" else "enter opens the whole row"
        lines = [*lines[: height - 1], [(f" … {more}", "dim")]]
    return lines


def _rule(title: str, foot: str, width: int) -> list[Span]:
    right: list[Span] = [(f" {foot} ", "dim"), ("─", "rule")] if foot else []
    left: list[Span] = [("─ ", "rule"), (title, "title"), (" ", "plain")] if title else [("─", "rule")]
    left = cut(left, max(1, width - width_of(right)))
    return [*left, ("─" * max(0, width - width_of(left) - width_of(right)), "rule"), *right]


def balance_plot(snapshot: Snapshot, economy_key: str, width: int) -> list[Span]:
    """The balance after each of the last changes, oldest first, as bars of eight heights between its least and most."""
    points = [
        row.balance
        for row in reversed(snapshot.wallet_ledger)
        if row.economy_key == economy_key and row.balance is not None
    ]
    if len(points) < 2:
        return []
    low, high = min(points), max(points)
    ends = f"{number(low)} to {number(high)}  "
    room = max(1, min(width - len(ends), 60))
    shown = points[-room:]
    return [(safe(ends), "dim"), (bars(shown, low, high), "accent")]


def bars(points: Sequence[float], low: float, high: float) -> str:
    """One bar for each point."""
    span = high - low
    return "".join(BARS[int((point - low) / span * (len(BARS) - 1))] if span else BARS[0] for point in points)
