"""Rows and columns as values: what a list shows, without saying how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from kraty_console.domain.formatting import as_utc
from kraty_console.domain.scopes import Scope
from kraty_console.domain.text_matching import comparable, needle
from kraty_console.present.safe import MISSING, SafeText, safe
from kraty_console.present.width import cells as cell_width

Tone = Literal["plain", "dim", "accent", "good", "warn", "bad"]
"""How a text is meant, never a colour; whoever draws decides."""

SortValue = str | float | datetime | None
"""What a row is sorted by in one column; None where there is nothing."""

SortKey = tuple[int, float, str]
"""Comparable whatever it came from; what is missing sorts behind everything."""


class Column(NamedTuple):
    """One column: its least cells, and how long it is kept when room is short."""

    key: str
    title: str
    min_width: int
    priority: int = 5
    """1 stays longest; when room is short the highest number goes first."""
    right: bool = False
    """Numbers line up at the right."""
    middle: bool = False
    """What is too long loses its middle, not its end."""


class Cell(NamedTuple):
    """One field of a row."""

    text: SafeText
    tone: Tone = "plain"


class TableRow(NamedTuple):
    """One row: its id for actions, its cells in the order of the columns, and what it is sorted by."""

    id: str
    """Raw; actions take it, the screen never shows it."""
    scope: Scope
    cells: tuple[Cell, ...]
    sort: tuple[SortValue, ...]
    """A value for each cell."""
    copies: str
    """Raw: what is copied when this row is under the cursor."""
    copies_what: str
    """What that is: `attempt id`, `economy key`."""

    def matches(self, typed: str) -> bool:
        """True when a cell shows the text, in whatever case and however its numbers are grouped."""
        wanted = needle(typed)
        return any(wanted in comparable(cell.text) for cell in self.cells)


class Fitted(NamedTuple):
    """A column that found room, and how much."""

    place: int
    """Its index among all columns, and so among a row's cells."""
    column: Column
    width: int


def cell(text: str | None, tone: Tone = "plain", *, limit: int = 200) -> Cell:
    """A cell of text from outside; `—`, dim, for None."""
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
    """The rows by one column; equal ones keep their order, missing values stay last both ways."""
    keyed = [(sort_key(row.sort[place]), row) for row in rows]
    present = [each for each in keyed if each[0][0] == 0]
    missing = [row for key, row in keyed if key[0] != 0]
    present.sort(key=lambda each: each[0], reverse=descending)
    return [row for _, row in present] + missing


def holds_text(rows: Sequence[TableRow], place: int) -> bool:
    """True when a column has something to show in any row."""
    return any(row.cells[place].text for row in rows)


def fit(columns: Sequence[Column], rows: Sequence[TableRow], available: int, gap: int = 2) -> tuple[Fitted, ...]:
    """Which columns are shown in so many cells, and how wide, so that nothing has to be scrolled sideways.

    They are as wide as their longest text where there is room for that. Where there is not, columns without any text
    give their room up; then the least important are dropped until the least widths of the others fit, and what is
    missing is taken from the widest, cell by cell; of columns that are equally wide the least important gives first.
    """
    natural = [
        max([len(column.title), *(cell_width(row.cells[place].text) for row in rows)])
        for place, column in enumerate(columns)
    ]
    least = [min(column.min_width, natural[place]) for place, column in enumerate(columns)]
    kept = sorted(range(len(columns)), key=lambda place: (columns[place].priority, place))
    if sum(natural) + gap * (len(kept) - 1) > available:
        kept = [place for place in kept if holds_text(rows, place)] or kept
    while len(kept) > 1 and sum(least[place] for place in kept) + gap * (len(kept) - 1) > available:
        kept.pop()
    room = available - gap * (len(kept) - 1)
    widths = {place: min(natural[place], max(room, 1)) for place in kept}
    missing = sum(widths.values()) - room
    while missing > 0:
        gives = max(
            (place for place in reversed(kept) if widths[place] > least[place]), key=widths.__getitem__, default=None
        )
        if gives is None:
            break
        widths[gives] -= 1
        missing -= 1
    return tuple(Fitted(place, columns[place], widths[place]) for place in sorted(kept))
