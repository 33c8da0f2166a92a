"""Column types that both databases store, compare and sort the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.sql.type_api import TypeEngine

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class _Id(sa.Uuid[str]):
    """An id as text. What SQLite stores (32 digits) gets its hyphens by slicing, at a fifth of the cost of a UUID."""

    def result_processor(self, dialect: sa.Dialect, _coltype: object) -> Callable[[Any], str | None] | None:
        return _text if dialect.supports_native_uuid else _hyphenated_if_any


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _hyphenated_if_any(digits: str | None) -> str | None:
    return None if digits is None else hyphenated(digits)


def hyphenated(digits: str) -> str:
    """An id as it is written, from its 32 digits."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


UUID: Final = _Id(as_uuid=False)
"""An internal id: UUIDv7 as text on the Python side."""

TEXT: Final = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
"""Text in byte order: the same comparison on both databases for any locale of the server."""

MOMENT: Final = sa.BigInteger()
"""Milliseconds since the epoch, UTC."""

JSON: Final[TypeEngine[Any]] = sa.JSON(none_as_null=True)
"""JSON kept as text, so that numbers and key order come back as they went in."""

INTEGER: Final = sa.Integer()
BIGINT: Final = sa.BigInteger()
DOUBLE: Final[TypeEngine[float]] = sa.Double()
BOOLEAN: Final = sa.Boolean()

CONDITION: Final = "where"
"""What an index notes in its `info` when not every row is in it."""


def of_game() -> sa.ForeignKeyConstraint:
    """The row belongs to a game that exists."""
    return sa.ForeignKeyConstraint(["studio_id", "game_id"], ["games.studio_id", "games.game_id"])


def of_player() -> sa.ForeignKeyConstraint:
    """The row belongs to a player that exists."""
    return sa.ForeignKeyConstraint(
        ["studio_id", "game_id", "player_id"], ["players.studio_id", "players.game_id", "players.player_id"]
    )


def where(name: str, condition: str, *columns: str) -> sa.Index:
    """An index of the few rows that meet a condition; a query says the same words to have it used.

    The condition is only noted here, for the migrations make the indexes. Told to SQLAlchemy, it would load what it has
    for both databases, of which a start needs one.
    """
    return sa.Index(name, *columns, info={CONDITION: condition})
