"""Writes to a terminal, and can be abandoned if the terminal stops reading.

A write to a terminal that does not read (ctrl+s, a paused connection, a dead link) blocks forever. Here the wait can be
ended, and the sequence that restores the terminal is written once, without waiting.
"""

from __future__ import annotations

import os
import select
import termios
import time
from typing import TextIO

_PIECE = 4096
"""Maximum number of bytes per write."""


class TerminalWriter:
    """A file for writing to a terminal. One thread may write at a time; the other methods are thread-safe."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._descriptor = reopen_terminal(file.fileno(), os.O_WRONLY)
        self._hears, self._rings = os.pipe()
        self._waits_since: float | None = None
        self.given_up = False
        """Whether writing was abandoned."""

    def fileno(self) -> int:
        """The descriptor of the file."""
        return self._file.fileno()

    def write(self, text: str) -> None:
        """Write a text, or as much as is accepted until writing is abandoned."""
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
        """Wait until the terminal accepts output, or writing is abandoned."""
        self._waits_since = time.monotonic()
        select.select([self._hears], [self._descriptor], [])

    def flush(self) -> None:
        """No effect: nothing is buffered."""

    def is_stuck(self, seconds: float) -> bool:
        """Whether a pending write made no progress for this time."""
        since = self._waits_since
        return since is not None and time.monotonic() - since >= seconds

    def give_up(self) -> None:
        """Abandon the pending write and all later ones."""
        if not self.given_up:
            self.given_up = True
            os.write(self._rings, b"\0")

    def last(self, text: str) -> None:
        """Discard unread output and write this instead, without waiting."""
        try:
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
        except termios.error:
            return
        try:
            if select.select([], [self._descriptor], [], 0)[1]:
                os.write(self._descriptor, text.encode())
        except OSError:  # not even this is accepted
            return


def reopen_terminal(descriptor: int, access: int) -> int:
    """A non-blocking descriptor of the same terminal (`access` as for `os.open`).

    The terminal is reopened, because the blocking mode is shared with other processes such as the shell. If that fails,
    the blocking descriptor itself is returned.
    """
    try:
        own = os.open(os.ttyname(descriptor), access | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return descriptor
    if os.fstat(own).st_rdev == os.fstat(descriptor).st_rdev:
        return own
    os.close(own)
    return descriptor
