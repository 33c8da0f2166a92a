"""Compares times. One without a zone is taken as UTC (contract/README.md#wire-format)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def as_utc(moment: datetime) -> datetime:
    """The time in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def age(moment: datetime, now: datetime) -> float:
    """Seconds since a time; negative if it is in the future."""
    if now.tzinfo is None or moment.tzinfo is None:
        now, moment = as_utc(now), as_utc(moment)
    return (now - moment).total_seconds()


def is_past(moment: datetime | None, now: datetime | None) -> bool:
    """Whether a time is over; False if either is unknown."""
    return moment is not None and now is not None and age(moment, now) > 0


def is_within(moment: datetime | None, now: datetime, period: timedelta) -> bool:
    """Whether a time is less than `period` ago, or in the future; False if it is unknown."""
    return moment is not None and age(moment, now) < period.total_seconds()
