"""How large a picture is made at most, whatever a terminal says of its size.

A picture is kept cell by cell. No screen is larger than this; what says so is broken, or means harm.
"""

from __future__ import annotations

import os

MOST = (500, 300)
"""Columns and rows."""

_NAMES = ("COLUMNS", "LINES")


def clamp_size(columns: int, rows: int) -> tuple[int, int]:
    """The size that is painted on a terminal of so many columns and rows."""
    return max(1, min(columns, MOST[0])), max(1, min(rows, MOST[1]))


def drop_invalid_sizes() -> None:
    """Take a size out of the environment that is no number, or of no screen, before a library fails on it."""
    for name in _NAMES:
        told = os.environ.get(name)
        if told is not None and not (told.isascii() and told.isdecimal() and 0 < len(told) <= 5 and int(told)):
            del os.environ[name]
