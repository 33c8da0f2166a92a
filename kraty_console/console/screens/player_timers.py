"""The timers of the player screen: a pause in typing, a long wait, a rate limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.console.screens.player_view import PlayerView

if TYPE_CHECKING:
    from textual.timer import Timer

DEBOUNCE = 0.15
"""Seconds without a key before suggestions are requested."""

SLOW: Final = 0.1
"""Seconds after which a wait is shown."""

HELD: Final = 1.0
"""Seconds of a shown wait after which keys are taken, although they were typed for the player that is still loading."""


class PlayerTimers(PlayerView):
    """Starts and stops timers, as the search line and the loader ask for."""

    _debounce: Timer | None = None
    _slow: Timer | None = None
    _ticking: Timer | None = None
    _holding: Timer | None = None
    _pause: Timer | None = None

    # -- suggestions ---------------------------------------------------------------------------------------------

    def suggest_soon(self, query: str) -> None:
        """Request suggestions once the keys rest; none for an empty query."""
        self.stop_suggesting()
        if query:
            self._debounce = self.set_timer(DEBOUNCE, lambda: self.loader.suggest(query))

    def stop_suggesting(self) -> None:
        """Drop the request for suggestions, sent or not."""
        if self._debounce is not None:
            self._debounce.stop()
            self._debounce = None
        self.stop_background("search")

    # -- waiting for the player ----------------------------------------------------------------------------------

    def begin_waiting(self) -> None:
        """A player is requested: show the wait if it takes longer."""
        self.end_waiting()
        self._slow = self.set_timer(SLOW, self._show_waiting)

    def _show_waiting(self) -> None:
        if self.holds_keys():
            self._holding = self.set_timer(HELD, self.take_keys)
        self._ticking = self.set_interval(1.0, self.draw_header)
        self.waiting = True
        self.draw()

    def end_waiting(self) -> None:
        """Nothing is waited for."""
        for timer in (self._slow, self._ticking, self._holding):
            if timer is not None:
                timer.stop()
        self._slow = self._ticking = self._holding = None
        self.waiting = False

    # -- pauses --------------------------------------------------------------------------------------------------

    def begin_pause(self, title: str, seconds: int) -> None:
        """The server is rate limiting: count the seconds down, then request the player again."""
        self.end_pause()
        if seconds <= 0:
            self.clear_notice()
            self.loader.refresh()
            return
        self.tell(f"{title} Trying again in {seconds} s.", "warn")
        self._pause = self.set_timer(1.0, lambda: self.begin_pause(title, seconds - 1))

    @property
    def is_paused(self) -> bool:
        """Whether the player is requested again when the rate limit allows it."""
        return self._pause is not None

    def end_pause(self) -> None:
        """Nothing is requested again by itself."""
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
