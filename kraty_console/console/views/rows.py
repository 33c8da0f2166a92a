"""A table of rows in sections with one cursor, that keeps its place when its rows change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from kraty_console.console.views.text import Line, Span, fit, wrap
from kraty_console.present import table as columns
from kraty_console.present.safe import SafeText
from kraty_console.present.table import Column, Fitted, TableRow, sorted_rows
from kraty_console.present.width import clip_middle

GAP: Final = 2
"""Blank cells between two columns; one where nothing is shortened then."""

_LEAST_WITH_HEAD: Final = 3
"""Lines of a table in which the column titles stay; in fewer the rows need them all."""

MARGIN: Final = 3
"""Blank cells before the first column: for the cursor and the mark of a changed row."""


class TableSection(NamedTuple):
    """Rows under a heading of their own."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    title: str = ""
    """A line above the column titles; none where a pane has one section."""
    empty: str = ""
    """The text without rows; wraps."""
    tone: str = "dim"
    """Of that text."""
    breaks: Mapping[str, SafeText] | None = None
    """Lines between the rows in their own order, by the id of the row below."""


@dataclass(slots=True)
class TableState:
    """Cursor, scroll, sort and filter of one pane; kept while other panes are shown and when rows change."""

    row_id: str | None = None
    index: int = 0
    """Of the cursor among the selectable rows; where the row is gone, the nearest takes its place. −1 is none yet."""
    top: int = 0
    sort: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """By section: column key and whether descending; absent means the order of the answer."""
    filter: str = ""
    kinds: tuple[str, ...] = ()
    """Of the timeline: the kinds of events that are shown; empty for all."""


class _Entry(NamedTuple):
    """One line of the table."""

    kind: Literal["title", "head", "row", "note"]
    group: int
    """The place of its section."""
    row: TableRow | None = None
    text: str = ""


