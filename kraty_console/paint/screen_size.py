"""Limits the screen size that the terminal reports.

All cells are kept in memory. No real screen is larger than this; a larger size is an error or an attack.
"""

from __future__ import annotations

import os

MOST = (500, 300)
"""Columns and rows."""

_NAMES = ("COLUMNS", "LINES")


def clamp_size(columns: int, rows: int) -> tuple[int, int]:
    """The size limited to the maximum."""
    return max(1, min(columns, MOST[0])), max(1, min(rows, MOST[1]))


def drop_invalid_sizes() -> None:
    """Remove invalid sizes from the environment, before a library fails on them."""
    for name in _NAMES:
        size = os.environ.get(name)
        if size is not None and not (size.isascii() and size.isdecimal() and 0 < len(size) <= 5 and int(size)):
            del os.environ[name]
