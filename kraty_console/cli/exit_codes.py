"""Exit codes: part of the interface, so scripts can tell what happened without reading words."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a run ended."""

    FOUND = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_ALLOWED = 4
    UNREACHABLE = 5
    CRASHED = 70
    INTERRUPTED = 130
