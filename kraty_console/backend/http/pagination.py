"""Cursors of lists that are ordered by time, newest first."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

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
        return base64.urlsafe_b64encode(f"{self.at}.{self.id}".encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, cursor: str) -> PagePosition | None:
        """The position of a cursor; None if the cursor is invalid."""
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return None
        moment, _, row_id = text.partition(".")
        if not (moment.isdigit() and len(moment) <= 16 and is_id(row_id)):
            return None
        return cls(int(moment), row_id)

    def older(self, at: sa.Column[Any], row_id: sa.Column[Any]) -> sa.ColumnElement[bool]:
        """The condition for rows after this position, by the columns that order them."""
        return sa.tuple_(at, row_id) < sa.tuple_(sa.literal(self.at, MOMENT), sa.literal(self.id, UUID))
