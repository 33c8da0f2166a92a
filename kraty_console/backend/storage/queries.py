"""Selects that are built and compiled once, and read together in one round trip.

Building a select and its cache key on each call costs more than most look-ups; so does each trip to the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import sqlalchemy as sa

from kraty_console.backend.storage.engine import load_json
from kraty_console.backend.storage.statements import tables_read_by
from kraty_console.backend.storage.tables.record import Record, RecordT
from kraty_console.backend.storage.wire_forms import Convert, JsonText, Memo, RowWriter, SelectedColumn, WireForm

if TYPE_CHECKING:
    from sqlalchemy.sql.type_api import TypeEngine

Values = Mapping[str, Any]
"""The values of query parameters, by name."""

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

    def __init__(self, rows: Mapping[Query[Any], _RawRows]) -> None:
        self._rows = rows

    def __getitem__(self, query: Query[ResultT]) -> list[ResultT]:
        """Every row of one of the queries, as records that are not tracked."""
        return self._rows[query].records(query.record)

    def first(self, query: Query[ResultT]) -> ResultT | None:
        """The first row of one of the queries, None when there is none."""
        return next(iter(self[query]), None)

    def array(self, query: Query[Any], form: WireForm) -> JsonText:
        """Every row of one of the queries in wire form, written as JSON."""
        return self._rows[query].array(form)


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


class _Columns:
    """The columns of a query, and how raw values of one database become Python values."""

    def __init__(self, query: Query[Any], converter: Callable[[TypeEngine[Any]], Convert | None]) -> None:
        columns = list(query.statement.selected_columns.items())
        self.by_name: Final = {
            name: SelectedColumn(place, column.type, converter(column.type))
            for place, (name, column) in enumerate(columns)
        }
        self._writers: dict[WireForm, RowWriter] = {}

    def writer(self, form: WireForm) -> RowWriter:
        """What writes the rows in a form."""
        writer = self._writers.get(form)
        if writer is None:
            writer = self._writers[form] = form.writer(self.by_name)
        return writer


class _RawRows:
    """The rows of a query as a database gave them."""

    def __init__(self, columns: _Columns, rows: Sequence[Sequence[Any]], written: dict[Any, Memo]) -> None:
        self._columns = columns
        self._values: list[Sequence[Any]] = [*zip(*rows, strict=True)] if rows else [()] * len(columns.by_name)
        self._written = written

    def array(self, form: WireForm) -> JsonText:
        """The rows in wire form, written as JSON."""
        return self._columns.writer(form).array(self._values, self._written)

    def records(self, kind: type[RecordT]) -> list[RecordT]:
        """The rows as records."""
        names, values, of = self._columns.by_name, self._values.copy(), kind.of
        for column in names.values():
            if column.convert is not None:
                known = Memo(column.convert)
                known[None] = None
                values[column.place] = [*map(known.__getitem__, values[column.place])]
        return [of(dict(zip(names, row, strict=True))) for row in zip(*values, strict=True)]


class Queries:
    """Queries that are read together, in one visit to the database."""

    def __init__(self, *queries: Query[Any]) -> None:
        self._queries = queries
        self._in_rows: list[_Columns] | None = None
        self._in_documents: list[_Columns] | None = None
        self._statements: list[Statement] | None = None
        self._combined: Statement | None = None
        read = [tables_read_by(query.statement) for query in queries]
        self.tables: Final = None if None in read else frozenset(table for each in read if each for table in each)
        """The tables that are read; None if they are unknown (all may be)."""

    def separate(self, values: Values, dialect: sa.Dialect) -> list[tuple[str, tuple[Any, ...]]]:
        """The statement and the parameters of each query, on SQLite."""
        if self._statements is None:
            self._statements = [Statement(query.statement, dialect) for query in self._queries]
        return [(statement.text, statement.parameters(values)) for statement in self._statements]

    def separate_results(self, rows: Iterable[Sequence[Sequence[Any]]], dialect: sa.Dialect) -> QueryResults:
        """The rows that `separate` read."""
        if self._in_rows is None:

            def of_driver(type_: TypeEngine[Any]) -> Convert | None:
                return type_.dialect_impl(dialect).result_processor(dialect, None)

            self._in_rows = [_Columns(query, of_driver) for query in self._queries]
        return self._results(self._in_rows, rows)

    def combined(self, values: Values, dialect: sa.Dialect) -> tuple[str, tuple[Any, ...]]:
        """One statement for all queries, and its parameters, on PostgreSQL: a row with a JSON document for each."""
        if self._combined is None:
            self._combined = Statement(sa.select(*map(_as_document, self._queries)), dialect)
        return self._combined.text, self._combined.parameters(values)

    def combined_results(self, row: Sequence[str | None]) -> QueryResults:
        """The row that `combined` read."""
        rows = ([] if document is None else json.loads(document) for document in row)
        if self._in_documents is None:
            self._in_documents = [_Columns(query, _of_documents) for query in self._queries]
        return self._results(self._in_documents, rows)

    def _results(self, columns: Sequence[_Columns], rows: Iterable[Sequence[Sequence[Any]]]) -> QueryResults:
        written: dict[Any, Memo] = {}
        read = zip(self._queries, columns, rows, strict=True)
        return QueryResults({query: _RawRows(columns, each, written) for query, columns, each in read})


def _of_documents(type_: TypeEngine[Any]) -> Convert | None:
    """What reads a value in a document: a document in it is text."""
    return load_json if isinstance(type_, sa.JSON) else None


def _as_document(query: Query[Any]) -> sa.ColumnElement[Any]:
    """The rows of a query as one JSON array of arrays, in their order; NULL where there are none.

    The types of columns come back from JSON as the driver would give them: text, ids, numbers; documents as their text.
    """
    rows = query.statement.subquery()
    values = (sa.cast(column, sa.Text) if isinstance(column.type, sa.JSON) else column for column in rows.columns)
    array = sa.select(sa.func.json_agg(sa.func.json_build_array(*values))).select_from(rows).scalar_subquery()
    return sa.cast(array, sa.Text)
