"""The panes by name, with how much is in each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kraty_console.console.views.tabs import counts, tab_lines
from kraty_console.console.views.text import Line
from kraty_console.console.widgets.lines import LinesView

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


class TabBar(LinesView):
    """`─[1 Attempts 12] 2 Grants 11 …`; the open pane stands out in bold and between brackets."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._pane = ""
        self._counts: dict[str, str] | None = None

    def show(self, pane: str, snapshot: Snapshot | None) -> None:
        """Show which pane is open, and how many rows each holds."""
        self._pane = pane
        self._counts = counts(snapshot) if snapshot is not None else None
        self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The tabs, for the width."""
        del height
        return tab_lines(self._pane, self._counts, width)
