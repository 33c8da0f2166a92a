"""The input thread, which sleeps until there is input.

Textual's wakes up ten times a second, to check whether to stop and whether an escape was a key. Here an event ends the
wait, and only an incomplete escape sequence sets a timeout.
"""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from selectors import EVENT_READ, BaseSelector
from threading import Event

from textual import events
from textual._time import get_time
from textual.message import Message

from kraty_console.paint.sequences import Pasted, Sequences
from kraty_console.paint.textual_internals import SequenceParser

_MOST = 4096
"""Maximum number of bytes per read."""


class WakeEvent(Event):
    """An event that a selector can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._hears, self._rings = os.pipe()
        self.closed = False
        """Whether its descriptors are closed."""

    def fileno(self) -> int:
        """A descriptor that is readable from `set` to `clear`."""
        return self._hears

    def set(self) -> None:
        """Set the event; no effect if it is set or closed."""
        if not self.is_set():
            super().set()
            if not self.closed:
                os.write(self._rings, b"\0")

    def clear(self) -> None:
        """Clear the event."""
        if self.is_set():
            super().clear()
            if not self.closed:
                os.read(self._hears, 1)

    def close(self) -> None:
        """Close its descriptors; nothing may wait for it any more."""
        if not self.closed:
            self.closed = True
            os.close(self._hears)
            os.close(self._rings)


class TerminalReader:
    """Turns terminal input into messages. No input makes it fail or affects later input."""

    def __init__(self, *, mouse: bool, debug: bool) -> None:
        self._debug = debug
        self._decode = getincrementaldecoder("utf-8")(errors="surrogateescape").decode
        self._sequences = Sequences(mouse=mouse)
        self._parser = SequenceParser(debug)

    def patience(self) -> float | None:
        """Seconds until pending input counts as complete; None if nothing is pending."""
        return self._sequences.patience(get_time())

    def read(self, data: bytes, now: float | None = None) -> Iterator[Message]:
        """Process input that was read now, or at another time."""
        return self._messages(self._sequences.feed(self._decode(data), get_time() if now is None else now))

    def skip(self, data: bytes) -> None:
        """Process input without emitting messages."""
        for _ in self._sequences.feed(self._decode(data), get_time()):
            pass

    def tick(self, now: float | None = None) -> Iterator[Message]:
        """Complete pending input after its timeout."""
        return self._messages(self._sequences.tick(get_time() if now is None else now))

    def end(self) -> None:
        """Complete pending input at the end of the input."""
        tuple(self._parser.feed(""))

    def _messages(self, tokens: Iterable[str | Pasted]) -> Iterator[Message]:
        for token in tokens:
            if isinstance(token, Pasted):
                yield events.Paste(token.text)
                continue
            try:
                yield from [*self._parser.feed(token), *self._parser.settle()]
            except Exception:  # noqa: BLE001 (input that the parser cannot read is ignored)
                self._parser = SequenceParser(self._debug)


def listen(
    keyboard: int,
    bell: WakeEvent,
    selector: BaseSelector,
    received: Callable[[Message], None],
    gone: Callable[[], None],
    *,
    before: Iterable[tuple[float, bytes]] = (),
    behind: Callable[[], bool] = lambda: False,
    mouse: bool = False,
    debug: bool = False,
) -> None:
    """Pass keyboard input to `received` until the event `bell` is set.

    At the end of the input, or when the terminal is gone, call `gone` once and wait for the event. `selector` is closed
    at the end. Mouse reports are passed on only with `mouse`. While too many messages are queued (`behind`), input is
    dropped. `before` is input that was read already, and when.
    """
    reader = TerminalReader(mouse=mouse, debug=debug)
    for read_at, data in before:
        for message in (*reader.tick(read_at), *reader.read(data, read_at)):
            received(message)
    for message in reader.tick():
        received(message)
    with selector:
        selector.register(bell, EVENT_READ)
        selector.register(keyboard, EVENT_READ)
        while not bell.is_set():
            ready = selector.select(reader.patience())
            if any(key.fileobj == keyboard for key, _ in ready):
                try:
                    data = os.read(keyboard, _MOST)
                except BlockingIOError:  # another process read it first, such as a shell while this job is stopped
                    continue
                except OSError:  # the terminal was closed
                    data = b""
                if not data:
                    selector.unregister(keyboard)
                    gone()
                if behind():
                    reader.skip(data)
                    continue
                for message in reader.read(data):
                    received(message)
            for message in reader.tick():
                received(message)
    reader.end()
