"""The row under the cursor, told below the rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.console.views.detail import detail_lines
from kraty_console.console.views.text import Line
from kraty_console.console.widgets.lines import LinesView

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.present.table import TableRow


class DetailView(LinesView):
    """A rule with a title, then what there is to say."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._row: TableRow | None = None
        self._snapshot: Snapshot | None = None
        self._now: datetime | None = None
        self._foot = ""

    def show(self, snapshot: Snapshot | None, row: TableRow | None, now: datetime, foot: str = "") -> None:
        """Show a row; `foot` stands at the right of the rule (where the cursor is, what is filtered)."""
        self._snapshot, self._row, self._now, self._foot = snapshot, row, now, foot
        self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The rule, then as many lines as there is room for."""
        if self._now is None:
            return []
        return detail_lines(self._snapshot, self._row, self._now, self._foot, width, height)
