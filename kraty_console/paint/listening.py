"""The thread that hears the keyboard sleeps until there is something to hear.

Textual's wakes up ten times a second: to see whether it has to end, and whether an escape was a key of its own. Here a
bell ends the wait, and only an escape that may be the beginning of more sets a time to it.
"""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from collections.abc import Callable
from selectors import EVENT_READ, BaseSelector
from threading import Event

from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.message import Message

_MOST = 4096
"""Bytes that are read at once."""


class Bell(Event):
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
    @property
    def patience(self) -> float | None:
        """Seconds until what came last counts as all there is; None where it is complete."""
        return None if self._timeout_time is None else max(0.0, self._timeout_time - get_time())


def listen(
    keyboard: int,
    bell: Bell,
    selector: BaseSelector,
    heard: Callable[[Message], None],
    gone: Callable[[], None],
    *,
    debug: bool = False,
) -> None:
    """Tell `heard` what is typed, until the bell rings.

    After the end of the input, or when the terminal is gone, call `gone` once and only wait for the bell. `selector` is
    closed at the end.
    """
    parser = _Parser(debug)
    decode = getincrementaldecoder("utf-8")(errors="replace").decode
    with selector:
        selector.register(bell, EVENT_READ)
        selector.register(keyboard, EVENT_READ)
        while not bell.is_set():
            ready = selector.select(parser.patience)
            if any(key.fileobj == keyboard for key, _ in ready):
                try:
                    data = os.read(keyboard, _MOST)
                except OSError:  # of a terminal that was closed
                    data = b""
                if not data:
                    selector.unregister(keyboard)
                    gone()
                elif text := decode(data):
                    for message in parser.feed(text):
                        heard(message)
            for message in parser.tick():
                heard(message)
    tuple(parser.feed(""))
