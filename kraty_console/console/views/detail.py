"""The row under the cursor in a few sentences; a balance also as a chart of its course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.console.views.chart import chart_lines
from kraty_console.console.views.text import Line, Span, cut, width_of, wrap

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.balance_history import BalancePoint
    from kraty_console.present.row_summary import RowSummary
    from kraty_console.present.table import TableRow

_CHART: Final = 6
"""Lines that a chart asks for; it takes more where they are free."""

_MORE: Final = " … enter opens the whole row"

_LISTED: Final = 3
"""Changes of a balance that are listed below its chart at least, where the room is short."""


def detail_lines(
    snapshot: Snapshot | None,
    row: TableRow | None,
    now: datetime,
    foot: str,
    width: int,
    height: int,
    *,
    beside: bool = False,
) -> list[Line]:
    """A rule with a title, then as many lines as there is room for; `enter` opens the rest.

    Args:
        snapshot: The player.
        row: Under the cursor.
        now: Ages are counted to it.
        foot: Position of the cursor, filter: at the right of the rule, or below the lines beside the list.
        width: Cells there are.
        height: Lines there are.
        beside: A line separates it from the list at its left.
    """
    return _placed(partial(_lines, snapshot, row, now), foot, width, height, beside=beside)


def summary_lines(summary: RowSummary, foot: str, width: int, height: int, *, beside: bool = False) -> list[Line]:
    """The same for a row that is not one of the look-up."""

    def lines(foot: str, width: int, height: int) -> list[Line]:
        whole = [_rule(summary.title, foot, width), *_texts(summary, width)]
        return whole if len(whole) <= height else [*whole[: height - 1], [(_MORE, "dim")]]

    return _placed(lines, foot, width, height, beside=beside)


def _placed(
    draw: Callable[[str, int, int], list[Line]], foot: str, width: int, height: int, *, beside: bool
) -> list[Line]:
    if not beside:
        return draw(foot, width, height)
    lines = draw("", width - 1, height - bool(foot))
    if foot:
        lines += [[]] * (height - 1 - len(lines)) + [_rule("", foot, width - 1)]
    return [[("│", "border"), *line] for line in (*lines, *[[]] * (height - len(lines)))]


def _texts(summary: RowSummary, width: int) -> list[Line]:
    return [[(f" {part}", cell.tone)] for cell in summary.lines for part in wrap(cell.text, max(1, width - 2))]


def detail_needed(snapshot: Snapshot, row: TableRow, now: datetime, width: int) -> int:
    """Lines that the detail of a row takes to be whole, the rule among them."""
    _, texts, points, marked = _content(snapshot, row, now, width)
    if len(points) < 2:
        return 1 + len(texts)
    return 1 + _CHART + (len(texts) if marked is not None else min(len(texts), _LISTED))


def _lines(
    snapshot: Snapshot | None, row: TableRow | None, now: datetime, foot: str, width: int, height: int
) -> list[Line]:
    if snapshot is None or row is None:
        return [_rule("", foot, width)] if snapshot is not None or foot else []
    title, texts, points, marked = _content(snapshot, row, now, width)
    lines: list[Line] = [_rule(title, foot, width)]
    if len(points) > 1 and marked is None:
        room = height - 1 - min(len(texts), _LISTED)
        lines += _indented(chart_lines(points, None, now, width - 2, max(room, min(2, height - 2))))
    lines += texts
    if len(lines) > height:
        more = _MORE if marked is not None or not points else " … the ledger has the others"
        lines = [*lines[: height - 1], [(more, "dim")]]
    elif marked is not None:
        lines += _indented(chart_lines(points, marked, now, width - 2, height - len(lines)))
    return lines


def _indented(lines: Sequence[Line]) -> list[Line]:
    return [[(" ", "plain"), *line] for line in lines]


class _Content(NamedTuple):
    """What there is to say of a row."""

    title: str
    texts: list[Line]
    points: Sequence[BalancePoint]
    """The course of what the row holds or changed."""
    marked: str | None
    """The row's id if it is one of the changes."""


def _content(snapshot: Snapshot, row: TableRow, now: datetime, width: int) -> _Content:
    from kraty_console.present.row_summary import (  # 6 ms that the first frame without a player saves
        balance_points,
        row_summary,
    )

    summary = row_summary(row, snapshot, now)
    if summary is None:
        return _Content("", [], (), None)
    return _Content(
        summary.title, _texts(summary, width), balance_points(row, snapshot), row.id if row.scope == "ledger" else None
    )


def _rule(title: str, foot: str, width: int) -> list[Span]:
    right: list[Span] = [(f" {foot} ", "dim"), ("─", "rule")] if foot else []
    left: list[Span] = [("─ ", "rule"), (title, "title"), (" ", "plain")] if title else [("─", "rule")]
    left = cut(left, max(1, width - width_of(right)))
    return [*left, ("─" * max(0, width - width_of(left) - width_of(right)), "rule"), *right]
