"""The player's profile: a tall box beside the panes, or two lines above them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.console.views.profile import profile_lines
from kraty_console.console.views.text import Line
from kraty_console.console.widgets.lines import LinesView

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


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
        """The lines for the room there is; a rule while there is no player."""
        if self._snapshot is None or self._now is None:
            return [[("─" * width, "rule")]]
        return profile_lines(self._snapshot, self._now, width, height)
