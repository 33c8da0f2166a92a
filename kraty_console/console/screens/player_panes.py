"""The panes of the player screen: changing between them, their filters, and the timeline with its jumps."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from kraty_console.console import timeline
from kraty_console.console.screens.player_offers import PlayerOffers
from kraty_console.console.views.bars import KeyHint
from kraty_console.domain.keymap import key_label
from kraty_console.domain.scopes import PANES, PaneId

if TYPE_CHECKING:
    from datetime import datetime

    from kraty_console.console.player_state import PlayerState
    from kraty_console.console.timeline import TimelinePane
    from kraty_console.console.views.rows import TableSection
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.action_spec import ActionContext


class PlayerPanes(PlayerOffers):
    """The timeline is loaded when its pane is first looked at; other panes show the lists of the look-up."""

    _came_from: str | None = None
    """The row of the timeline that `view.back` goes back to."""

    @cached_property
    def timeline(self) -> TimelinePane:
        """The Timeline pane."""
        return timeline.TimelinePane(self)

    @property
    def shows_timeline(self) -> bool:
        """Whether the timeline of a player is on screen."""
        return self._pane == "timeline" and self.state.snapshot is not None

    # -- changing ------------------------------------------------------------------------------------------------

    def switch(self, pane: PaneId) -> None:
        """Show another pane."""
        self._came_from = None
        super().switch(pane)
        if self.shows_timeline:
            self._look()

    def _look(self) -> None:
        self.timeline.loader.look(self.table_state.index + 1)
        self.draw()

    def action_pane_next(self) -> None:
        """The pane to the right."""
        self._turn(1)

    def action_pane_previous(self) -> None:
        """The pane to the left."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        names: list[PaneId] = [each.id for each in PANES]
        self.switch(names[(names.index(self._pane) + step) % len(names)])

    def jump(self, row_id: str, pane: PaneId, target_id: str, words: str) -> None:
        """Go from a row of the timeline to a row of another pane, and say how to come back."""
        self.show_row(pane, target_id)
        self._came_from = row_id
        self.tell(f"{words}; {key_label(self.keymap['view.back'][0])} goes back to the timeline")

    def go_back(self) -> bool:
        """Take the filter away, or go back to the timeline after a jump; False if there is nothing to go back to."""
        table_state = self.table_state
        if table_state.filter or table_state.kinds:
            table_state.filter, table_state.kinds = "", ()
            if self.shows_timeline:
                self.timeline.loader.narrow(())
        elif self._came_from is not None and self.state.snapshot is not None:
            self._pane = "timeline"
            self.table_state.row_id, self._came_from = self._came_from, None
            self.timeline.loader.look(self.table_state.index + 1)
        else:
            return False
        self.draw()
        return True

    async def ask_token(self, error: Exception) -> bool:
        """Ask for a new session token; True when there is a new session."""
        return await self.app.ask_token(error)

    # -- what the loader says ------------------------------------------------------------------------------------

    def opened_player(self) -> None:
        """Nothing that was looked at before is gone back to."""
        self._came_from = None
        super().opened_player()

    def player_read(self) -> None:
        """The timeline may have changed, too: it is loaded again where it is looked at, else when it is."""
        if self.state.timeline is None:
            return
        self.loader.state = self.state.with_timeline(self.state.timeline.outdated())
        if self.shows_timeline:
            self._look()

    def left_player(self) -> None:
        """Nothing is loaded any more for a player who is left."""
        self.stop_background("timeline")
        self.stop_background("related")

    # -- the filter ----------------------------------------------------------------------------------------------

    def action_pane_filter(self) -> None:
        """Ask for the text that rows must hold; in the timeline also for kinds of events."""
        if not self.shows_timeline:
            super().action_pane_filter()
            return
        table_state = self.table_state

        def answered(typed: str | None) -> None:
            if typed is not None and self.shows_timeline:
                self.timeline.set_filter(table_state, typed)

        self.app.push_screen(self.timeline.ask_filter(table_state), answered)

    # -- drawing -------------------------------------------------------------------------------------------------

    def known(self) -> Snapshot | None:
        """The player, in the timeline with all rows that it holds."""
        snapshot = self.state.snapshot
        return self.timeline.known(snapshot) if snapshot is not None and self.shows_timeline else snapshot

    def context(self) -> ActionContext:
        """In the timeline actions are about the attempt, grant, audit row or delivery under the cursor, or in full."""
        if not self.shows_timeline:
            return super().context()
        return replace(
            self.context_of(self.timeline.in_full or self.table.row),
            delivery=self.timeline.delivery(self.timeline.in_full or self.table.row),
        )

    def _lists(self, state: PlayerState, now: datetime) -> tuple[TableSection, ...]:
        if self._pane != "timeline" or state.snapshot is None:
            return super()._lists(state, now)
        return self.timeline.sections(state.snapshot, self.table_state, now)

    def _draw_detail(self, now: datetime) -> None:
        snapshot = self.state.snapshot
        if snapshot is None or not self.shows_timeline:
            super()._draw_detail(now)
            return
        table = self.table
        self.detail.show_lines(
            self.timeline.detail(snapshot, table.row, now, table.rows, table.size, beside=self._beside)
        )

    def footer_hints(self) -> list[KeyHint]:
        """In the timeline also the keys that lead from a row to its cause or effect, and to the row itself."""
        hints = super().footer_hints()
        if not self.shows_timeline or self.table.row is None:
            return hints
        keys = self.keymap
        own = (("row.open", "cause/effect"), ("view.json", "row"), ("pane.filter", "kinds"))
        return [*(KeyHint(key_label(keys[action_id][0]), words) for action_id, words in own), *hints]
