"""Records: the rows of a table as objects whose attributes mypy knows, declared once with the table itself.

A class declares the columns. On the table, `players.c.email` is the column; on a row, `player.email` is its value. Both
have the type of the declaration, and a misspelt name is an error of the type check. Values are in the `__dict__` of a
record, so reading one costs what any attribute costs (backend/README.md#why-records).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast, overload

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import UUID, metadata

if TYPE_CHECKING:
    from sqlalchemy.sql.type_api import TypeEngine

T = TypeVar("T")
RecordT = TypeVar("RecordT", bound="Record")
RecordT_co = TypeVar("RecordT_co", bound="Record", covariant=True)


class ColumnField(Generic[T]):
    """A column in the declaration of a record: the column itself on the class, its value on a record."""

    def __init__(self, type_: TypeEngine[Any], **options: Any) -> None:  # noqa: ANN401 (options of sa.Column)
        self._type = type_
        self._options = options
        self._column: sa.Column[T] | None = None

    def bind(self, name: str) -> ColumnField[T]:
        """The same field with a column of its own, for one table."""
        bound: ColumnField[T] = ColumnField(self._type, **self._options)
        bound._column = sa.Column(name, self._type, **self._options)
        return bound

    @property
    def column(self) -> sa.Column[T]:
        """The column of the table."""
        assert self._column is not None, "a field has a column once its table is made"
        return self._column

    @overload
    def __get__(self, record: None, owner: type[Record]) -> sa.Column[T]: ...
    @overload
    def __get__(self, record: Record, owner: type[Record]) -> T: ...
    def __get__(self, record: Record | None, owner: type[Record]) -> sa.Column[T] | T:
        if record is None:
            return self.column
        raise AttributeError(f"The column {self.column} was not read")  # the `__dict__` comes first


def key(type_: TypeEngine[T]) -> ColumnField[T]:
    """A column of the primary key."""
    return ColumnField(type_, primary_key=True, nullable=False)


def column(type_: TypeEngine[T], *, default: T | None = None) -> ColumnField[T]:
    """A column that is never NULL; `default` is what `Transaction.add` writes where no value is given."""
    return ColumnField(type_, nullable=False, default=default)


def optional(type_: TypeEngine[T]) -> ColumnField[T | None]:
    """A column that may be NULL."""
    return ColumnField(type_, nullable=True)


def version() -> ColumnField[int | None]:
    """The version of a row, which counts the transactions that changed it; NULL, in rows of old releases, is 1."""
    return ColumnField(sa.BigInteger(), nullable=True, default=1)


class Record:
    """A row. One that a transaction tracks is changed with `Transaction.change`; others are read only."""

    __slots__ = ("__dict__", "changed", "fresh", "made_here")

    table: ClassVar[sa.Table]
    unversioned: ClassVar[frozenset[str]] = frozenset()
    """Columns that may change without a new version."""

    changed: set[str]
    """Columns that are still to be written."""
    fresh: bool
    """Not written yet."""
    made_here: bool
    """Made by the transaction that tracks it: nothing else can refer to it yet."""

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The record with these values, by column name; the dictionary becomes its own."""
        record = cls.__new__(cls)
        record.__dict__ = values
        return record

    def primary_key(self) -> tuple[Any, ...]:
        """The values of the primary key."""
        values = self.__dict__
        return tuple(values[column.name] for column in self.table.primary_key)


class OwnedByGame(Record):
    """A row of a game: its primary key begins with studio and game."""

    studio_id = key(UUID)
    game_id = key(UUID)


class OwnedByPlayer(OwnedByGame):
    """A row of a player: its primary key begins with studio, game and player."""

    player_id = key(UUID)

    def owner(self) -> dict[str, str]:
        """The columns that say whose row it is, for another row of the same player."""
        return {"studio_id": self.studio_id, "game_id": self.game_id, "player_id": self.player_id}


class RecordTable(sa.Table, Generic[RecordT_co]):
    """A table as the type check sees it: its columns are the fields of its record."""

    if TYPE_CHECKING:

        @property
        def c(self) -> type[RecordT_co]:  # type: ignore[override]  # the fields of the record in place of names
            """The columns."""
            ...

    record: type[RecordT_co]


def table(name: str, record: type[RecordT], *constraints: sa.schema.SchemaItem) -> RecordTable[RecordT]:
    """Make the table of a record out of its fields, those of its base first."""
    fields = {
        name: value
        for base in reversed(record.__mro__)
        for name, value in vars(base).items()
        if isinstance(value, ColumnField)
    }
    columns = []
    for attribute, field in fields.items():
        bound = field.bind(attribute)
        setattr(record, attribute, bound)
        columns.append(bound.column)
    made = cast("RecordTable[RecordT]", sa.Table(name, metadata, *columns, *constraints))
    record.table = made
    made.record = record
    return made
