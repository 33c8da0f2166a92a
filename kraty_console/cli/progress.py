"""A line that counts rows on the standard error while a long list is read; only on a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import Final

EVERY: Final = 0.1
"""Seconds between two lines: more often costs more than it tells."""


class RowProgress:
    """Rewrites one line; print nothing else before `clear`."""

    def __init__(self) -> None:
        self._is_shown = False
        self._next = 0.0
        self._is_terminal = sys.stderr.isatty()

    def show(self, words: str) -> None:
        """Replace the line, unless that was done just before; `words` are this program's own."""
        if self._is_terminal and (now := time.monotonic()) >= self._next:
            self._next = now + EVERY
            self._write(f"\r{words}\x1b[K")
            self._is_shown = True

    def clear(self) -> None:
        """Remove the line."""
        if self._is_shown:
            self._write("\r\x1b[K")
            self._is_shown = False

    def _write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()
