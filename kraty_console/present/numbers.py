"""Formats numbers and ids for display."""

from __future__ import annotations

from kraty_console.domain import formatting
from kraty_console.domain.completeness import UNKNOWN
from kraty_console.present.safe import CUT, MISSING, SafeText, safe


def number(value: int | float | None) -> SafeText:
    """`1 840`, with narrow no-break spaces; `—` for None."""
    return SafeText(formatting.grouped(value))


def total(value: int | float | None) -> SafeText:
    """Like `number`, but `?` for None: the number exists and is unknown."""
    return SafeText(UNKNOWN) if value is None else number(value)


def change(value: int | float | None) -> SafeText:
    """`+500`, `−20`; `—` for None."""
    return SafeText(formatting.signed(value))


def short_id(value: str | None, *, keep: int = 4) -> SafeText:
    """A row's id shortened in the middle, `0197…a3c3`; copying uses the full id."""
    if value is None:
        return MISSING
    if len(value) <= 2 * keep + 1:
        return safe(value)
    head, tail = safe(value[:keep]), safe(value[-keep:])
    return SafeText(head + CUT + tail)
