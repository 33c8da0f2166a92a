"""Create engines for SQLite and PostgreSQL, with the time limits of each."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from kraty_console.backend.storage.private_files import keep_database_private
from kraty_console.backend.storage.urls import STATEMENT_CACHE, engine_url

BUSY_TIMEOUT_MS: Final = 15_000
"""How long SQLite waits for another process to finish writing."""

WRITES: Final = "kraty_writes"
"""The execution option that says whether a transaction writes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may take of a PostgreSQL server. SQLite has a file instead, and waits by its own busy time-out."""

    pool: int = 10
    """Connections at most; who finds none free waits."""
    pool_wait_seconds: float = 10.0
    """How long one may wait for a connection."""
    statement_ms: int = 30_000
    """How long one statement may run; 0 for as long as it takes."""
    lock_ms: int = 10_000
    """How long to wait for a row that another transaction has locked; 0 for no limit."""
    idle_ms: int = 60_000
    """How long a transaction may rest before the server ends it; 0 for ever."""


UNLIMITED: Final = Limits(pool=1, statement_ms=0, lock_ms=0, idle_ms=0)
"""For what is known to take long: migrations and bulk loads."""


ALONE: Final = Limits(pool=1, pool_wait_seconds=1.0, statement_ms=1_000, lock_ms=1_000)
"""For the health check, on its own connection."""


_encode: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
"""Made once, where `json.dumps` would make one for each value."""


def dump_json(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """JSON as it is stored: compact, unescaped, never NaN."""
    return _encode(value)


_decode: Final = json.JSONDecoder().raw_decode
"""Without the looks for blanks before and after, which cost as much as reading a short document."""


def load_json(text: str) -> Any:  # noqa: ANN401 (any JSON)
    """JSON as it was stored."""
    return _decode(text.lstrip())[0]


def make_engine(url: str, limits: Limits | None = None) -> AsyncEngine:
    """An engine with the rules every connection keeps to: WAL, synchronous=FULL, foreign keys, our own BEGIN; limits.

    Its errors never quote the values of a statement: they may be a player's, or secret.
    """
    parsed = engine_url(url)
    limits = limits or Limits()
    if parsed.drivername == "postgresql+asyncpg":
        engine = create_async_engine(
            parsed.difference_update_query([STATEMENT_CACHE]),
            pool_size=limits.pool,
            max_overflow=0,
            pool_timeout=limits.pool_wait_seconds,
            json_serializer=dump_json,
            json_deserializer=load_json,
            hide_parameters=True,
            connect_args=_postgresql(parsed, limits),
        )
        sa.event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return engine
    threads: WeakSet[Thread] = WeakSet()
    engine = create_async_engine(parsed, pool_size=limits.pool, max_overflow=limits.pool, **_noting(threads))
    _threads[engine.sync_engine] = threads
    _keep_to_the_rules(engine.sync_engine)
    return engine


_threads: Final[WeakKeyDictionary[sa.Engine, WeakSet[Thread]]] = WeakKeyDictionary()
"""The threads that the connections of a SQLite engine work in, one each."""

THREAD_SECONDS: Final = 2.0
"""How long the end of an engine waits for each thread of its connections."""


def _noting(threads: WeakSet[Thread]) -> dict[str, Any]:
    def connect(*given: Any, **named: Any) -> aiosqlite.Connection:  # noqa: ANN401 (passed on)
        connection = aiosqlite.connect(*given, **named)
        thread = connection._thread  # noqa: SLF001 (aiosqlite has no public access to it)
        thread.daemon = True  # a stopping process does not wait for a lock
        threads.add(thread)
        return connection

    return SQLITE | {"connect_args": SQLITE["connect_args"] | {"async_creator_fn": connect}}


async def close_engine(engine: AsyncEngine) -> None:
    """Close its connections, and wait for their threads.

    A connection that was broken off, by a time-out or by the end of its call, ends in its thread: one that ends after
    the event loop has nobody to tell, and says so on the screen.
    """
    await engine.dispose()
    for thread in [each for each in _threads.get(engine.sync_engine, ()) if each.is_alive()]:
        await asyncio.to_thread(thread.join, THREAD_SECONDS)


def _postgresql(url: URL, limits: Limits) -> dict[str, Any]:
    """The connection settings of asyncpg.

    A pooler of transactions (statement_cache_size=0) gives each transaction another connection: statements that were
    prepared on one would be missing on the next, and it lets no settings through. There the role has to carry them.
    Names of prepared statements are never counted: two clients may be given the same connection of the server.
    """
    size = url.query.get(STATEMENT_CACHE)
    arguments: dict[str, Any] = {
        "server_settings": {"application_name": "kraty-console"},
        "timeout": 10,
        "prepared_statement_name_func": lambda: f"kraty_{uuid.uuid4().hex}",
    }
    if size is not None:
        arguments["statement_cache_size"] = int(str(size))
        arguments["prepared_statement_cache_size"] = int(str(size))
    if size == "0":
        return arguments
    arguments["server_settings"] |= {
        "statement_timeout": str(limits.statement_ms),
        "lock_timeout": str(limits.lock_ms),
        "idle_in_transaction_session_timeout": str(limits.idle_ms),
    }
    return arguments


def _refuse_closed(connection: DBAPIConnection, _entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Take no connection from the pool that the server has hung up on: a new one is opened in its place.

    The socket tells, so it costs no question; after a restart of the server nobody meets a dead connection.
    """
    driver: Any = getattr(connection, "driver_connection", None)
    if driver is not None and driver.is_closed():
        raise DisconnectionError("the server closed this connection")


SQLITE: Final[dict[str, Any]] = {
    "json_serializer": dump_json,
    "json_deserializer": load_json,
    "hide_parameters": True,
    "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000},
}
"""How a SQLite engine is made, whichever way it is driven."""


@contextmanager
def inline(url: URL) -> Iterator[sa.Connection]:
    """A connection to a SQLite file that works in the calling thread, for when no calls are served.

    Otherwise each statement is handed to another thread, which costs much where statements are many and small.
    """
    engine = inline_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def inline_engine(url: URL, **options: Any) -> sa.Engine:  # noqa: ANN401 (options of create_engine)
    """An engine of a SQLite file whose connections work in the calling thread."""
    engine = sa.create_engine(url.set(drivername="sqlite"), **SQLITE, **options)
    _keep_to_the_rules(engine)
    return engine


def _keep_to_the_rules(engine: sa.Engine) -> None:
    """Prepare each connection of a SQLite engine, and begin its transactions as writers or readers."""
    database = engine.url.database or ""

    def keep_private(*_: object) -> None:
        keep_database_private(database)

    sa.event.listen(engine, "do_connect", keep_private)
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
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
