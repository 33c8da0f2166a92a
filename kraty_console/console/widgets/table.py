"""A table of rows in sections, moved through by keyboard, that keeps its place when its rows change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from textual import events
from textual.message import Message

from kraty_console.console.widgets.lines import Line, LinesView, Span, fit
from kraty_console.present import table as columns
from kraty_console.present.safe import SafeText
from kraty_console.present.table import Column, Fitted, Row, sorted_rows
from kraty_console.present.width import clip_middle

GAP = 2
"""Blank cells between two columns."""

MARGIN = 3
"""Blank cells before the first column: the cursor and the mark of a changed row stand there."""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading of their own."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""
    """A line above the column titles; none where a pane has one section."""
    empty: str = ""
    """What stands there when there are no rows."""


@dataclass(slots=True)
class Place:
    """Where a person is in one pane: kept while other panes are looked at and while rows come and go."""

    row_id: str | None = None
    index: int = 0
    """Of the cursor among the selectable rows; where the row is gone, the nearest takes its place."""
    top: int = 0
    sort: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """By section: column key and whether descending; absent means the order in which the rows came."""
    filter: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str  # "title", "head", "row", "note"
    section: Section
    layout: tuple[Fitted, ...]
    row: Row | None = None
    text: str = ""


class RowTable(LinesView, can_focus=True):
    """Draws sections of rows with one cursor.

    The cursor follows its row by id; scroll position, sort and filter live in a `Place` that the owner keeps.
    """

    @dataclass
    class Moved(Message):
        """The cursor is on another row (None: there is no row)."""

        table: RowTable
        row: Row | None

        @property
        def control(self) -> RowTable:
            """The table, for `@on` selectors."""
            return self.table

    @dataclass
    class Opened(Message):
        """Enter was pressed on a row."""

        table: RowTable
        row: Row

        @property
        def control(self) -> RowTable:
            """The table, for `@on` selectors."""
            return self.table

    @dataclass
    class AtEnd(Message):
        """The cursor reached the last row: the owner may have more."""

        table: RowTable

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._sections: tuple[Section, ...] = ()
        self._place = Place()
        self._entries: list[_Entry] = []
        self._laid_out_for: int | None = None
        self._marked: frozenset[str] = frozenset()
        self._selectable: list[int] = []
        self._stale = False

    # -- what is shown -------------------------------------------------------------------------------------------

    def show(
        self,
        sections: Sequence[Section],
        place: Place,
        *,
        marked: frozenset[str] = frozenset(),
        stale: bool = False,
    ) -> None:
        """Show these sections at this place; the cursor stays on its row, or goes to the nearest that is left.

        Args:
            sections: What to draw.
            place: Read and kept up to date by the table.
            marked: Ids of rows that just changed.
            stale: Draw everything dimmed: the data is old.
        """
        self._sections = tuple(sections)
        self._place = place
        self._marked = marked
        self._stale = stale
        self._laid_out_for = None
        self.redraw()

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        self._lay_out(self.size.width)
        if not self._selectable:
            return None
        return self._entries[self._selectable[self._place.index]].row

    @property
    def rows_shown(self) -> int:
        """How many rows there are to move through, after the filter."""
        self._lay_out(self.size.width)
        return len(self._selectable)

    @property
    def hidden_columns(self) -> int:
        """How many columns found no room."""
        self._lay_out(self.size.width)
        return max((len(entry.section.columns) - len(entry.layout) for entry in self._entries), default=0)

    @property
    def position(self) -> str:
        """Where the cursor is, for the line below the table: `3 of 12`, or nothing where all fits."""
        self._lay_out(self.size.width)
        if len(self._entries) <= self.size.height or not self._selectable:
            return ""
        return f"{self._place.index + 1} of {len(self._selectable)}"

    def _lay_out(self, width: int) -> None:
        if self._laid_out_for == width:
            return
        entries: list[_Entry] = []
        for section in self._sections:
            rows = self._arranged(section)
            layout = columns.fit(section.columns, rows, max(1, width - MARGIN), GAP)
            if section.title:
                if entries:
                    entries.append(_Entry("title", section, layout))
                entries.append(_Entry("title", section, layout, text=section.title))
            if rows and any(column.title for column in section.columns):
                entries.append(_Entry("head", section, layout))
            entries.extend(_Entry("row", section, layout, row=row) for row in rows)
            if not rows:
                words = "no row matches the filter; f changes it" if section.rows else section.empty
                entries.extend(_Entry("note", section, layout, text=line) for line in words.splitlines())
        self._entries = entries
        self._selectable = [i for i, entry in enumerate(entries) if entry.kind == "row"]
        self._laid_out_for = width
        self._find_cursor()

    def _arranged(self, section: Section) -> list[Row]:
        rows = list(section.rows)
        if self._place.filter:
            rows = [row for row in rows if row.matches(self._place.filter)]
        if wanted := self._place.sort.get(section.key):
            name, descending = wanted
            index = next((i for i, column in enumerate(section.columns) if column.key == name), None)
            if index is not None:
                rows = sorted_rows(rows, index, descending=descending)
        return rows

    def _find_cursor(self) -> None:
        place = self._place
        if not self._selectable:
            place.index = 0
            return
        ids = [row.id for i in self._selectable if (row := self._entries[i].row) is not None]
        if place.row_id in ids:
            place.index = ids.index(place.row_id)
        else:
            place.index = min(place.index, len(ids) - 1)
            place.row_id = ids[place.index]

    def _scroll_to_cursor(self, height: int) -> None:
        place = self._place
        last_top = max(0, len(self._entries) - height)
        if self._selectable:
            at = self._selectable[place.index]
            first = at
            while first > 0 and self._entries[first - 1].kind != "row":
                first -= 1  # the headings above the first row come into view with it
            if first < place.top:
                place.top = first if at - first < height else at
            elif at >= place.top + height:
                place.top = at - height + 1
        place.top = max(0, min(place.top, last_top))

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The visible part of the table."""
        self._lay_out(width)
        self._scroll_to_cursor(height)
        cursor = self._selectable[self._place.index] if self._selectable else -1
        top = self._place.top
        return [
            self._line(entry, width, current=top + offset == cursor)
            for offset, entry in enumerate(self._entries[top : top + height])
        ]

    def _line(self, entry: _Entry, width: int, *, current: bool) -> list[Span]:
        if entry.kind == "title":
            return [(f" {entry.text}", "title")]
        if entry.kind == "note":
            return [(f"   {entry.text}", "dim")]
        if entry.row is None:
            return [(" " * MARGIN, "dim"), *self._heads(entry.section, entry.layout)]
        marked = entry.row.id in self._marked
        spans: list[Span] = [("▸" if current else " ", "accent"), ("* " if marked else "  ", "mark")]
        for n, fitted in enumerate(entry.layout):
            if n:
                spans.append((" " * GAP, "plain"))
            cell = entry.row.cells[fitted.place]
            spans.append((_in_column(cell.text, fitted), cell.tone))
        if current:
            tone = "cursor" if self.has_focus else "cursor-blurred"
            line = "".join(text for text, _ in spans)
            return [(fit(line, width), tone)]
        if self._stale:
            return [(text, "dim") for text, _ in spans]
        return spans

    def _heads(self, section: Section, layout: Sequence[Fitted]) -> list[Span]:
        sort = self._place.sort.get(section.key)
        spans: list[Span] = []
        for n, fitted in enumerate(layout):
            title = fitted.column.title
            if sort and sort[0] == fitted.column.key:
                title = f"{title}{'▾' if sort[1] else '▴'}"
            spans.append((" " * GAP * (n > 0) + _in_column(SafeText(title), fitted), "dim"))
        return spans

    # -- moving --------------------------------------------------------------------------------------------------

    def _go(self, index: int) -> None:
        if not self._selectable:
            return
        place = self._place
        wanted = max(0, min(index, len(self._selectable) - 1))
        if wanted == len(self._selectable) - 1:
            self.post_message(self.AtEnd(self))
        row = self._entries[self._selectable[wanted]].row
        if row is None or wanted == place.index:
            return
        place.index, place.row_id = wanted, row.id
        self.redraw()
        self.post_message(self.Moved(self, row))

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self._go(self._place.index + step)

    def action_page(self, direction: int) -> None:
        """Move the cursor by a screenful."""
        self._go(self._place.index + direction * max(1, self.size.height - 2))

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first or the last row."""
        self._go(0 if direction < 0 else len(self._selectable) - 1)

    def action_open(self) -> None:
        """Say that the row under the cursor is to be opened."""
        if (row := self.row) is not None:
            self.post_message(self.Opened(self, row))

    def next_sort(self) -> str:
        """Sort the section under the cursor by its next column, then the other way, then as it came; say which."""
        if not self._selectable:
            return "nothing to sort"
        section = self._entries[self._selectable[self._place.index]].section
        keys = [column.key for column in section.columns if column.title]
        present = self._place.sort.get(section.key)
        if present is None:
            wanted: tuple[str, bool] | None = (keys[0], False)
        elif not present[1]:
            wanted = (present[0], True)
        else:
            following = keys.index(present[0]) + 1 if present[0] in keys else 0
            wanted = (keys[following], False) if following < len(keys) else None
        if wanted is None:
            self._place.sort.pop(section.key, None)
        else:
            self._place.sort[section.key] = wanted
        self._laid_out_for = None
        self.redraw()
        if wanted is None:
            return "in the order of the backend, newest first"
        title = next(column.title for column in section.columns if column.key == wanted[0])
        return f"sorted by {title.lower()}, {'descending' if wanted[1] else 'ascending'}"

    def on_focus(self, event: events.Focus) -> None:
        """The cursor looks different with the focus."""
        del event
        self.redraw()

    def on_blur(self, event: events.Blur) -> None:
        """The cursor looks different without the focus."""
        del event
        self.redraw()


def _in_column(text: SafeText, fitted: Fitted) -> str:
    """A text in the cells of its column."""
    if fitted.column.middle:
        text = clip_middle(text, fitted.width)
    exact = fit(text, fitted.width)
    if fitted.column.right:
        bare = exact.rstrip(" ")
        return " " * (len(exact) - len(bare)) + bare
    return exact
