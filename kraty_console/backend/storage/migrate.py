"""Bring a database to the newest schema; safe to run by several processes at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import URL

from kraty_console.backend.storage.engine import UNLIMITED, WRITES, close_engine, inline, make_engine
from kraty_console.backend.storage.urls import engine_url

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x6B72617479  # the advisory lock migrations take turns by
LONGEST_WAIT_MS: Final = 10_000
"""How long a change of a table may wait for those who use it: while it waits, everybody else waits behind it."""


class UnknownShape(Exception):
    """The database has a shape that is not among our migrations: a newer version made it."""


def newest() -> str:
    """The revision that this version brings a database to; the files are named for theirs, in order."""
    return max(file.stem for file in (MIGRATIONS / "versions").glob("r*.py"))


async def migrate(url: str, revision: str = "head", *, wait_ms: int = LONGEST_WAIT_MS) -> None:
    """Create or upgrade the tables of the database at the URL, in one transaction, unless they are of the newest shape.

    On PostgreSQL a locked table is waited for `wait_ms` (milliseconds), then nothing is changed (55P03).
    Raises UnknownShape.
    """
    parsed = engine_url(url)
    if parsed.drivername == "sqlite+aiosqlite":
        await asyncio.to_thread(_bring_file, parsed, revision)
        return
    engine = make_engine(url, UNLIMITED)
    try:
        async with engine.connect() as asynchronous:
            await asynchronous.run_sync(_bring, revision, wait_ms)
    finally:
        await close_engine(engine)


def _bring_file(url: URL, revision: str) -> None:
    with inline(url) as connection:
        _bring(connection, revision)


def _bring(connection: sa.Connection, revision: str, wait_ms: int = LONGEST_WAIT_MS) -> None:
    if revision == "head" and _is_newest(connection):
        return
    connection.rollback()
    connection.execution_options(**{WRITES: True})
    with connection.begin():
        if connection.dialect.name == "postgresql":
            _lift_limits(connection)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            connection.execute(sa.text(f"SET LOCAL lock_timeout = {wait_ms}"))
        # Most starts find the newest schema and never need Alembic (0.3 s).
        from kraty_console.backend.storage.upgrade import upgrade

        upgrade(connection, revision)


def _lift_limits(connection: sa.Connection) -> None:
    """Remove the time limits of the role or the database for this transaction.

    They are set in the transaction: behind a pooler, what is set for a connection holds for somebody else's
    transaction, or is refused.
    """
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
        connection.execute(sa.text(f"SET LOCAL {limit} = 0"))


def _is_newest(connection: sa.Connection) -> bool:
    """Whether there is nothing to do: a migration is written down in the transaction that makes it."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return False
    return connection.scalars(sa.text("SELECT version_num FROM alembic_version")).all() == [newest()]
