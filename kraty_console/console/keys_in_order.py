"""One key at a time: what is typed in one burst does what it would do when typed slowly.

Textual hands a key to what has the focus and takes the next at once. What a key does often comes later: a binding runs
when its key has climbed to the application, a message climbs to the dialog that moves the focus. Keys that arrive
together, as over a slow link, then overtake each other: letters are typed before the backspace that came first, an id
goes to the rows instead of the search field, an amount into the field before its own.

What was typed before a dialog was there to be seen is dropped, however long the keys before it took (console: "Keys
typed ahead while a dialog opens are dropped, never obeyed"). Such a screen tells so by `hears_since`.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Final, Generic, TypeVar

from textual import events
from textual.app import App
from textual.dom import DOMNode

ResultT = TypeVar("ResultT")

CLIMBS: Final = 4
"""How often a marker climbs from the focus to the application behind a key: behind the key itself, behind the message
that its binding sent, and behind two that were sent in answer to one."""

STUCK: Final = 1.0
"""Seconds after which keys no longer wait for one that something keeps busy."""

HEARS_SINCE: Final = "hears_since"
"""The attribute of a screen that holds the moment, on the clock of events, since which it listens; None while it does
not listen yet. A screen without it always listens."""

DEAF: Final = 5.0
"""Seconds after the first key from which keys are taken though nothing has had the focus yet."""

AT_ONCE: Final = frozenset({"ctrl+c"})
"""Keys that wait for nothing once the first screen is there."""


class KeysInOrder(App[ResultT], Generic[ResultT]):
    """Holds the next key, or paste, back until the one before has done what it does."""

    _typed: deque[events.Key | events.Paste]
    _taken_at = 0.0
    _turn = 0
    _busy = False
    _listens = False
    _first_at: float | None = None

    async def on_event(self, event: events.Event) -> None:
        """Queue what is typed; everything else goes on as it does."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Key) and event.key in AT_ONCE and self._listens:
            await super().on_event(event)
            return
        if not hasattr(self, "_typed"):
            self._typed = deque()
        self._typed.append(event)
        if not self._listens and self._is_deaf():
            return
        if not self._busy or time.monotonic() - self._taken_at > STUCK:
            await self._take()

    @property
    def waiting_keys(self) -> int:
        """How many keys, and pastes, wait for one before them."""
        return len(getattr(self, "_typed", ()))

    async def on_descendant_focus(self) -> None:
        """Something has the focus: what was typed while the first screen was made goes there."""
        if not self._listens:
            self._listens = True
            if getattr(self, "_typed", None) and not self._busy:
                await self._take()

    def _is_deaf(self) -> bool:
        """Whether the first screen may still be on its way."""
        now = time.monotonic()
        if self._first_at is None:
            self._first_at = now
        return now - self._first_at < DEAF

    async def _take(self) -> None:
        self._turn += 1
        while self._typed and not self._is_heard(self._typed[0]):
            self._typed.popleft()
        if not self._typed:
            self._busy = False
            return
        self._busy, self._taken_at = True, time.monotonic()
        target: DOMNode = self.focused or self.screen
        await super().on_event(self._typed.popleft())
        self._climb(target, target, CLIMBS, self._turn)

    def _is_heard(self, event: events.Key | events.Paste) -> bool:
        since: float | None = getattr(self.screen, HEARS_SINCE, 0.0)
        return since is not None and event.time >= since

    def _climb(self, bottom: DOMNode, here: DOMNode, climbs: int, turn: int) -> None:
        """Queue a marker behind everything that waits here; when it is met, go one up; at the top, begin again."""
        pump: DOMNode | None = here
        while pump is not None and pump is not self:
            if pump.call_later(self._passed, bottom, pump, climbs, turn):
                return
            pump = pump.parent  # it is being removed: its parent still answers
        self.call_later(self._arrived, bottom, climbs, turn)

    def _passed(self, bottom: DOMNode, here: DOMNode, climbs: int, turn: int) -> None:
        self._climb(bottom, here.parent or self, climbs, turn)

    async def _arrived(self, bottom: DOMNode, climbs: int, turn: int) -> None:
        if turn != self._turn:
            return  # a later key did not wait for this one
        if climbs > 1:
            self._climb(bottom, bottom, climbs - 1, turn)
        else:
            await self._take()
