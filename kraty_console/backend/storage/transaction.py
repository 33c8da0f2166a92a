"""A transaction: reads, locks, and rows that are written in bulk before a query and at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from itertools import islice
from typing import Any, Final, Protocol, cast

import sqlalchemy as sa
from sqlalchemy.engine import CursorResult

from kraty_console.backend.storage.queries import Queries, QueryResults, Values
from kraty_console.backend.storage.statements import tables_read_by
from kraty_console.backend.storage.tables.columns import metadata
from kraty_console.backend.storage.tables.record import Record, RecordT, RecordTable
from kraty_console.backend.storage.vault import Vault

Key = tuple[Any, ...]

BATCH: Final = 500
"""Rows that one statement of `insert_many` writes; more of them only take more memory."""


class Connection(Protocol):
    """The methods that a transaction uses of SQLAlchemy's AsyncConnection."""

    @property
    def dialect(self) -> sa.Dialect:
        """The dialect of the database."""
        ...

    async def execute(self, statement: sa.Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:  # noqa: ANN401
        """Run a statement."""
        ...

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:  # noqa: ANN401
        """Run a statement in the driver's own syntax."""
        ...


class Refusal(Exception):
    """Raised inside a transaction to refuse a change; rolls back, unless `commit` is true."""

    commit: bool = False


_KEYS: Final[dict[sa.Table, tuple[str, ...]]] = {}
_DEFAULTS: Final[dict[sa.Table, dict[str, Any]]] = {}
_ORDER: Final[dict[sa.Table, int]] = {}
_UPDATES: Final[dict[tuple[sa.Table, tuple[str, ...]], sa.Update]] = {}


def _primary_key(table: sa.Table) -> tuple[str, ...]:
    names = _KEYS.get(table)
    if names is None:
        names = _KEYS[table] = tuple(column.name for column in table.primary_key)
    return names


def _defaults(table: sa.Table) -> dict[str, Any]:
    values = _DEFAULTS.get(table)
    if values is None:
        values = {}
        for column in table.columns:
            values[column.name] = column.default.arg if isinstance(column.default, sa.ColumnDefault) else None
        _DEFAULTS[table] = values
    return values


def _order(table: sa.Table) -> int:
    if not _ORDER:
        _ORDER.update({each: index for index, each in enumerate(metadata.sorted_tables)})
    return _ORDER[table]


def _update(table: sa.Table, columns: tuple[str, ...]) -> sa.Update:
    statement = _UPDATES.get((table, columns))
    if statement is None:
        where = [table.c[name] == sa.bindparam(f"key_{name}", type_=table.c[name].type) for name in _primary_key(table)]
        values = {name: sa.bindparam(f"set_{name}", type_=table.c[name].type) for name in columns}
        statement = _UPDATES[(table, columns)] = sa.update(table).where(*where).values(values)
    return statement


def _insert_absent(table: sa.Table, *, postgresql: bool) -> sa.Insert:
    """An insert that leaves out what is there already. The dialect of the other database is not loaded (56 ms)."""
    dialect = import_module(f"sqlalchemy.dialects.{'postgresql' if postgresql else 'sqlite'}")
    insert: sa.Insert = dialect.insert(table).on_conflict_do_nothing()
    return insert


_PARENTS: Final[dict[frozenset[sa.Table], frozenset[sa.Table]]] = {}


def _with_parents(tables: frozenset[sa.Table]) -> frozenset[sa.Table]:
    """The tables and all that their rows refer to, which have to be there first."""
    with_parents = _PARENTS.get(tables)
    if with_parents is None:
        parents = frozenset(key.referred_table for table in tables for key in table.foreign_key_constraints)
        with_parents = tables if parents <= tables else _with_parents(tables | parents)
        _PARENTS[tables] = with_parents
    return with_parents


class Transaction:
    """Reads and writes of one transaction. Rows fetched by key are the same object each time (an identity map)."""

    def __init__(self, connection: Connection, *, writes: bool, vault: Vault) -> None:
        self.connection = connection
        self.vault = vault
        """Encrypts secrets before they are stored."""
        self.writes = writes
        self.committing = False
        """The commit was sent; without an answer its outcome is unknown."""
        self.memo: dict[Any, Any] = {}
        """A cache of rules for the duration of this transaction (definitions, players)."""
        self._rows: dict[tuple[sa.Table, Key], Record] = {}
        self._locked: set[tuple[sa.Table, Key]] = set()
        self._dirty: dict[sa.Table, dict[int, Record]] = {}
        self._new_tenants: set[Key] = set()
        self._versioned: set[tuple[sa.Table, Key]] = set()
        self._unseen: set[sa.Table] = set()

    @property
    def postgresql(self) -> bool:
        """Whether the database locks rows (SQLite locks the whole file for a writer)."""
        return self.connection.dialect.name == "postgresql"

    # Reading

    def among(self, column: sa.Column[Any], ids: Sequence[str]) -> sa.ColumnElement[bool]:
        """The column is one of these ids.

        As one array on PostgreSQL: a plan it keeps for a long list of values would walk everything else that matches.
        """
        if self.postgresql:
            return column == sa.any_(sa.literal(list(ids), sa.ARRAY(column.type)))
        return column.in_(ids)

    async def execute(
        self, statement: sa.Executable, parameters: Mapping[str, Any] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run any statement, after pending writes to the tables it reads."""
        if self._dirty:
            await self._flush(tables_read_by(statement))
        return await self.connection.execute(statement, parameters)

    async def fetch(self, queries: Queries, values: Values) -> QueryResults:
        """The rows of all queries, after pending writes to the tables they read."""
        if self._dirty:
            await self._flush(queries.tables)
        dialect, run = self.connection.dialect, self.connection.exec_driver_sql
        if self.postgresql:
            return queries.combined_results((await run(*queries.combined(values, dialect))).one())
        return queries.separate_results(
            [(await run(*each)).all() for each in queries.separate(values, dialect)], dialect
        )

    async def first(self, statement: sa.Executable) -> dict[str, Any] | None:
        """The first row of a query, by column name."""
        row = (await self.execute(statement)).mappings().first()
        return None if row is None else dict(row)

    async def all(self, statement: sa.Executable) -> list[dict[str, Any]]:
        """Every row of a query, by column name."""
        return [dict(row) for row in (await self.execute(statement)).mappings().all()]

    async def record(self, kind: type[RecordT], statement: sa.Executable) -> RecordT | None:
        """The first row of a query, as `records` has it."""
        row = (await self.execute(statement)).mappings().first()
        return None if row is None else kind.of(dict(row))

    async def records(self, kind: type[RecordT], statement: sa.Executable) -> list[RecordT]:
        """Every row of a query as records that are not tracked; the query reads the columns that the record has."""
        return _loaded(kind, await self.execute(statement))

    async def scalar(self, statement: sa.Executable) -> Any:  # noqa: ANN401 (any column)
        """The first column of the first row, None when there is none."""
        return (await self.execute(statement)).scalar()

    async def get(self, table: RecordTable[RecordT], *key: Any, lock: bool = False) -> RecordT | None:  # noqa: ANN401 (any key)
        """The row with this primary key, locked for this transaction if `lock`."""
        identity = (table, key)
        known = cast("RecordT | None", self._rows.get(identity))
        if known is not None and (not lock or known.fresh or identity in self._locked or not self.postgresql):
            return known
        if known is None and key[:2] in self._new_tenants and table not in self._unseen:
            return None
        statement = sa.select(table).where(
            *(table.columns[name] == value for name, value in zip(_primary_key(table), key, strict=True))
        )
        if lock and self.postgresql:
            statement = statement.with_for_update()
        read = _loaded(table.record, await self.connection.execute(statement))
        if not read:
            return None
        if lock:
            self._locked.add(identity)
        if known is not None:
            _refresh(known, read[0])
            return known
        return self._track(read[0])

    async def find(
        self, table: RecordTable[RecordT], *conditions: sa.ColumnElement[bool], lock: bool = False
    ) -> RecordT | None:
        """The one row that meets the conditions (by a unique index), tracked, and locked if `lock`."""
        statement = sa.select(table).where(*conditions)
        if lock and self.postgresql:
            statement = statement.with_for_update()
        await self._flush(frozenset({table}))
        row = next(iter(_loaded(table.record, await self.connection.execute(statement))), None)
        return None if row is None else self._track_current(row, lock=lock)

    async def load(
        self, table: RecordTable[RecordT], *conditions: sa.ColumnElement[bool], lock: bool = False
    ) -> list[RecordT]:
        """Every row that meets the conditions, tracked, by key, and locked in that order if `lock`."""
        statement = sa.select(table).where(*conditions).order_by(*table.primary_key)
        if lock and self.postgresql:
            statement = statement.with_for_update()
        await self._flush(frozenset({table}))
        rows = _loaded(table.record, await self.connection.execute(statement))
        return [self._track_current(row, lock=lock) for row in rows]

    async def claim(self, table: RecordTable[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401 (any key)
        """The row with this primary key, locked, unless it is gone or another transaction holds it: then None, at once.

        For work queues: another process skips a locked row.
        """
        if not self.postgresql:
            return await self.get(table, *key)
        await self._flush(frozenset({table}))
        matches = (table.columns[name] == value for name, value in zip(_primary_key(table), key, strict=True))
        statement = sa.select(table).where(*matches).with_for_update(skip_locked=True)
        row = next(iter(_loaded(table.record, await self.connection.execute(statement))), None)
        return None if row is None else self._track_current(row, lock=True)

    def _track(self, row: RecordT) -> RecordT:
        """This row, or the one with its key that was tracked before."""
        known = self._rows.setdefault((row.table, row.primary_key()), row)
        if known is row:
            row.fresh = row.made_here = False
            row.changed = set()
        return cast("RecordT", known)

    def _track_current(self, row: RecordT, *, lock: bool) -> RecordT:
        """As `_track`, after a flush; a row that was tracked before takes the values of this one."""
        known = self._track(row)
        if known is not row:
            _refresh(known, row)
        if lock:
            self._locked.add((row.table, row.primary_key()))
        return known

    def founded(self, studio_id: str, game_id: str) -> None:
        """The game is created in this transaction: its rows are all in memory and need not be read.

        Rows that were inserted without being tracked (`insert_if_absent`, `insert_many`) are still read.
        """
        self._new_tenants.add((studio_id, game_id))

    # Writing

    def add(self, table: RecordTable[RecordT], values: Mapping[str, Any]) -> RecordT:
        """A new row, written at the next flush; columns not named take their default."""
        unknown = values.keys() - _defaults(table).keys()
        assert not unknown, f"{table.name} has no column {sorted(unknown)}"
        row = table.record.of({**_defaults(table), **values})
        row.fresh = row.made_here = True
        row.changed = set()
        identity = (table, row.primary_key())
        assert identity not in self._rows, f"{table.name} {identity[1]} is there already"
        self._rows[identity] = row
        self._dirty.setdefault(table, {})[id(row)] = row
        return row

    def change(self, row: RecordT, **values: Any) -> RecordT:  # noqa: ANN401 (any column)
        """Change columns of a tracked row, written at the next flush; a row with a version gets the next one, once."""
        for name, value in values.items():
            assert name in row.__dict__, f"{row.table.name} has no column {name}"
            row.__dict__[name] = value
            row.changed.add(name)
        if "version" in row.__dict__ and not row.made_here and not row.unversioned.issuperset(values):
            self._next_version(row)
        self._dirty.setdefault(row.table, {})[id(row)] = row
        return row

    def _next_version(self, row: Record) -> None:
        place = (row.table, row.primary_key())
        if place not in self._versioned:
            self._versioned.add(place)
            row.__dict__["version"] = (row.__dict__["version"] or 1) + 1
            row.changed.add("version")

    async def insert_if_absent(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        """Insert unless the key or a unique index is taken (waits for a concurrent insert). True if it was inserted."""
        await self._flush(frozenset({table}))
        self._unseen.add(table)
        statement = _insert_absent(table, postgresql=self.postgresql)
        return (await self.connection.execute(statement.values({**_defaults(table), **values}))).rowcount == 1

    async def insert_all_absent(self, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """As `insert_if_absent`, for many rows in the order given; without the number of those inserted."""
        await self._flush(frozenset({table}))
        self._unseen.add(table)
        defaults = _defaults(table)
        full = [{**defaults, **values} for values in rows]
        if full:
            await self.connection.execute(_insert_absent(table, postgresql=self.postgresql), full)

    async def flush(self) -> None:
        """Write pending changes, in as few statements as possible."""
        await self._flush(None)

    async def _flush(self, only: frozenset[sa.Table] | None) -> None:
        """Write pending changes of these tables, and the new rows they refer to; None for all tables."""
        touched = self._dirty.keys() if only is None else self._dirty.keys() & _with_parents(only)
        rows: list[Record] = []
        for table in sorted(touched, key=_order):
            if only is None or table in only:
                rows += self._dirty.pop(table).values()
            else:
                rows += [row for row in self._dirty[table].values() if row.fresh]
                self._dirty[table] = {identity: row for identity, row in self._dirty[table].items() if not row.fresh}
        inserts: dict[sa.Table, list[Record]] = {}
        updates: dict[tuple[sa.Table, tuple[str, ...]], list[Record]] = {}
        for row in rows:
            if row.fresh:
                inserts.setdefault(row.table, []).append(row)
            else:
                updates.setdefault((row.table, tuple(sorted(row.changed))), []).append(row)
        for table, fresh in inserts.items():
            await self._insert(table, fresh)
        for (table, columns), changed in updates.items():
            await self.connection.execute(_update(table, columns), [_parameters(row, columns) for row in changed])
        for row in rows:
            row.fresh = False
            row.changed.clear()

    async def _insert(self, table: sa.Table, rows: Sequence[Record]) -> None:
        await self.connection.execute(sa.insert(table), [vars(row) for row in rows])

    async def rewrite(
        self, table: sa.Table, columns: Sequence[str], rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
    ) -> None:
        """Give rows, each by its primary key, new values in these columns, the key's own included.

        Of rows that are not tracked: call `forget` first.
        """
        if rows:
            parameters = [
                {f"key_{name}": value for name, value in key.items()} | {f"set_{name}": new[name] for name in columns}
                for key, new in rows
            ]
            await self.connection.execute(_update(table, tuple(columns)), parameters)

    async def forget(self, *tables: sa.Table) -> None:
        """Write pending changes, and forget the rows of these tables, because a bulk statement changes them."""
        await self._flush(None)
        self._unseen.update(tables)
        self._rows = {identity: row for identity, row in self._rows.items() if identity[0] not in tables}
        self._locked = {identity for identity in self._locked if identity[0] not in tables}

    async def insert_many(self, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows that are not read again in this transaction."""
        await self._flush(frozenset({table}))
        self._unseen.add(table)
        left = iter(rows)
        defaults = _defaults(table)
        while batch := [{**defaults, **values} for values in islice(left, BATCH)]:
            await self.connection.execute(sa.insert(table), batch)


def _loaded(kind: type[RecordT], result: CursorResult[*tuple[Any, ...]]) -> list[RecordT]:
    names = tuple(result.keys())
    return [kind.of(dict(zip(names, values, strict=True))) for values in result]


def _refresh(known: Record, read: Record) -> None:
    """Give a record the values that were read just now, but for those that are still to be written."""
    known.__dict__.update((name, value) for name, value in vars(read).items() if name not in known.changed)


def _parameters(row: Record, columns: tuple[str, ...]) -> dict[str, Any]:
    values = vars(row)
    parameters = {f"key_{name}": values[name] for name in _primary_key(row.table)}
    parameters.update({f"set_{name}": values[name] for name in columns})
    return parameters
