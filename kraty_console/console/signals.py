"""Ends the program on a signal, even while it is busy or its terminal does not read.

A handler of the event loop runs when the loop is free, and the loop may wait for a terminal that does not read. So the
handlers are the process's own: they run whatever the main thread waits for, pass the request to the loop, and start a
watchdog thread that enforces it.
"""

from __future__ import annotations

import _thread
import asyncio
import math
import os
import signal
import time
from types import FrameType
from typing import Any, Final, Protocol

HANDLED: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)

LOOKS: Final = 0.05
"""Seconds between two checks whether the program ends."""

AFTER_HANGUP: Final = 0.8
"""Seconds for everything after a hang-up: without a terminal there is nothing to wait for."""

UNTIL_DELIVERED: Final = 2.0
"""Seconds until the loop must have received the request."""

UNTIL_ENDED: Final = 9.0
"""Seconds for everything: changes under way have five of them to finish."""


def _nothing() -> None:
    """Do nothing."""


class Terminable(Protocol):
    """A program that can be ended."""

    def leave(self, code: int) -> None:
        """End with this exit code; called in the event loop."""

    def stop_waiting_for_terminal(self) -> None:
        """Stop waiting for a terminal that does not read; called from another thread, again and again."""

    def restore_terminal(self) -> None:
        """Leave the terminal as it was, at once: the process ends. Called from another thread."""


class Leaving:
    """Handles the signals that end the process, until `stop`; the exit code is 128 + signal.

    SIGHUP is taken even where the parent made it ignored (nohup, some wrappers): with no terminal there is nobody to
    serve. A program that does not end in time is ended.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._program: Terminable | None = None
        self._code: int | None = None
        self._is_over = self._is_delivered = self._is_watched = False
        self._end = self._deliver_by = math.inf
        self._before: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in HANDLED}
        for number in HANDLED:
            # The loop's own handler does nothing, but with it every signal wakes the loop, whichever thread it meets.
            self._loop.add_signal_handler(number, _nothing)
            signal.signal(number, self._on_signal)

    def tell(self, program: Terminable) -> None:
        """Set the program to notify; deliver a signal that already arrived."""
        self._program = program
        if self._code is not None:
            program.leave(self._code)

    def stop(self) -> None:
        """Restore the old handlers; the watchdog no longer applies."""
        self._is_over = True
        for number, handler in self._before.items():
            self._loop.remove_signal_handler(number)
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        self._end = min(self._end, now + (AFTER_HANGUP if number == signal.SIGHUP else UNTIL_ENDED))
        self._deliver_by = min(self._deliver_by, now + UNTIL_DELIVERED)
        self._code = 128 + number
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, self._code)
        if not self._is_watched:
            self._is_watched = True
            # A thread of `threading` takes a lock that the interrupted code may hold.
            _thread.start_new_thread(self._enforce, (self._code,))

    def _deliver(self, code: int) -> None:
        self._is_delivered = True
        if self._program is not None:
            self._program.leave(code)

    def _is_overdue(self) -> bool:
        now = time.monotonic()
        return not self._is_over and (now >= self._end or (not self._is_delivered and now >= self._deliver_by))

    def _enforce(self, code: int) -> None:
        while not self._is_over:
            time.sleep(LOOKS)
            if self._program is not None:
                self._program.stop_waiting_for_terminal()
            if self._is_overdue():
                try:
                    if self._program is not None:
                        self._program.restore_terminal()
                finally:
                    os._exit(code)
