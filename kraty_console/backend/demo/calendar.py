"""The windows of the events of the demo world; no window closes within the next nine hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kraty_console.backend.demo.stage import DAY, HOUR

HISTORY_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class DemoWindow:
    """When an event is open: from `starts_ms`, to just before `ends_ms`."""

    starts_ms: int
    ends_ms: int

    def holds(self, moment_ms: int) -> bool:
        """Whether the event is open at the moment."""
        return self.starts_ms <= moment_ms < self.ends_ms


class Calendar:
    """The windows of every event, over the last 30 days and the next ones."""

    def __init__(self, now_ms: int) -> None:
        self.tonight_ms = (now_ms + 10 * HOUR) // HOUR * HOUR
        """When today's race closes: on the hour, nine to ten hours from now."""
        self.windows: Mapping[str, Sequence[DemoWindow]] = {
            "daily_race": self._recurring(days=1, closes_in=0),
            "weekly_cup": self._recurring(days=7, closes_in=3),
            "duel_arena": self._recurring(days=3, closes_in=1),
            "moonlight_cup": self._recurring(days=7, closes_in=5),
            "garden_party": (self._window(-10, 4),),
            "spring_hunt": (self._window(-24, -6),),
            "practice_run": (self._window(-HISTORY_DAYS - 1, 9),),
        }

    def open_at(self, event_key: str, moment_ms: int) -> DemoWindow | None:
        """The window of the event that holds the moment."""
        return next((window for window in self.windows[event_key] if window.holds(moment_ms)), None)

    def _window(self, starts: int, ends: int) -> DemoWindow:
        return DemoWindow(self.tonight_ms + starts * DAY, self.tonight_ms + ends * DAY)

    def _recurring(self, *, days: int, closes_in: int) -> tuple[DemoWindow, ...]:
        """Windows without gaps: from the one that holds the first day of history to the one after the present one."""
        past = -(-(HISTORY_DAYS + 1 + closes_in) // days)
        return tuple(
            self._window(closes_in - (back + 1) * days, closes_in - back * days) for back in range(past, -2, -1)
        )