class TableRows:
    """Sections of rows at a place. The cursor follows its row by id.

    Args:
        sections: What there is to show.
        place: Read and kept up to date; where none is given the cursor starts on the first row.
        marked: Ids of rows that just changed.
        stale: Everything is dimmed: the data is old.
    """

    def __init__(
        self,
        sections: Sequence[TableSection] = (),
        table_state: TableState | None = None,
        *,
        marked: frozenset[str] = frozenset(),
        stale: bool = False,
    ) -> None:
        self.sections = tuple(sections)
        self.table_state = table_state if table_state is not None else TableState()
        self._marked = marked
        self._stale = stale
        self._arranged: list[list[TableRow]] | None = None
        self._entries: list[_Entry] = []
        self._selectable: list[int] = []
        self._width = 0
        """The cells in which texts are wrapped; not known before something is drawn."""
        self._layouts: tuple[int, list[tuple[Fitted, ...]]] | None = None
        self._natural: int | None = None
        self._drawn: dict[tuple[int, int, str], Line] = {}
        """The lines that are seen: a row that was seen before looks the same."""

    # -- what there is -------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        self._arrange()
        return len(self._selectable)

    @property
    def current(self) -> TableRow | None:
        """The row under the cursor."""
        entry = self._under_cursor()
        return entry.row if entry is not None else None

    @property
    def height(self) -> int:
        """Lines of the whole table."""
        self._arrange()
        return len(self._entries)

    @property
    def natural_width(self) -> int:
        """Cells in which no column is shortened, and one after the last."""
        arranged = self._arrange()
        if self._natural is None:
            widths = [
                columns.natural_widths(self._titled(section), rows) if rows else []
                for section, rows in zip(self.sections, arranged, strict=True)
            ]
            self._natural = MARGIN + 1 + max((sum(each) + GAP * (len(each) - 1) for each in widths if each), default=0)
        return self._natural

    def position(self, height: int) -> str:
        """Where the cursor is, for the line below the table: `3 of 12`, or nothing where all fits in `height` lines."""
        if not len(self) or len(self._entries) <= height:
            return ""
        return f"{self.table_state.index + 1} of {len(self)}"

    def hidden_columns(self, width: int) -> int:
        """How many columns that have something to show find no room in so many cells."""
        layouts = self._fitted(width)
        arranged = self._arrange()
        hidden = [
            sum(
                columns.holds_text(arranged[group], place)
                for place in set(range(len(self.sections[group].columns))) - {each.place for each in layouts[group]}
            )
            for group in {entry.group for entry in self._entries}
        ]
        return max(hidden, default=0)

    def _under_cursor(self) -> _Entry | None:
        self._arrange()
        return (
            self._entries[self._selectable[self.table_state.index]]
            if self._selectable and self.table_state.index >= 0
            else None
        )

    def _arrange(self) -> list[list[TableRow]]:
        """Put rows and lines in order, once; the rows of each section."""
        if self._arranged is not None:
            return self._arranged
        self._arranged = arranged = [self._filtered_and_sorted(section) for section in self.sections]
        entries: list[_Entry] = []
        for group, (section, rows) in enumerate(zip(self.sections, arranged, strict=True)):
            if section.title:
                if entries:
                    entries.append(_Entry("title", group))
                entries.append(_Entry("title", group, text=section.title))
            if rows and any(column.title for column in section.columns):
                entries.append(_Entry("head", group))
            breaks = self._breaks(section)
            for row in rows:
                if row.id in breaks:
                    entries.append(_Entry("note", group, text=breaks[row.id]))
                entries.append(_Entry("row", group, row=row))
            if not rows:
                words = "no row matches the filter; f changes it" if section.rows else section.empty
                entries.extend(_Entry("note", group, text=line) for line in self._wrapped(words))
        self._entries = entries
        self._selectable = [i for i, entry in enumerate(entries) if entry.kind == "row"]
        self._layouts = self._natural = None
        self._find_cursor()
        return arranged

    def _wrapped(self, words: str) -> list[str]:
        lines = words.splitlines()
        room = max(1, self._width - MARGIN)
        return [piece for line in lines for piece in wrap(line, room)] if self._width else lines

    def _breaks(self, section: TableSection) -> Mapping[str, SafeText]:
        """The lines between rows, where the rows are next to each other as they were given."""
        rearranged = self.table_state.filter or section.key in self.table_state.sort
        return {} if rearranged or section.breaks is None else section.breaks

    def _filtered_and_sorted(self, section: TableSection) -> list[TableRow]:
        rows = list(section.rows)
        if self.table_state.filter:
            rows = [row for row in rows if row.matches(self.table_state.filter)]
        if wanted := self.table_state.sort.get(section.key):
            name, descending = wanted
            index = next((i for i, column in enumerate(section.columns) if column.key == name), None)
            if index is not None:
                rows = sorted_rows(rows, index, descending=descending)
        return rows

    def _fitted(self, width: int) -> list[tuple[Fitted, ...]]:
        """The columns of each section in so many cells."""
        arranged = self._arrange()
        if width != self._width:
            self._width = width
            if any(entry.kind == "note" for entry in self._entries):
                self._arranged = None
                arranged = self._arrange()
        if self._layouts is None or self._layouts[0] != width:
            room = max(1, width - MARGIN)
            self._layouts = (
                width,
                [
                    columns.fit(self._titled(section), rows, room, GAP)
                    for section, rows in zip(self.sections, arranged, strict=True)
                ],
            )
            self._drawn = {}
        return self._layouts[1]

    def _titled(self, section: TableSection) -> tuple[Column, ...]:
        """The columns of a section, with the mark of the sort order in the title of the sorted one."""
        name, descending = self.table_state.sort.get(section.key, ("", False))
        mark = "▾" if descending else "▴"
        return tuple(each._replace(title=each.title + mark) if each.key == name else each for each in section.columns)

    def _find_cursor(self) -> None:
        table_state = self.table_state
        if not self._selectable:
            table_state.index = min(table_state.index, 0)
            return
        ids = [row.id for i in self._selectable if (row := self._entries[i].row) is not None]
        if table_state.row_id in ids:
            table_state.index = ids.index(table_state.row_id)
        elif table_state.index >= 0:
            table_state.index = min(table_state.index, len(ids) - 1)
            table_state.row_id = ids[table_state.index]

    # -- what is seen --------------------------------------------------------------------------------------------

    def lines(self, width: int, height: int, *, focused: bool) -> list[Line]:
        """The part of the table around the cursor that finds room; without the focus the cursor looks fainter."""
        layouts = self._fitted(width)
        self._scroll_to_cursor(height)
        cursor = self._selectable[self.table_state.index] if self._selectable and self.table_state.index >= 0 else -1
        tone = "cursor" if focused else "cursor-blurred"
        top = self.table_state.top
        seen = list(enumerate(self._entries[top : top + height], start=top))
        if seen and (head := self._head_kept(top, height)) is not None:
            seen[0] = (-2, head)
        drawn: dict[tuple[int, int, str], Line] = {}
        lines: list[Line] = []
        for at, entry in seen:
            key = (at, entry.group, tone if at == cursor else "")
            line = drawn[key] = self._drawn.get(key) or self._line(entry, layouts[entry.group], width, key[2])
            lines.append(line)
        self._drawn = drawn
        return lines

    def _head_kept(self, top: int, height: int) -> _Entry | None:
        """The column titles that stay in the first line while their rows are scrolled; None where there is no need."""
        first = self._entries[top]
        if first.kind != "row" or height < _LEAST_WITH_HEAD:
            return None
        return next((each for each in self._entries[:top] if each.kind == "head" and each.group == first.group), None)

    def _scroll_to_cursor(self, height: int) -> None:
        table_state = self.table_state
        last_top = max(0, len(self._entries) - height)
        if self._selectable:
            at = self._selectable[max(0, table_state.index)]
            first = at
            while first > 0 and self._entries[first - 1].kind != "row":
                first -= 1  # the headings above the first row come into view with it
            if first < table_state.top:
                table_state.top = first if at - first < height else at
            elif at >= table_state.top + height:
                table_state.top = at - height + 1
        table_state.top = max(0, min(table_state.top, last_top))
        if self._selectable and table_state.top == at > 0 and self._head_kept(table_state.top, height) is not None:
            table_state.top -= 1  # the row under the cursor would be behind the titles

    def _line(self, entry: _Entry, layout: Sequence[Fitted], width: int, cursor: str) -> list[Span]:
        if entry.kind == "title":
            return [(f" {entry.text}", "title")]
        if entry.kind == "note":
            return [(f"   {entry.text}", self.sections[entry.group].tone)]
        if entry.row is None:
            return [(" " * MARGIN, "dim"), *_heads(layout)]
        marked = entry.row.id in self._marked
        spans: list[Span] = [("▸" if cursor else " ", "accent"), ("* " if marked else "  ", "mark")]
        for fitted in layout:
            if fitted.before:
                spans.append((" " * fitted.before, "plain"))
            cell = entry.row.cells[fitted.place]
            spans.append((_in_column(cell.text, fitted), cell.tone))
        if cursor:
            line = "".join(text for text, _ in spans)
            return [(fit(line, width), cursor)]
        if self._stale:
            return [(text, "dim") for text, _ in spans]
        return spans

    # -- moving --------------------------------------------------------------------------------------------------

    def nearest(self, index: int) -> int | None:
        """The index of the row that is nearest to a wanted one; None where there is no row."""
        return max(0, min(index, len(self) - 1)) if len(self) else None

    def go(self, index: int) -> TableRow | None:
        """Move the cursor to a row by index; returns the row, or None if the cursor was there already."""
        row = self._entries[self._selectable[index]].row
        if row is None or index == self.table_state.index:
            return None
        self.table_state.index, self.table_state.row_id = index, row.id
        return row

    def next_sort(self) -> str:
        """Sort the section under the cursor by its next column, then descending, then unsorted; returns which."""
        entry = self._under_cursor()
        if entry is None:
            return "nothing to sort"
        section, sort = self.sections[entry.group], self.table_state.sort
        keys = [column.key for column in section.columns if column.title]
        present = sort.get(section.key)
        if present is None:
            wanted: tuple[str, bool] | None = (keys[0], False)
        elif not present[1]:
            wanted = (present[0], True)
        else:
            following = keys.index(present[0]) + 1 if present[0] in keys else 0
            wanted = (keys[following], False) if following < len(keys) else None
        self._arranged = None
        if wanted is None:
            sort.pop(section.key, None)
            return "in the order of the backend, newest first"
        sort[section.key] = wanted
        title = next(column.title for column in section.columns if column.key == wanted[0])
        return f"sorted by {title.lower()}, {'descending' if wanted[1] else 'ascending'}"


def _heads(layout: Sequence[Fitted]) -> list[Span]:
    return [(" " * each.before + _in_column(SafeText(each.column.title), each), "dim") for each in layout]


def _in_column(text: SafeText, fitted: Fitted) -> str:
    """A text in the cells of its column."""
    if fitted.column.middle:
        text = clip_middle(text, fitted.width)
    exact = fit(text, fitted.width)
    if fitted.column.right:
        bare = exact.rstrip(" ")
        return " " * (len(exact) - len(bare)) + bare
    return exact
