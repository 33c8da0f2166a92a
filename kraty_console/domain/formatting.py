"""Formats numbers and durations for every screen and message."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Final

from kraty_console.domain.timestamps import age

GROUP: Final = "\u202f"
"""Between groups of three digits: the narrow no-break space, one cell wide."""

MISSING: Final = "—"
"""Shown for a missing value."""

_GROUPED: Final = re.compile(rf"(?<=\d){GROUP}(?=\d)")

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_YEAR: Final = 365 * _DAY
_GROUPED_LENGTH: Final = 40
_EXACT: Final = 1e15
"""Floats from here on are shown without a fraction."""


def grouped(number: int | float | None) -> str:
    """Format `1840` as `1 840`: digits in groups of three, at most 6 decimals, no exponent; `—` for None."""
    if number is None:
        return MISSING
    if isinstance(number, float):
        if not math.isfinite(number):
            return str(number)
        if not number.is_integer() and abs(number) < _EXACT:
            return f"{number:,.6f}".rstrip("0").rstrip(".").replace(",", GROUP)
        number = int(number)
    if number.bit_length() > _GROUPED_LENGTH * 4:
        return f"a number of about {int(number.bit_length() * 0.30103) + 1} digits"
    return f"{number:,}".replace(",", GROUP)


def ungrouped(text: str) -> str:
    """Remove the digit grouping from a text: `1 840` becomes `1840`."""
    return _GROUPED.sub("", text) if GROUP in text else text


def plain(number: int | float) -> str:
    """A number for typing and copying: no grouping and, unless huge, no exponent."""
    if isinstance(number, int) or not math.isfinite(number) or abs(number) >= _EXACT**2:
        return str(number)
    return f"{number:.0f}" if number.is_integer() else f"{number:.15f}".rstrip("0") if abs(number) < 1 else repr(number)


def grouped_text(text: str) -> str:
    """Group the digits of an amount given as text; other text is unchanged."""
    digits = text.strip().removeprefix("-")
    return grouped(int(text)) if digits.isascii() and digits.isdigit() and len(digits) <= _GROUPED_LENGTH else text


def signed(number: int | float | None) -> str:
    """A change: `+500`, `−20`, `0`."""
    if number is None:
        return MISSING
    if number > 0:
        return f"+{grouped(number)}"
    return f"−{grouped(-number)}" if number < 0 else "0"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 grant`, `2 grants`."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"


def duration_words(seconds: float) -> str:
    """A duration in its largest unit: `12s`, `4m`, `2h`, `3d`, `2y`."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < _DAY:
        return f"{whole // _HOUR}h"
    if whole < _YEAR:
        return f"{whole // _DAY}d"
    return f"{whole // _YEAR}y"


def since(moment: datetime, now: datetime) -> str:
    """A relative time: `2h ago`, `in 5h`, `now` within five seconds."""
    seconds = age(moment, now)
    if abs(seconds) < 5:
        return "now"
    return f"{duration_words(seconds)} ago" if seconds > 0 else f"in {duration_words(-seconds)}"


def since_past(moment: datetime, now: datetime) -> str:
    """Like `since`, for what has happened: a time still to come says that a clock is wrong."""
    words = since(moment, now)
    return f"{words} by a clock that is wrong" if words.startswith("in ") else words


def span(moment: datetime, now: datetime) -> str:
    """The duration between a time and now, in either direction: `3d`."""
    return duration_words(abs(age(moment, now)))


def skew_words(seconds: float) -> str:
    """A warning about clock skew in seconds: positive when this machine is behind the server."""
    minutes = max(1, round(abs(seconds) / _MINUTE))
    days, hours = round(minutes / 1440, 1), minutes // 60
    if minutes < 60:
        length = f"{minutes} min"
    elif hours < 48:
        length = f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    else:
        length = f"{days:g} days"
    direction = "behind" if seconds > 0 else "ahead of"
    return f"this machine's clock is {length} {direction} the server's; times here follow the server's"
