"""Cursors of lists that are ordered by time."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage.tables.columns import MOMENT, UUID


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The position of a row; the next page has older rows, and at the same time lower ids."""

    at: int
    """Milliseconds since the epoch."""
    id: str

    def encoded(self) -> str:
        """The cursor as callers see it: opaque, safe in a query."""
        return _encoded(self.at, self.id)

    @classmethod
    def decoded(cls, cursor: str) -> PagePosition | None:
        """The position of a cursor; None if the cursor is invalid."""
        at, row_id = _decoded(cursor) or (0, "")
        return cls(at, row_id) if is_id(row_id) else None

    def older(self, at: sa.Column[Any], row_id: sa.Column[Any]) -> sa.ColumnElement[bool]:
        """The condition for rows after this position, by the columns that order them."""
        return sa.tuple_(at, row_id) < sa.tuple_(sa.literal(self.at, MOMENT), sa.literal(self.id, UUID))


@dataclass(frozen=True, slots=True)
class NumberedPosition:
    """The position of a row in a list whose rows of one moment are numbered."""

    at: int
    """Milliseconds since the epoch."""
    number: int

    def encoded(self) -> str:
        """The cursor as callers see it."""
        return _encoded(self.at, str(self.number))

    @classmethod
    def decoded(cls, cursor: str) -> NumberedPosition | None:
        """The position of a cursor; None if the cursor is invalid."""
        at, number = _decoded(cursor) or (0, "")
        return cls(at, int(number)) if number.isdigit() and len(number) <= _LONGEST_NUMBER else None


_LONGEST_NUMBER: Final = 16
"""Digits."""


def _encoded(at: int, key: str) -> str:
    return base64.urlsafe_b64encode(f"{at}.{key}".encode()).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[int, str] | None:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    moment, _, key = text.partition(".")
    return (int(moment), key) if moment.isdigit() and len(moment) <= _LONGEST_NUMBER else None
