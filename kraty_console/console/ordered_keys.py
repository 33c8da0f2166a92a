"""Handles one key at a time, so that keys typed in one burst act as if they were typed slowly.

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

START_LIMIT: Final = 5.0
"""Seconds after the first key from which keys are taken though nothing has had the focus yet."""

AT_ONCE: Final = frozenset({"ctrl+c"})
"""Keys that wait for nothing once the first screen is there."""


class OpensLater(Screen[ResultT], Generic[ResultT]):
    """A screen that takes keys only once it is painted (`listen`)."""

    accepts_keys_since: float | None = None
    """When it was painted, on the clock of events; None before."""

    def listen(self, since: float) -> None:
        """Take keys that were typed since it was painted; what was typed ahead comes first."""
        self.accepts_keys_since = since
        if isinstance(self.app, KeysInOrder):
            self.app.call_later(self.app.take_waiting)

    def on_unmount(self) -> None:
        """As `drop_typed`."""
        self.drop_typed()

    def drop_typed(self) -> None:
        """Drop keys that were typed for a screen that was never painted, so that no other screen handles them."""
        if self.accepts_keys_since is None and isinstance(self.app, KeysInOrder):
            self.app.forget_typed()

    def takes_ahead(self, event: events.Key | events.Paste) -> bool:
        """Whether to take what was typed before the screen was painted: text, if a field has the focus."""
        if not isinstance(self.focused, Input | TextArea):
            return False
        return isinstance(event, events.Paste) or event.is_printable or event.key == "backspace"


@dataclass(frozen=True, slots=True)
class _Marker:
    """Queued at a widget behind a key; reached once everything before it is handled.

    Textual asks `inspect` for the parameters of each callback that is not a bound method.
    """

    app: KeysInOrder[Any]
    bottom: DOMNode
    here: DOMNode
    turn: int

    def passed(self) -> None:
        """Everything before it is handled here."""
        self.app.pass_up(self.bottom, self.here.parent or self.app, self.turn)

    def arrived(self) -> None:
        """It was reached at the application, which still handles what it has taken from its queue."""
        asyncio.get_running_loop().call_soon(self.app.reached_top, self.bottom, self.turn)


class KeysInOrder(App[ResultT], Generic[ResultT]):
    """Holds the next key, or paste, back until the one before is handled completely."""

    _taken_at = 0.0
    _turn = 0
    _busy = False
    _accepts_keys = False
    _first_at: float | None = None
    _ahead_of: OpensLater[Any] | None = None
    _last_key = ""
    _typed_last_at = 0.0
    _pause = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Textual's own)
        self._typed: deque[events.Key | events.Paste] = deque()
        super().__init__(*args, **kwargs)

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pastes; other events are handled at once."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Key) and event.key in AT_ONCE and self._accepts_keys:
            await super().on_event(event)
            return
        self._typed.append(event)
        if not self._accepts_keys and self._is_starting():
            return
        if not self._busy or time.monotonic() - self._taken_at > STUCK:
            await self._take()

    @property
    def has_effects_coming(self) -> bool:
        """Whether a key is still being handled, and painting can wait for it."""
        return self._busy and time.monotonic() - self._taken_at < PAINTED_AFTER

    def key_handled(self) -> None:
        """Called after a key is handled completely."""

    @property
    def waiting_keys(self) -> int:
        """How many keys, and pastes, wait for one before them."""
        return len(self._typed)

    @property
    def seconds_since_key(self) -> float:
        """How long ago the last key, or paste, was taken."""
        return 0.0 if self._typed else time.monotonic() - self._taken_at

    async def on_descendant_focus(self) -> None:
        """The first screen has the focus: handle what was typed while it was made."""
        if not self._accepts_keys:
            self._accepts_keys = True
            if self._typed and not self._busy:
                await self._take()

    def _is_starting(self) -> bool:
        """Whether the first screen may still be on its way."""
        now = time.monotonic()
        if self._first_at is None:
            self._first_at = now
        return now - self._first_at < START_LIMIT

    async def take_waiting(self) -> None:
        """Handle the keys that waited for a screen, which takes keys now."""
        if not self._busy:
            await self._take()

    def forget_typed(self) -> None:
        """Drop the waiting keys: the screen that they were typed for was closed before it was painted."""
        self._typed.clear()

    def is_deliberate(self, since: float) -> bool:
        """Whether the key that is handled now was meant on its own.

        It came after a pause since the key before and since the moment `since`, and nothing was typed right behind it.
        """
        return self._pause >= PAUSE and self._typed_last_at - since >= PAUSE and not self.waiting_keys

    async def _take(self) -> None:
        self._turn += 1
        self._busy = False
        event = self._next_accepted()
        if event is None:
            return
        self._busy, self._taken_at = True, time.monotonic()
        target: DOMNode = self.focused or self.screen
        await super().on_event(event)
        self.pass_up(target, target, self._turn)

    def _next_accepted(self) -> events.Key | events.Paste | None:
        """The next key that the screen takes, None when there is none yet."""
        screen = self.screen if isinstance(self.screen, OpensLater) else None
        if screen is not None and screen.accepts_keys_since is None:
            return None
        since = 0.0 if screen is None or screen.accepts_keys_since is None else screen.accepts_keys_since
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

    def pass_up(self, bottom: DOMNode, here: DOMNode, turn: int) -> None:
        """Queue a marker behind everything that waits here; once reached, go on at the parent, up to the app."""
        pump: DOMNode | None = here
        while pump is not None and pump is not self:
            if pump.post_message(events.Callback(callback=_Marker(self, bottom, pump, turn).passed)):
                return
            pump = pump.parent  # it is being removed: its parent still answers
        self.post_message(events.Callback(callback=_Marker(self, bottom, self, turn).arrived))

    def reached_top(self, bottom: DOMNode, turn: int) -> None:
        """A marker reached the application: handle the next key, or start again if something was sent meanwhile."""
        if turn != self._turn:
            return  # a later key did not wait for this one
        if any(node.message_queue_size for node in bottom.ancestors_with_self if node.is_running):
            self.pass_up(bottom, bottom, turn)
            return
        self._busy = False
        if self._typed:
            self.call_later(self.take_waiting)
        self.key_handled()


def deliberate(app: App[Any], since: float) -> bool:
    """Whether the key that is handled now may change something (`KeysInOrder.is_deliberate`)."""
    return isinstance(app, KeysInOrder) and app.is_deliberate(since)
