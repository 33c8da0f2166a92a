"""Timestamps and numbers in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.storage.wire_forms import WireValue, made
from kraty_console.contract.wire import MAX_SAFE_INTEGER

Row = Mapping[str, Any]

LAST_MOMENT: Final = 253_402_300_799_999
"""The end of the year 9999, UTC, in milliseconds: the last time that can be written as a timestamp."""


@lru_cache(maxsize=4096)
def timestamp(ms: int | None) -> str | None:
    """ISO-8601, UTC, milliseconds and `Z` (contract/README.md#wire-format)."""
    if ms is None:
        return None
    day, rest = divmod(ms, 86_400_000)
    seconds, rest = divmod(rest, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{_date(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.{rest:03d}Z"


@lru_cache(maxsize=4096)
def _timestamp_in_json(ms: int) -> str:
    return f'"{timestamp(ms)}"'


def moment(column: sa.ColumnElement[Any]) -> WireValue:
    """A column of milliseconds, written as a timestamp."""
    return made(timestamp, column, write=_timestamp_in_json)


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    """The date of a day since the epoch: most timestamps of a list are of few days."""
    return (_EPOCH + timedelta(day)).isoformat()


_EPOCH: Final = date(1970, 1, 1)


def number(value: float) -> int | float:
    """A float as an integer if that is exact; anything else unchanged."""
    return int(value) if abs(value) <= MAX_SAFE_INTEGER and value == int(value) else value
