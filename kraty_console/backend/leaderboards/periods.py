"""Periods of a board: a single one, weekly from Monday, or monthly; boundaries at 00:00 UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

DAY_MS: Final = 24 * 60 * 60 * 1000
WEEK_MS: Final = 7 * DAY_MS

_FIRST_MONDAY: Final = 4 * DAY_MS
"""1970-01-05: the epoch itself was a Thursday."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period in milliseconds; the end is exclusive."""

    starts_at: int
    ends_at: int | None
    """None for the one period of a board that never resets."""


def period_of(cadence: str, created_at: int, at_ms: int) -> Period:
    """The period of a time; a board that never resets has one, from its creation."""
    match cadence:
        case "weekly":
            start = at_ms - (at_ms - _FIRST_MONDAY) % WEEK_MS
            return Period(start, start + WEEK_MS)
        case "monthly":
            moment = datetime.fromtimestamp(at_ms // 1000, UTC)
            return Period(_first_of(moment.year, moment.month), _first_of(moment.year, moment.month + 1))
        case _:
            return Period(created_at, None)


def closed(cadence: str, created_at: int, now_ms: int) -> Iterator[Period]:
    """The past periods of a board, newest first, back to the one of its creation."""
    period = period_of(cadence, created_at, now_ms)
    while period.ends_at is not None and period.starts_at > created_at:
        period = period_of(cadence, created_at, period.starts_at - 1)
        yield period


def _first_of(year: int, month: int) -> int:
    """The first moment of a month; the thirteenth is next year's first."""
    year, month = (year + 1, 1) if month > 12 else (year, month)
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000
