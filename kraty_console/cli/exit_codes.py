"""Exit codes: part of the interface for scripts."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit code of a run."""

    FOUND = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_ALLOWED = 4
    UNREACHABLE = 5
    REFUSED = 6
    STALE = 7
    UNKNOWN = 8
    PARTLY_DONE = 9
    SOMETHING_WRONG = 10
    CRASHED = 70
    INTERRUPTED = 130
