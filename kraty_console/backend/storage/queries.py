"""Selects that are built and compiled once, and read together in one round trip.

Building a select and its cache key on each call costs more than most look-ups; so does each trip to the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import sqlalchemy as sa

from kraty_console.backend.storage.statements import tables_read_by
from kraty_console.backend.storage.tables.record import Record, RecordT

if TYPE_CHECKING:
    from sqlalchemy.sql.type_api import TypeEngine

Values = Mapping[str, Any]
"""The values of query parameters, by name."""

_Convert = Callable[[Any], Any]

ResultT = TypeVar("ResultT", bound=Record)


def parameter(name: str, type_: TypeEngine[Any]) -> sa.BindParameter[Any]:
    """A parameter of a select; its value is given when the query runs."""
    return sa.bindparam(name, None, type_)


class Query(Generic[RecordT]):
    """A select whose values are given when it is read (`parameter`); it reads columns that the record has."""

    def __init__(self, record: type[RecordT], statement: sa.Select[*tuple[Any, ...]]) -> None:
        self.record = record
        self.statement = statement


class QueryResults:
    """The rows of queries that were read together; equal documents in them may be one object."""

    def __init__(self, rows: Mapping[Query[Any], list[Any]]) -> None:
        self._rows = rows

    def __getitem__(self, query: Query[ResultT]) -> list[ResultT]:
        """Every row of one of the queries, as records that are not tracked."""
        return self._rows[query]

    def first(self, query: Query[ResultT]) -> ResultT | None:
        """The first row of one of the queries, None when there is none."""
        return next(iter(self._rows[query]), None)


class Reader(Protocol):
    """What reads queries: a database, in a short transaction of their own, or a transaction that is under way."""

    async def fetch(self, queries: Queries, values: Values) -> QueryResults:
        """The rows of all queries, of one state of the database."""
        ...


class Statement:
    """A statement for a driver, with positional parameters."""

    def __init__(self, statement: sa.Select[*tuple[Any, ...]], dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.text = str(compiled)
        self._binds = [_value_of(binds[name], dialect) for name in compiled.positiontup or ()]

    def parameters(self, values: Values) -> tuple[Any, ...]:
        """The values by place."""
        return tuple(bind(values) for bind in self._binds)


def _value_of(bind: sa.BindParameter[Any], dialect: sa.Dialect) -> Callable[[Values], Any]:
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.unique:  # a value in the statement itself
        constant = bind.value if convert is None else convert(bind.value)
        return lambda _values: constant
    name = bind.key
    if convert is None:
        return lambda values: values[name]
    return lambda values: convert(values[name])


def _once(convert: _Convert) -> _Convert:
    """A conversion that reads equal documents once: many rows of a list hold the same one."""
    known: dict[str, Any] = {}

    def converted(text: str) -> Any:  # noqa: ANN401 (any JSON)
        if text not in known:
            known[text] = convert(text)
        return known[text]

    return converted


class _Rows:
    """A query for one database: the statement, and how its rows become records."""

    def __init__(self, query: Query[Any], dialect: sa.Dialect) -> None:
        self.statement = Statement(query.statement, dialect)
        self._record = query.record
        columns = query.statement.selected_columns.items()
        self._names = tuple(name for name, _ in columns)
        self._converters = [
            (name, convert, isinstance(column.type, sa.JSON))
            for name, column in columns
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def records(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        names, of = self._names, self._record.of
        converters = [(name, _once(convert) if repeats else convert) for name, convert, repeats in self._converters]
        records = []
        for row in rows:
            values = dict(zip(names, row, strict=True))
            for name, convert in converters:
                if (value := values[name]) is not None:
                    values[name] = convert(value)
            records.append(of(values))
        return records


class Queries:
    """Queries that are read together, in one visit to the database."""

    def __init__(self, *queries: Query[Any]) -> None:
        self._queries = queries
        self._rows: list[_Rows] | None = None
        self._combined: Statement | None = None
        read = [tables_read_by(query.statement) for query in queries]
        self.tables: Final = None if None in read else frozenset(table for each in read if each for table in each)
        """The tables that are read; None if they are unknown (all may be)."""

    def separate(self, values: Values, dialect: sa.Dialect) -> list[tuple[str, tuple[Any, ...]]]:
        """The statement and the parameters of each query, on SQLite."""
        return [(rows.statement.text, rows.statement.parameters(values)) for rows in self._compiled(dialect)]

    def separate_results(self, rows: Iterable[Iterable[Sequence[Any]]], dialect: sa.Dialect) -> QueryResults:
        """The rows that `separate` read, as records."""
        records = (known.records(each) for known, each in zip(self._compiled(dialect), rows, strict=True))
        return QueryResults(dict(zip(self._queries, records, strict=True)))

    def combined(self, values: Values, dialect: sa.Dialect) -> tuple[str, tuple[Any, ...]]:
        """One statement for all queries, and its parameters, on PostgreSQL: a row with a JSON document for each."""
        if self._combined is None:
            self._combined = Statement(sa.select(*map(_as_document, self._queries)), dialect)
        return self._combined.text, self._combined.parameters(values)

    def combined_results(self, row: Sequence[str | None]) -> QueryResults:
        """The row that `combined` read, as records."""
        return QueryResults(
            {
                query: [] if document is None else list(map(query.record.of, json.loads(document)))
                for query, document in zip(self._queries, row, strict=True)
            }
        )

    def _compiled(self, dialect: sa.Dialect) -> list[_Rows]:
        if self._rows is None:
            self._rows = [_Rows(query, dialect) for query in self._queries]
        return self._rows


def _as_document(query: Query[Any]) -> sa.ColumnElement[Any]:
    """The rows of a query as one JSON array of objects, in their order; NULL where there are none.

    The types of columns all come back from JSON as the driver would give them: text, ids, numbers, documents.
    """
    rows = query.statement.subquery()
    array = sa.select(sa.func.json_agg(rows.table_valued())).select_from(rows).scalar_subquery()
    return sa.cast(array, sa.Text)
