"""Ending well when told to go: Textual leaves SIGINT and SIGTERM to kill it and may spin for ever after SIGHUP."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

HANDLED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


_ends: list[threading.Timer] = []
"""What ends the process where it cannot end well."""


def install(leave: Callable[[int], None]) -> None:
    """Call `leave` with the exit code (128 + signal) when the process is told to go.

    SIGHUP is taken even where the parent made it ignored (nohup, some wrappers): with no terminal there is nobody to
    serve. Where the terminal is gone for good, a second signal is not waited for: the process ends by itself.
    """
    loop = asyncio.get_running_loop()

    def handle(number: signal.Signals) -> None:
        leave(128 + number)
        if number == signal.SIGHUP:
            # Writing to a vanished terminal may block this thread for ever; what matters is already on disk.
            end = threading.Timer(0.8, os._exit, (128 + number,))
            end.daemon = True
            end.start()
            _ends.append(end)

    for number in HANDLED:
        with suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, handle, number)


def uninstall() -> None:
    """Give the signals back; who got here ends well, however long that takes."""
    while _ends:
        _ends.pop().cancel()
    loop = asyncio.get_running_loop()
    for number in HANDLED:
        with suppress(NotImplementedError, RuntimeError):
            loop.remove_signal_handler(number)
