"""The mode of the terminal while the boot screen is shown. Imported to show it: other commands save 2 ms."""

from __future__ import annotations

import os
import select
import signal
import termios

from kraty_console.paint.typeahead import Typeahead

TYPE_CHECKING = False  # as in `typing`, whose import takes 4 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PATIENCE = 0.3
"""Seconds to wait for a terminal that may not read."""


class TerminalMode:
    """Keys are kept without echo; the attributes from before are restored at the end."""

    def __init__(self, attributes: list[Any]) -> None:
        """`attributes` are those to restore."""
        self.attributes = attributes

    @classmethod
    def enter(cls, end: Callable[[int, Any], None]) -> TerminalMode | None:
        """Stop echo and line editing; None if this process does not control the terminal.

        `end` handles the signals that end the program.
        """
        try:
            if os.tcgetpgrp(0) != os.getpgrp():
                return None
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, end)
            before = termios.tcgetattr(0)
            quiet = termios.tcgetattr(0)
            quiet[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
            quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
            quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
            quiet[6][termios.VSUSP] = quiet[6][termios.VQUIT] = b"\0"
            termios.tcsetattr(0, termios.TCSANOW, quiet)
        except (OSError, termios.error):
            return None
        return cls(before)

    @staticmethod
    def watch(changed: Callable[[], None]) -> None:
        """Call `changed` when the terminal is resized, or the program resumes after a suspension."""
        for number in (signal.SIGWINCH, signal.SIGCONT):
            signal.signal(number, lambda *_: changed())

    @staticmethod
    def read_ahead(show: Callable[[str], None]) -> Typeahead:
        """Begin to read what is typed; `show` gets the text after each change."""
        typeahead = Typeahead(0, show)
        typeahead.start()
        return typeahead

    @staticmethod
    def disable_interrupt_key() -> None:
        """Make ctrl+c an ordinary key."""
        try:
            now = termios.tcgetattr(0)
            now[3] &= ~termios.ISIG
            termios.tcsetattr(0, termios.TCSANOW, now)
        except (OSError, termios.error):  # the terminal is gone
            return

    def leave(self, last: bytes, *, patient: bool) -> None:
        """Send the last output and restore the attributes.

        Unless `patient`, do not wait for a terminal that does not read.
        """
        try:
            if patient or select.select([], [2], [], PATIENCE)[1]:
                os.write(2, last)
            termios.tcsetattr(0, termios.TCSANOW, self.attributes)
        except (OSError, termios.error):  # the terminal is gone: there is nothing to restore
            return
