"""Handles one key at a time: keys typed in one burst act as if they were typed slowly.

Textual passes a key to the focused widget and takes the next at once. The effect of a key often comes later: a binding
runs when its key has bubbled to the application, a message bubbles to the dialog that moves the focus. Keys that arrive
together, as over a slow link, then overtake each other: letters are typed before the backspace that came first, an id
goes to the rows instead of the search field, an amount into the field before its own.

Keys typed before a dialog is painted wait for it (`OpensLater`): text goes into its first field; enter and other
commands are dropped.

Text and commands share the keyboard, and a paste that the terminal does not mark as one looks like fast typing. What
changes something takes a deliberate key (`deliberate`): one after a pause, and with nothing typed right behind it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input, TextArea

ResultT = TypeVar("ResultT")

STUCK: Final = 1.0
"""Seconds after which keys no longer wait for one that something keeps busy."""

PAUSE: Final = 0.25
"""Seconds without a key that make the next one deliberate (console/README.md#keys)."""

PAINTED_AFTER: Final = 0.05
"""Seconds that the picture waits at most for a key to have all its effects."""

DEAF: Final = 5.0
"""Seconds after the first key from which keys are taken though nothing has had the focus yet."""

AT_ONCE: Final = frozenset({"ctrl+c"})
"""Keys that wait for nothing once the first screen is there."""


class OpensLater(Screen[ResultT], Generic[ResultT]):
    """A screen that takes keys from the moment on at which it can be seen (`listen`)."""

    hears_since: float | None = None
    """That moment, on the clock of events; None before."""

    def listen(self, since: float) -> None:
        """Take keys that were typed since it could be seen; what was typed ahead comes first."""
        self.hears_since = since
        if isinstance(self.app, KeysInOrder):
            self.app.call_later(self.app.take_held)

    def on_unmount(self) -> None:
        """As `drop_typed`."""
        self.drop_typed()

    def drop_typed(self) -> None:
        """What was typed for a screen that nobody has seen is not obeyed elsewhere."""
        if self.hears_since is None and isinstance(self.app, KeysInOrder):
            self.app.forget_typed()

    def takes_ahead(self, event: events.Key | events.Paste) -> bool:
        """Whether to take what was typed before the screen could be seen: text, into a field that has the focus."""
        if not isinstance(self.focused, Input | TextArea):
            return False
        return isinstance(event, events.Paste) or event.is_printable or event.key == "backspace"


@dataclass(frozen=True, slots=True)
class _Marker:
    """Stands in the queue of a widget behind a key.

    Textual asks `inspect` for the parameters of each callback that is not a bound method.
    """

    app: KeysInOrder[Any]
    bottom: DOMNode
    here: DOMNode
    turn: int

    def passed(self) -> None:
        """Everything before it is done."""
        self.app.climb(self.bottom, self.here.parent or self.app, self.turn)

    def arrived(self) -> None:
        """It was met at the top. The application handles now what it has taken from its queue already."""
        asyncio.get_running_loop().call_soon(self.app.climbed, self.bottom, self.turn)


class KeysInOrder(App[ResultT], Generic[ResultT]):
    """Holds the next key, or paste, back until the one before has done what it does."""

    _taken_at = 0.0
    _turn = 0
    _busy = False
    _listens = False
    _first_at: float | None = None
    _ahead_of: OpensLater[Any] | None = None
    _last_key = ""
    _typed_last_at = 0.0
    _pause = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Textual's own)
        self._typed: deque[events.Key | events.Paste] = deque()
        super().__init__(*args, **kwargs)

    async def on_event(self, event: events.Event) -> None:
        """Queue what is typed; everything else goes on as it does."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Key) and event.key in AT_ONCE and self._listens:
            await super().on_event(event)
            return
        self._typed.append(event)
        if not self._listens and self._is_deaf():
            return
        if not self._busy or time.monotonic() - self._taken_at > STUCK:
            await self._take()

    @property
    def has_effects_coming(self) -> bool:
        """Whether effects of a key are still to come, and the picture can wait for them."""
        return self._busy and time.monotonic() - self._taken_at < PAINTED_AFTER

    def key_handled(self) -> None:
        """A key has had its effects."""

    @property
    def waiting_keys(self) -> int:
        """How many keys, and pastes, wait for one before them."""
        return len(self._typed)

    @property
    def seconds_since_key(self) -> float:
        """How long ago the last key, or paste, was taken."""
        return 0.0 if self._typed else time.monotonic() - self._taken_at

    async def on_descendant_focus(self) -> None:
        """Something has the focus: what was typed while the first screen was made goes there."""
        if not self._listens:
            self._listens = True
            if self._typed and not self._busy:
                await self._take()

    def _is_deaf(self) -> bool:
        """Whether the first screen may still be on its way."""
        now = time.monotonic()
        if self._first_at is None:
            self._first_at = now
        return now - self._first_at < DEAF

    async def take_held(self) -> None:
        """Go on with the keys that waited for a screen: it listens now."""
        if not self._busy:
            await self._take()

    def forget_typed(self) -> None:
        """Drop the keys that wait: the screen that they were typed for went away before it could be seen."""
        self._typed.clear()

    def is_deliberate(self, since: float) -> bool:
        """Whether the key that is obeyed now was meant on its own.

        It came after a pause since the key before and since the moment `since`, and nothing was typed right behind it.
        """
        return self._pause >= PAUSE and self._typed_last_at - since >= PAUSE and not self.waiting_keys

    async def _take(self) -> None:
        self._turn += 1
        self._busy = False
        event = self._next_heard()
        if event is None:
            return
        self._busy, self._taken_at = True, time.monotonic()
        target: DOMNode = self.focused or self.screen
        await super().on_event(event)
        self.climb(target, target, self._turn)

    def _next_heard(self) -> events.Key | events.Paste | None:
        """The next key that the screen takes, None when there is none yet."""
        screen = self.screen if isinstance(self.screen, OpensLater) else None
        if screen is not None and screen.hears_since is None:
            return None
        since = 0.0 if screen is None or screen.hears_since is None else screen.hears_since
        if self._ahead_of is not screen:
            self._ahead_of = screen
            self._drop_repeats(since)
        while self._typed:
            event = self._typed.popleft()
            self._pause, self._typed_last_at = event.time - self._typed_last_at, event.time
            self._last_key = event.key if isinstance(event, events.Key) else ""
            if screen is None or event.time >= since or screen.takes_ahead(event):
                return event
        return None

    def _drop_repeats(self, since: float) -> None:
        """Drop what was typed before this moment when it is only the key that opened the screen, held down."""
        ahead = [event for event in self._typed if event.time < since]
        if all(isinstance(event, events.Key) and event.key == self._last_key for event in ahead):
            for _ in ahead:
                self._typed.popleft()

    def climb(self, bottom: DOMNode, here: DOMNode, turn: int) -> None:
        """Queue a marker behind everything that waits here; when it is met, go one up, to the application."""
        pump: DOMNode | None = here
        while pump is not None and pump is not self:
            if pump.post_message(events.Callback(callback=_Marker(self, bottom, pump, turn).passed)):
                return
            pump = pump.parent  # it is being removed: its parent still answers
        self.post_message(events.Callback(callback=_Marker(self, bottom, self, turn).arrived))

    def climbed(self, bottom: DOMNode, turn: int) -> None:
        """A marker was at the top: go on with the next key, or climb again where something was sent meanwhile."""
        if turn != self._turn:
            return  # a later key did not wait for this one
        if any(node.message_queue_size for node in bottom.ancestors_with_self if node.is_running):
            self.climb(bottom, bottom, turn)
            return
        self._busy = False
        if self._typed:
            self.call_later(self.take_held)
        self.key_handled()


def deliberate(app: App[Any], since: float) -> bool:
    """Whether the key that an application obeys now may change something (`KeysInOrder.is_deliberate`)."""
    return isinstance(app, KeysInOrder) and app.is_deliberate(since)
