"""Column types that both databases store, compare and sort the same way."""

from __future__ import annotations

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

UUID: Final = sa.Uuid(as_uuid=False)
"""An internal id: UUIDv7 as text on the Python side."""

TEXT: Final = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
"""Text in byte order: the same comparison on both databases whatever the server's locale."""

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
