"""Delivery ids: `evt_` and a ULID."""

from __future__ import annotations

import re
import uuid
from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

_FORM: Final = re.compile(r"evt_[0-7][0-9A-HJKMNP-TV-Z]{25}")


def delivery_id(made: str) -> str:
    """The delivery id of a UUIDv7: both begin with the time and sort by it."""
    value = uuid.UUID(made).int
    return "evt_" + "".join(_DIGITS[value >> shift & 31] for shift in range(125, -1, -5))


def is_delivery_id(text: str) -> bool:
    """Whether the text can be a delivery id."""
    return _FORM.fullmatch(text) is not None


def least_uuid7(ms: int) -> str:
    """The least UUIDv7 of a time (milliseconds since the epoch): ids made then or later are greater."""
    return str(uuid.UUID(int=(ms & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | 0b10 << 62))


def as_uuid(known: str) -> str:
    """The UUIDv7 of a delivery id."""
    value = 0
    for digit in known.removeprefix("evt_"):
        value = value << 5 | _DIGITS.index(digit)
    return str(uuid.UUID(int=value))


def moment_of(known: str) -> int:
    """The time of a delivery id (milliseconds since the epoch)."""
    return uuid.UUID(as_uuid(known)).int >> 80


def first_from(ms: int, row_id: str) -> str:
    """The delivery id at a position in an order by time, then id: ids before it are less."""
    value = uuid.UUID(row_id)
    if value.int >> 80 != ms:
        value = uuid.UUID(int=(ms + (ms < value.int >> 80)) << 80)
    return delivery_id(str(value))
