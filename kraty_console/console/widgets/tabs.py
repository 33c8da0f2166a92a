"""The panes by name, with how much is in each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kraty_console.console.widgets.lines import Line, LinesView, Span, width_of
from kraty_console.support.measure import grouped
from kraty_console.support.scopes import PANES

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
        if snapshot is None:
            self._counts = None
        else:
            from kraty_console.present.rows import pane_count

            self._counts = {each.id: grouped(pane_count(each.id, snapshot)) for each in PANES}
        self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """One line; without room for counts, then for titles, they are left out."""
        del height
        if self._counts is None:
            return [[("─" * width, "rule")]]
        for with_counts, with_titles in ((True, True), (False, True), (False, False)):
            spans = self._tabs(with_counts=with_counts, with_titles=with_titles)
            used = width_of(spans)
            if used <= width:
                return [[*spans, ("─" * (width - used), "rule")]]
        return [spans]

    def _tabs(self, *, with_counts: bool, with_titles: bool) -> list[Span]:
        spans: list[Span] = [("─", "rule")]
        for pane in PANES:
            count = (self._counts or {}).get(pane.id, "") if with_counts else ""
            words = " ".join(part for part in (pane.key, pane.title if with_titles else "", count) if part)
            if pane.id == self._pane:
                spans.append((f"[{words}]", "title"))
            else:
                spans.append((f" {words} ", "plain"))
        return spans
