"""Checks whether the console can be drawn on this terminal."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Mapping
from typing import Final

_INSTEAD: Final = "use kraty-console search and show, which need no screen"


def why_no_console(
    environ: Mapping[str, str], *, input_fd: int = 0, output_fd: int = 1, error_fd: int = 2, encoding: str
) -> str | None:
    """Why the console cannot be drawn, with advice; None if it can."""
    if not os.isatty(output_fd):
        return f"the output is not a terminal: {_INSTEAD}"
    if not os.isatty(input_fd):
        return f"the input is not a terminal: {_INSTEAD}"
    if not os.isatty(error_fd):  # the console is drawn on the error output, which leaves the output for data
        return f"the error output is not a terminal, and that is where it is drawn: leave out 2>, or {_INSTEAD}"
    term = environ.get("TERM", "")
    if term in ("", "dumb"):
        return f"TERM is {term or 'not set'}, and nothing can be drawn on that: set TERM=xterm-256color, or {_INSTEAD}"
    try:
        is_utf8 = codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        is_utf8 = False
    if not is_utf8:
        return f"the terminal's encoding is {encoding}, not UTF-8: run it as LC_ALL=C.UTF-8 kraty-console"
    return None


def take_terminal_back() -> None:
    """Make the terminal the standard input again, after a token was read from it."""
    if os.isatty(0):
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return
    os.dup2(terminal, 0, inheritable=True)
    os.close(terminal)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (it lives as long as the process)
