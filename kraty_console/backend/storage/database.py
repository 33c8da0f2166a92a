"""Opening a database and running transactions on it: SQLite or PostgreSQL, by URL (architecture: Scale)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, CursorResult, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from kraty_console.backend.storage.transaction import Refusal, Transaction

Result = TypeVar("Result")

BUSY_TIMEOUT_MS: Final = 15_000
RETRIES: Final = 10
"""How often a transaction is tried again after a serialisation failure (40001), a deadlock (40P01) or a busy file."""

_RETRYABLE: Final = frozenset({"40001", "40P01"})
_WRITES: Final = "kraty_writes"


def dump_json(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """JSON as it is stored: compact, unescaped, never NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class UnknownDatabase(ValueError):
    """The URL names no database this backend runs on."""


def engine_url(url: str) -> URL:
    """The URL with its driver: `sqlite:///PATH` or `postgresql://…`; anything else is UnknownDatabase."""
    parsed = make_url(url)
    if parsed.drivername in ("sqlite", "sqlite+aiosqlite") and parsed.database:
        return parsed.set(drivername="sqlite+aiosqlite")
    if parsed.drivername in ("postgresql", "postgres", "postgresql+asyncpg"):
        return parsed.set(drivername="postgresql+asyncpg")
    raise UnknownDatabase(f"'{parsed.drivername}' is no database this runs on; use sqlite:///PATH or postgresql://…")


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine with the rules every connection keeps to: WAL, synchronous=FULL, foreign keys, our own BEGIN.

    Its errors never quote the values of a statement: they may be a player's, or secret.
    """
    parsed = engine_url(url)
    if parsed.drivername == "postgresql+asyncpg":
        return create_async_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            json_serializer=dump_json,
            pool_pre_ping=False,
            hide_parameters=True,
        )
    engine = create_async_engine(parsed, pool_size=pool_size, max_overflow=pool_size, **_SQLITE)
    _keep_to_the_rules(engine.sync_engine)
    return engine


_SQLITE: Final[dict[str, Any]] = {
    "json_serializer": dump_json,
    "hide_parameters": True,
    "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000},
}


def _keep_to_the_rules(engine: sa.Engine) -> None:
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """An open database. Writers on SQLite queue here, so that the file's own lock is only met between processes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.postgresql = engine.dialect.name == "postgresql"
        self._writer = asyncio.Lock()

    @classmethod
    def open(cls, url: str, *, pool_size: int = 10) -> Database:
        """Open by URL; connects when it is first used. Migrate first (`storage.migrate.migrate`)."""
        return cls(make_engine(url, pool_size=pool_size))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction that writes: committed at the end, undone by any error (but see `Refusal.commit`)."""
        if self.postgresql:
            async with self._begin(writes=True) as tx:
                yield tx
        else:
            async with self._writer, self._begin(writes=True) as tx:
                yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A transaction that only reads, and sees one state of the database throughout."""
        async with self._begin(writes=False) as tx:
            yield tx

    @asynccontextmanager
    async def _begin(self, *, writes: bool) -> AsyncIterator[Transaction]:
        async with self.engine.connect() as connection:
            if not self.postgresql:
                await connection.execution_options(**{_WRITES: writes})
            elif not writes:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin() as outer:
                tx = Transaction(connection, writes=writes)
                try:
                    yield tx
                except Refusal as refusal:
                    if refusal.commit:
                        await tx.flush()
                        await outer.commit()
                    raise
                await tx.flush()

    async def analyze(self) -> None:
        """Tell the planner what is in the tables, after loading much at once (SQLite's plans do not depend on it)."""
        if self.postgresql:
            async with self.transaction() as tx:
                await tx.execute(sa.text("ANALYZE"))

    async def run_alone(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run much work in one transaction while nobody else is served, as when a start fills a new database.

        SQLite then works in this thread, which no other task of the loop gets meanwhile; handing each of a thousand
        statements to another thread would cost a third more. The work must not wait for anything but the transaction.
        """
        if self.postgresql:
            return await self.run(work)
        async with self._writer:
            with _inline(self.engine.url) as tx:
                result = await work(tx)
                await tx.flush()
                return result

    async def run(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run work in a transaction of its own, again when the database says that two got in each other's way."""
        tries = 0
        while True:
            try:
                async with self.transaction() as tx:
                    return await work(tx)
            except DBAPIError as error:
                tries += 1
                if tries > RETRIES or not _is_retryable(error):
                    raise
            await asyncio.sleep(0.005 * 2 ** min(tries, 6))


class _Inline:
    """A SQLite connection that works in the calling thread, spoken to as if it were asynchronous."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> sa.Dialect:
        """Which database it is."""
        return self._connection.dialect

    async def execute(self, statement: sa.Executable, parameters: Any = None) -> CursorResult[Any]:  # noqa: ANN401
        """Run a statement, here and now."""
        return self._connection.execute(statement, parameters)


@contextmanager
def _inline(url: URL) -> Iterator[Transaction]:
    """A transaction that writes, on a connection of its own without a thread between."""
    engine = sa.create_engine(url.set(drivername="sqlite"), poolclass=NullPool, **_SQLITE)
    _keep_to_the_rules(engine)
    try:
        with engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield Transaction(_Inline(connection), writes=True)
    finally:
        engine.dispose()


def _is_retryable(error: DBAPIError) -> bool:
    original: Any = error.orig
    if getattr(original, "sqlstate", None) in _RETRYABLE:
        return True
    return getattr(original, "sqlite_errorname", "") in ("SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT")
