"""The way out to a terminal, which can be given up where the terminal does not read any more.

What is written to a terminal that does not read (a stopped pager of the connection, a held screen, a dead link) waits
in the system for ever, and whoever writes waits with it. Here the wait can be ended, and what still has to be said, to
leave the terminal as it was, is offered once, without waiting.
"""

from __future__ import annotations

import os
import select
import termios
import time
from typing import TextIO

_PIECE = 4096
"""Bytes that are offered at once."""


class TerminalWriter:
    """A file that a terminal is written through, by one thread at a time; the rest may be called from any."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._descriptor = reopen_terminal(file.fileno(), os.O_WRONLY)
        self._hears, self._rings = os.pipe()
        self._waits_since: float | None = None
        self.given_up = False
        """Whether nothing is written any more."""

    def fileno(self) -> int:
        """The descriptor of the file."""
        return self._file.fileno()

    def write(self, text: str) -> None:
        """Write all of a text, or as much as is taken until it is given up."""
        left = memoryview(text.encode("utf-8", "backslashreplace"))
        while left and not self.given_up:
            try:
                left = left[os.write(self._descriptor, left[:_PIECE]) :]
            except BlockingIOError:
                self._wait()
            except OSError:  # the terminal is gone
                self.given_up = True
        self._waits_since = None

    def _wait(self) -> None:
        """Wait until some of it is taken, or it is given up."""
        self._waits_since = time.monotonic()
        select.select([self._hears], [self._descriptor], [])

    def flush(self) -> None:
        """Nothing is kept back."""

    def is_stuck(self, seconds: float) -> bool:
        """Whether nothing was taken for so long of what is offered."""
        since = self._waits_since
        return since is not None and time.monotonic() - since >= seconds

    def give_up(self) -> None:
        """Drop what is offered, and whatever would be."""
        if not self.given_up:
            self.given_up = True
            os.write(self._rings, b"\0")

    def last(self, text: str) -> None:
        """Offer this in place of all that the terminal has not read yet, and do not wait for it."""
        try:
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
        except termios.error:
            return
        try:
            if select.select([], [self._descriptor], [], 0)[1]:
                os.write(self._descriptor, text.encode())
        except OSError:  # not even this is taken
            return


def reopen_terminal(descriptor: int, access: int) -> int:
    """A descriptor of the same terminal on which nothing waits, neither reading nor writing (`access`, as `os.open`).

    Opened anew, for whether that waits is shared by all that have the same opening, the shell among them. Where it
    cannot be opened, the descriptor itself: then it is waited for.
    """
    try:
        own = os.open(os.ttyname(descriptor), access | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return descriptor
    if os.fstat(own).st_rdev == os.fstat(descriptor).st_rdev:
        return own
    os.close(own)
    return descriptor
