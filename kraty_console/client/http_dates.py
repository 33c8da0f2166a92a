"""Dates in HTTP headers (RFC 9110, 5.6.7)."""

from __future__ import annotations

from datetime import UTC, datetime


def http_date(text: str) -> datetime | None:
    """The time in a header such as `Date`, in UTC if it names no zone; None if it is not a date."""
    # `email` takes about 10 ms to import; the first answers need it only after they are drawn.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
