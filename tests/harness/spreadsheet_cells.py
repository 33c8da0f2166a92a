"""Reads the cells of exported CSV back, by the rule of the README."""

from __future__ import annotations

import re


def read_back(cell: str) -> str | None:
    """The text of a cell: without the one quote in front, and with the escaped characters; None for an empty cell."""
    if not cell:
        return None
    return re.sub(r"\\u\{([0-9A-F]+)\}", lambda code: chr(int(code[1], 16)), cell.removeprefix("'"))
