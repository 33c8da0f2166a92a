"""Moments as callers write them: ISO-8601 with a zone (kraty-api 7.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from kraty_console.backend.http import api_errors

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(text: str | None, field: str) -> int | None:
    """Milliseconds since the epoch; None for None.

    Raises 400 naming the field when the text is no moment, or has no zone.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise api_errors.invalid(field, "must be an ISO-8601 moment with a zone, such as 2026-01-31T12:00:00Z")
    return (moment - _EPOCH) // timedelta(milliseconds=1)
