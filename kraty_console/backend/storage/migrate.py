"""Bringing a database to the newest shape; run at every start, by any number of processes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.connecting import UNLIMITED, WRITES, make_engine

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x6B72617479  # the advisory lock migrations take turns by
LONGEST_WAIT_MS: Final = 10_000
"""How long a change of a table may wait for those who use it: while it waits, everybody else waits behind it."""


async def migrate(url: str, revision: str = "head", *, wait_ms: int = LONGEST_WAIT_MS) -> None:
    """Create or upgrade the tables of the database at the URL, in one transaction.

    On PostgreSQL somebody who holds a table is waited for `wait_ms` (milliseconds), then nothing is changed (55P03).
    """
    engine = make_engine(url, UNLIMITED)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(**{WRITES: True})
            async with connection.begin():
                if engine.dialect.name == "postgresql":
                    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                    await connection.execute(sa.text(f"SET LOCAL lock_timeout = {wait_ms}"))
                await connection.run_sync(_upgrade, revision)
    finally:
        await engine.dispose()


def _upgrade(connection: sa.Connection, revision: str) -> None:
    # Alembic is needed only here, and costs a start that is up to date nothing but its import.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
