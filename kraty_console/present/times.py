"""Formats times for display: relative in tables, exact in details."""

from __future__ import annotations

from datetime import datetime, tzinfo

from kraty_console.domain import formatting
from kraty_console.domain.timestamps import as_utc
from kraty_console.present.safe import MISSING, SafeText, safe


def ago(moment: datetime | None, now: datetime) -> SafeText:
    """`2h ago`, `in 5h`, `now`; `—` for None."""
    return MISSING if moment is None else SafeText(formatting.since(moment, now))


def day(moment: datetime | None) -> SafeText:
    """The date in UTC, `2026-03-02`; `—` for None."""
    return MISSING if moment is None else SafeText(as_utc(moment).strftime("%Y-%m-%d"))


def exact(moment: datetime | None, now: datetime | None = None, local: tzinfo | None = None) -> SafeText:
    """`2026-03-02 14:05:09 UTC · 15:05:09 CET · 3d ago`.

    `local` is the user's time zone; None means the zone of this machine. The local time is left out where it equals
    UTC; a local date that differs is written in full.
    """
    if moment is None:
        return MISSING
    utc = as_utc(moment)
    parts = [utc.strftime("%Y-%m-%d %H:%M:%S UTC")]
    try:
        in_zone = utc.astimezone(local)
    except (OverflowError, OSError, ValueError):
        in_zone = utc
    if in_zone.utcoffset() != utc.utcoffset():
        shape = "%H:%M:%S %Z" if in_zone.date() == utc.date() else "%Y-%m-%d %H:%M:%S %Z"
        parts.append(safe(in_zone.strftime(shape)))
    if now is not None:
        parts.append(ago(moment, now))
    return SafeText(" · ".join(parts))
