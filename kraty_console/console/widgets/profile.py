"""The player's profile: a tall box beside the panes, or two lines above them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.console.widgets.lines import Line, LinesView, Span, cut, width_of
from kraty_console.console.widgets.wrap import wrap
from kraty_console.present.table import Cell

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

FOLDED = 4
"""Lines below which the profile is told in two."""


class ProfileView(LinesView):
    """Who the player is, and the totals."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._snapshot: Snapshot | None = None
        self._now: datetime | None = None

    def show(self, snapshot: Snapshot | None, now: datetime) -> None:
        """Show a player; ages are told from `now`."""
        self._snapshot, self._now = snapshot, now
        self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The lines for the room there is."""
        if self._snapshot is None or self._now is None:
            return [[("─" * width, "rule")]]
        from kraty_console.present.profile import folded, profile, title

        if height < FOLDED:
            return [[(" ", "plain"), *_spans(line)] for line in folded(self._snapshot, self._now)]
        head: list[Span] = [("─ ", "rule"), (title(self._snapshot), "title"), (" ", "plain")]
        head = cut(head, width - 1)
        lines: list[Line] = [[*head, ("─" * max(0, width - width_of(head)), "rule")]]
        for line in profile(self._snapshot, self._now):
            spans = _spans(line)
            if width_of(spans) <= width - 2:
                lines.append([(" ", "plain"), *spans])
            else:
                text = "".join(text for text, _ in spans)
                lines += [[(f" {part}", spans[0][1])] for part in wrap(text, width - 2)]
        return lines


def _spans(line: Iterable[Cell]) -> list[Span]:
    return [(cell.text, cell.tone) for cell in line]
