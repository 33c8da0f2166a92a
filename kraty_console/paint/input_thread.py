"""The thread that hears the keyboard sleeps until there is something to hear.

Textual's wakes up ten times a second: to see whether it has to end, and whether an escape was a key of its own. Here a
bell ends the wait, and only an escape that may be the beginning of more sets a time to it.
"""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from selectors import EVENT_READ, BaseSelector
from threading import Event

from textual import events
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.message import Message

from kraty_console.paint.sequences import Pasted, Sequences

_MOST = 4096
"""Bytes that are read at once."""


class WakeEvent(Event):
    """An event that a selector can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._hears, self._rings = os.pipe()
        self.closed = False
        """Whether its descriptors are given back."""

    def fileno(self) -> int:
        """What is readable from `set` to `clear`."""
        return self._hears

    def set(self) -> None:
        """Ring; a bell that rings already, or is closed, rings no louder."""
        if not self.is_set():
            super().set()
            if not self.closed:
                os.write(self._rings, b"\0")

    def clear(self) -> None:
        """Stop ringing."""
        if self.is_set():
            super().clear()
            if not self.closed:
                os.read(self._hears, 1)

    def close(self) -> None:
        """Give its descriptors back; nothing may wait for it any more."""
        if not self.closed:
            self.closed = True
            os.close(self._hears)
            os.close(self._rings)


class _Parser(XTermParser):
    """Textual's, which is told whole sequences only, and waits for nothing."""

    def settle(self) -> Iterable[Message]:
        """What came is all there is: an escape is a key, or alt."""
        if self._timeout_time is not None:
            self._timeout_time = get_time()
            yield from self.tick()


class TerminalReader:
    """From what a terminal sends to messages. Nothing that is sent makes it fail, or the next thing unheard."""

    def __init__(self, *, mouse: bool, debug: bool) -> None:
        self._debug = debug
        self._decode = getincrementaldecoder("utf-8")(errors="surrogateescape").decode
        self._sequences = Sequences(mouse=mouse)
        self._parser = _Parser(debug)

    def patience(self) -> float | None:
        """Seconds until what came last counts as all there is; None where it is complete."""
        return self._sequences.patience(get_time())

    def read(self, data: bytes) -> Iterator[Message]:
        """Take what was read."""
        return self._messages(self._sequences.feed(self._decode(data), get_time()))

    def skip(self, data: bytes) -> None:
        """Take what was read, and tell nothing of it."""
        for _ in self._sequences.feed(self._decode(data), get_time()):
            pass

    def tick(self) -> Iterator[Message]:
        """Settle what waited long enough."""
        return self._messages(self._sequences.tick(get_time()))

    def end(self) -> None:
        """Nothing more is read."""
        tuple(self._parser.feed(""))

    def _messages(self, tokens: Iterable[str | Pasted]) -> Iterator[Message]:
        for token in tokens:
            if isinstance(token, Pasted):
                yield events.Paste(token.text)
                continue
            try:
                yield from [*self._parser.feed(token), *self._parser.settle()]
            except Exception:  # noqa: BLE001 (whatever the parser cannot read is no key, and no reason to end)
                self._parser = _Parser(self._debug)


def listen(
    keyboard: int,
    bell: WakeEvent,
    selector: BaseSelector,
    heard: Callable[[Message], None],
    gone: Callable[[], None],
    *,
    behind: Callable[[], bool] = lambda: False,
    mouse: bool = False,
    debug: bool = False,
) -> None:
    """Tell `heard` what is typed, until the bell rings.

    After the end of the input, or when the terminal is gone, call `gone` once and only wait for the bell. `selector` is
    closed at the end. The mouse is heard only where it is asked for (`mouse`). While what was told before still waits
    (`behind`), what comes is dropped: nobody types so far ahead.
    """
    reader = TerminalReader(mouse=mouse, debug=debug)
    with selector:
        selector.register(bell, EVENT_READ)
        selector.register(keyboard, EVENT_READ)
        while not bell.is_set():
            ready = selector.select(reader.patience())
            if any(key.fileobj == keyboard for key, _ in ready):
                try:
                    data = os.read(keyboard, _MOST)
                except BlockingIOError:  # somebody else read it first, as a shell does while this is stopped
                    continue
                except OSError:  # of a terminal that was closed
                    data = b""
                if not data:
                    selector.unregister(keyboard)
                    gone()
                if behind():
                    reader.skip(data)
                    continue
                for message in reader.read(data):
                    heard(message)
            for message in reader.tick():
                heard(message)
    reader.end()
