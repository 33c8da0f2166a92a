"""Watching the player on screen: they are read again every few seconds, and what changed is marked and said.

Each request is conditional, so that a player to whom nothing happens costs an empty answer and the bytes of a time.
What is on screen stays in use while a request is under way, and an answer for anything else is dropped.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kraty_console.console.player_state import LoadStatus, PlayerState, changed_rows, changed_words
from kraty_console.contract.errors import KratyError, NotFound, RateLimited, SignInNeeded
from kraty_console.present.errors import error_text

if TYPE_CHECKING:
    from textual.timer import Timer

    from kraty_console.console.player_loader import PlayerLoader
    from kraty_console.console.screen_protocols import WatchScreen
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.players import Snapshot

PAUSE = 5.0
"""Seconds from one request to the next at least."""

LONGEST = 30 * 60.0
"""Seconds after which watching ends by itself: it is easily forgotten in a window behind others."""

_READ: Final = (LoadStatus.READY, LoadStatus.STALE)
"""There is data, and nothing else is about to replace it."""


class PlayerWatch:
    """Belongs to the player screen; at most one player is watched, and only while they are on screen."""

    def __init__(self, screen: WatchScreen, loader: PlayerLoader, workspace: Workspace) -> None:
        self._screen = screen
        self._loader = loader
        self._workspace = workspace
        self._player = ""
        self._began = 0.0
        self._timer: Timer | None = None
        self._is_asking = False

    @property
    def is_on(self) -> bool:
        """Whether the player on screen is watched."""
        return self._timer is not None and self._loader.state.player == self._player

    def toggle(self) -> None:
        """Begin or end, and say so."""
        if self.is_on:
            self.end()
            self._screen.tell("no longer watched")
        else:
            self._begin()
        self._screen.draw_header()

    def _begin(self) -> None:
        self.end()
        self._player = self._loader.state.player
        self._began = time.monotonic()
        self._loader.marked = frozenset()
        self._timer = self._screen.set_interval(PAUSE, self._tick)
        self._screen.tell(
            f"watched: read again every {PAUSE:.0f} s for {LONGEST / 60:.0f} min, or until another player is opened"
        )
        self._read_again()

    def end(self) -> None:
        """Nothing is read by itself any more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._screen.stop_background("watch")

    def _tick(self) -> None:
        if not self.is_on:
            self.end()
        elif time.monotonic() - self._began >= LONGEST:
            self.end()
            self._screen.tell(f"no longer watched, after {LONGEST / 60:.0f} min", "warn")
            self._screen.draw_header()
        else:
            self._read_again()

    def _read_again(self) -> None:
        """Unless a dialog is open, whose preview must not change under the hands, or an answer is still to come."""
        if self._is_asking or not self._screen.is_active or self._screen.is_paused:
            return
        if self._loader.state.status in _READ:
            self._is_asking = True
            self._screen.in_background(self._read, group="watch", description="watched player")

    async def _read(self) -> None:
        try:
            await self._take_answer()
        finally:
            self._is_asking = False

    async def _take_answer(self) -> None:
        asked = self._loader.state
        try:
            fetched = await self._workspace.snapshot(asked.player, self._loader.limit, asked.etag)
        except (SignInNeeded, NotFound, RateLimited):
            if self._is_on_screen(asked):
                self._loader.refresh()  # what a person has to know or to answer is handled there
            return
        except KratyError as error:
            if self._is_on_screen(asked):
                self._loader.state = asked.failed(error)
                if asked.status is LoadStatus.READY:
                    self._screen.tell(error_text(error).title, "bad")
                self._screen.draw()
            return
        if not self._is_on_screen(asked):
            return
        state = self._loader.state.arrived(fetched, self._workspace.now())
        await self._loader.prepare(fetched, state)
        if not self._is_on_screen(asked):
            return
        note = self._loader.state.newest_note
        self._loader.state = state if note is state.newest_note or note is None else state.with_note(note)
        if fetched is not None:
            self._tell_changes(asked.snapshot, fetched.value)
        self._screen.draw()

    def _is_on_screen(self, asked: PlayerState) -> bool:
        """Whether nothing has replaced the data since; the newest note may have come."""
        state = self._loader.state
        return state.snapshot is asked.snapshot and state.status is asked.status and state.at == asked.at

    def _tell_changes(self, before: Snapshot | None, after: Snapshot) -> None:
        """Marks stay while the player is watched; the message says the last changes alone."""
        self._workspace.date_changes(after.audit)
        self._loader.read_notes()
        if words := changed_words(before, after):
            self._loader.marked |= changed_rows(before, after)
            self._screen.tell(f"{self._workspace.now():%H:%M:%S}Z {words}", "accent")
