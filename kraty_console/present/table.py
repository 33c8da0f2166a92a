"""Tables as data: columns, rows and cells, independent of how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from kraty_console.domain.scopes import Scope
from kraty_console.domain.text_matching import comparable, needle
from kraty_console.domain.timestamps import as_utc
from kraty_console.present.safe import MISSING, SafeText, safe
from kraty_console.present.width import cells as cell_width

Tone = Literal["plain", "dim", "accent", "good", "warn", "bad"]
"""The meaning of a text; the renderer chooses the colour."""

SortValue = str | float | datetime | None
"""The value a row is sorted by in one column; None when missing."""

SortKey = tuple[int, float, str]
"""A key comparable across value types; missing values sort last."""


class Column(NamedTuple):
    """One column: its minimum width in cells, and its priority when space is short."""

    key: str
    title: str
    min_width: int
    priority: int = 5
    """The column with the highest number is shortened first, and dropped first."""
    right: bool = False
    """Right-aligned, for numbers."""
    middle: bool = False
    """Text that is too long is shortened in the middle, not at the end."""


class Cell(NamedTuple):
    """One cell of a row."""

    text: SafeText
    tone: Tone = "plain"


class TableRow(NamedTuple):
    """One row: its id for actions, its cells in column order, and its sort values."""

    id: str
    """Unsanitized; used by actions, never shown."""
    scope: Scope
    cells: tuple[Cell, ...]
    sort: tuple[SortValue, ...]
    """One value per cell."""
    copies: str
    """Unsanitized: the text that is copied for this row."""
    copies_what: str
    """What `copies` is: `attempt id`, `economy key`."""

    def matches(self, typed: str) -> bool:
        """Whether a cell contains the text, ignoring case and digit grouping."""
        wanted = needle(typed)
        return any(wanted in comparable(cell.text) for cell in self.cells)


class Fitted(NamedTuple):
    """A column that fits, with its width."""

    place: int
    """Index into all columns and into a row's cells."""
    column: Column
    width: int
    before: int = 0
    """Blank cells between it and the column before it."""


def cell(text: str | None, tone: Tone = "plain", *, limit: int = 200) -> Cell:
    """A cell of sanitized text; a dim `—` for None."""
    return Cell(MISSING, "dim") if text is None else Cell(safe(text, limit=limit), tone)


def sort_key(value: SortValue) -> SortKey:
    """The sort key of a value; missing ones come last."""
    if value is None:
        return (1, 0.0, "")
    if isinstance(value, datetime):
        return (0, as_utc(value).timestamp(), "")
    if isinstance(value, str):
        return (0, 0.0, value.casefold())
    number = float(min(max(value, -1e300), 1e300))
    return (0, number, "")


def sorted_rows(rows: Sequence[TableRow], place: int, *, descending: bool) -> list[TableRow]:
    """The rows sorted by one column; stable, with missing values last in both directions."""
    keyed = [(sort_key(row.sort[place]), row) for row in rows]
    present = [each for each in keyed if each[0][0] == 0]
    missing = [row for key, row in keyed if key[0] != 0]
    present.sort(key=lambda each: each[0], reverse=descending)
    return [row for _, row in present] + missing


def holds_text(rows: Sequence[TableRow], place: int) -> bool:
    """Whether a column has text in any row."""
    return any(row.cells[place].text for row in rows)


_NUMBER: Final = 20
"""Cells of a number that are never cut off: without its last digits it is another number."""


def natural_widths(columns: Sequence[Column], rows: Sequence[TableRow]) -> list[int]:
    """The widths in which nothing is shortened: of the longest text or the title of each column."""
    return [
        max([len(column.title), *(cell_width(row.cells[place].text) for row in rows)])
        for place, column in enumerate(columns)
    ]


def fit(columns: Sequence[Column], rows: Sequence[TableRow], available: int, gap: int = 2) -> tuple[Fitted, ...]:
    """Choose the columns that fit into `available` cells, and their widths.

    Columns get the width of their longest text if that fits, if need be with one blank cell between them instead of
    `gap`. Otherwise empty columns are dropped, then the least important ones until the minimum widths of the rest fit;
    then the least important column is shortened to its minimum width, then the next. All rows count, not only those in
    sight, so that columns stay while one scrolls.
    """
    natural = natural_widths(columns, rows)
    least = [
        min(max(column.min_width, _NUMBER) if column.right else column.min_width, natural[place])
        for place, column in enumerate(columns)
    ]
    visible = sorted(range(len(columns)), key=lambda place: (columns[place].priority, place))
    if sum(natural) + gap * (len(visible) - 1) > available:
        visible = [place for place in visible if holds_text(rows, place)] or visible
    whole, gaps = sum(natural[place] for place in visible), len(visible) - 1
    if whole + gap * gaps > available >= whole + gaps:
        gap = 1
    while len(visible) > 1 and sum(least[place] for place in visible) + gap * (len(visible) - 1) > available:
        visible.pop()
    room = available - gap * (len(visible) - 1)
    widths = {place: min(natural[place], max(room, 1)) for place in visible}
    missing = sum(widths.values()) - room
    for place in reversed(visible):
        taken = max(0, min(missing, widths[place] - least[place]))
        widths[place] -= taken
        missing -= taken
    return tuple(
        Fitted(place, columns[place], widths[place], gap if n else 0) for n, place in enumerate(sorted(visible))
    )
