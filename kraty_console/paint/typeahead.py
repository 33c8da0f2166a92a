"""Keys that are typed while the boot screen is shown: text is shown in the search field at once, the rest is kept.

Imports almost nothing, since it starts before the console is loaded.
"""

from __future__ import annotations

import _thread
import os
import select
import time

TYPE_CHECKING = False  # as in `typing`, whose import takes 4 ms
if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 0.5
"""Seconds to wait for a terminal that does not take what is shown."""

MOST = 4096
"""Bytes per read, and characters of text; what comes after them is kept as keys."""

_ERASE = (0x7F, 0x08)
"""What backspace sends."""


class Typeahead:
    """Reads a terminal in a thread of its own until it is stopped.

    Printable ASCII and backspace are `text`, as the search field would have it. From the first other byte on everything
    is `rest`, for the next reader of the terminal: bytes and when they were read (`time.monotonic`), since
    only the time tells an escape before a letter from alt and that letter.
    """

    def __init__(self, terminal: int, show: Callable[[str], None]) -> None:
        """Read the descriptor `terminal`; `show` is called with the text after each change, from the thread."""
        self.text = ""
        self.rest: list[tuple[float, bytes]] = []
        self._terminal = terminal
        self._show = show
        self._slash_dropped = False
        self._ended = _thread.allocate_lock()
        self._hears = self._rings = -1

    def start(self) -> None:
        """Begin to read."""
        self._hears, self._rings = os.pipe()
        self._ended.acquire()
        _thread.start_new_thread(self._run, ())

    def stop(self) -> None:
        """Stop reading; `text` and `rest` no longer change, unless the terminal does not take what is shown."""
        if self._rings >= 0:
            os.close(self._rings)
            self._rings = -1
            self._ended.acquire(timeout=PATIENCE)

    def _run(self) -> None:
        try:
            while True:
                ready, _, _ = select.select([self._terminal, self._hears], [], [])
                if self._hears in ready:
                    return
                data = os.read(self._terminal, MOST)
                if not data:  # the terminal is gone, which its next reader reports
                    return
                self.take(data)
        except OSError:
            return
        finally:
            os.close(self._hears)
            self._ended.release()

    def take(self, data: bytes) -> None:
        """Take in what was read, and show the text if it changed."""
        before = self.text
        for place, byte in enumerate(data):
            if self.rest or not self._is_text(byte):
                self.rest.append((time.monotonic(), data[place:]))
                break
        if self.text != before:
            self._show(self.text)

    def _is_text(self, byte: int) -> bool:
        """Add one byte to the text, if it belongs there."""
        if byte in _ERASE:
            self.text = self.text[:-1]
            return True
        if not 0x20 <= byte < 0x7F or len(self.text) >= MOST:
            return False
        self._add(chr(byte))
        return True

    def _add(self, character: str) -> None:
        """The field takes the first slash in it for the key that leads there."""
        dropped = character == "/" and not self.text and not self._slash_dropped
        self._slash_dropped = dropped
        if not dropped:
            self.text += character
