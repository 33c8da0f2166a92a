"""A table of rows in sections, used by keyboard, that keeps its position when its rows change.

Textual's `DataTable` measures every cell (200 ms for 1,000 rows), has one section, parses text as markup, and moves its
cursor to the first row when it is filled again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from kraty_console.console.views.rows import TableRows, TableSection, TableState
from kraty_console.console.views.text import Line
from kraty_console.console.widgets.lines import LinesView
from kraty_console.present.table import TableRow


class RowTable(LinesView, can_focus=True):
    """Draws sections of rows with one cursor.

    The cursor follows its row by id; scroll position, sort and filter live in a `TableState` that the owner keeps.
    """

    @dataclass
    class Opened(Message):
        """Enter was pressed on a row."""

        table: RowTable
        row: TableRow

        @property
        def control(self) -> RowTable:
            """The table, for `@on` selectors."""
            return self.table

    @dataclass
    class Resized(Message):
        """There is more or less room than before: other rows and columns are out of sight."""

        table: RowTable

    @dataclass
    class AtEnd(Message):
        """The cursor reached the last row, or the filter leaves none: the owner may have more."""

        table: RowTable

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.rows = TableRows()

    # -- what is shown -------------------------------------------------------------------------------------------

    def show(
        self,
        sections: Sequence[TableSection],
        table_state: TableState,
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
        self.rows = TableRows(sections, table_state, marked=marked, stale=stale)
        self.redraw()

    @property
    def row(self) -> TableRow | None:
        """The row under the cursor."""
        return self.rows.current

    @property
    def rows_shown(self) -> int:
        """How many rows there are to move through, after the filter."""
        return len(self.rows)

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The visible part of the table."""
        return self.rows.lines(width, height, focused=self.has_focus)

    # -- moving --------------------------------------------------------------------------------------------------

    def action_move(self, step: int) -> bool:
        """Move the cursor by rows; False if it stays where it is."""
        return self._go(self.rows.table_state.index + step)

    def action_page(self, direction: int) -> bool:
        """Move the cursor by a screenful; False if it stays where it is."""
        return self._go(self.rows.table_state.index + direction * max(1, self.size.height - 2))

    def action_edge(self, direction: int) -> bool:
        """Move the cursor to the first or the last row; False if it stays where it is."""
        return self._go(0 if direction < 0 else len(self.rows) - 1)

    def _go(self, index: int) -> bool:
        wanted = self.rows.nearest(index)
        if wanted is None or wanted == len(self.rows) - 1:
            self.post_message(self.AtEnd(self))
        if wanted is None or self.rows.go(wanted) is None:
            return False
        self.redraw()
        return True

    def action_open(self) -> None:
        """Say that the row under the cursor is to be opened."""
        if (row := self.row) is not None:
            self.post_message(self.Opened(self, row))

    def next_sort(self) -> str:
        """Sort the section under the cursor by its next column, then descending, then unsorted; returns which."""
        words = self.rows.next_sort()
        self.redraw()
        return words

    def on_resize(self) -> None:
        """Say so; Textual calls what the lines do then, too."""
        self.post_message(self.Resized(self))

    def on_focus(self, event: events.Focus) -> None:
        """The cursor looks different with the focus."""
        del event
        self.redraw()

    def on_blur(self, event: events.Blur) -> None:
        """The cursor looks different without the focus."""
        del event
        self.redraw()
