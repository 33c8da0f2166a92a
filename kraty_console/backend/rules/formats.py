"""Timestamps and numbers in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from kraty_console.contract.wire import MAX_SAFE_INTEGER

Row = Mapping[str, Any]

LAST_MOMENT: Final = 253_402_300_799_999
"""The end of the year 9999, UTC, in milliseconds: the last time that can be written as a timestamp."""


@lru_cache(maxsize=4096)
def timestamp(ms: int | None) -> str | None:
    """ISO-8601, UTC, milliseconds and `Z` (contract/README.md#wire-format)."""
    if ms is None:
        return None
    seconds, rest = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def number(value: float) -> int | float:
    """A float as an integer if that is exact; anything else unchanged."""
    return int(value) if abs(value) <= MAX_SAFE_INTEGER and value == int(value) else value
