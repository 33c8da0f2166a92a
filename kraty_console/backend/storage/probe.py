"""Check that the database answers and accepts changes, on a connection of its own.

The database is queried at most once a second, whatever the number of callers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kraty_console.backend.storage.engine import close_engine
from kraty_console.backend.storage.faults import StorageFault, fault_of, words_of

PATIENCE_SECONDS: Final = 1.0
"""How long the database may take to show that it is there."""

FRESH_SECONDS: Final = 1.0
"""How long an answer holds."""

NO_ANSWER: Final = "it does not answer"


class Probe:
    """Probes one database; `make` opens its engine on first use."""

    def __init__(self, make: Callable[[], AsyncEngine], clock: Callable[[], float] = time.monotonic) -> None:
        self.also: sa.Select[*tuple[Any, ...]] | None = None
        """The query of each probe; `rows` holds its result."""
        self.rows: list[sa.Row[*tuple[Any, ...]]] = []
        self._make = make
        self._clock = clock
        self._engine: AsyncEngine | None = None
        self._asking: asyncio.Task[str | None] | None = None
        self._answer: str | None = None
        self._answered_at: float | None = None

    async def trouble(self) -> str | None:
        """What is wrong with the database, in words; None when it answers and takes changes."""
        if self._answered_at is not None and self._clock() < self._answered_at + FRESH_SECONDS:
            return self._answer
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="probe")
        return await asyncio.shield(self._asking)

    async def close(self) -> None:
        """Close its connection."""
        if self._asking is not None:
            await asyncio.gather(self._asking, return_exceptions=True)
        if self._engine is not None:
            await close_engine(self._engine)

    async def _ask(self) -> str | None:
        try:
            self._answer = await self._look()
            self._answered_at = self._clock()
            return self._answer
        finally:
            self._asking = None

    async def _look(self) -> str | None:
        if self._engine is None:
            self._engine = self._make()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._engine.connect() as connection:
                if self._engine.dialect.name == "sqlite":
                    await _write_nothing(connection)
                else:
                    await connection.execute(sa.select(sa.literal(1)))
                if self.also is not None:
                    self.rows = list(await connection.execute(self.also))
        except (TimeoutError, SQLAlchemyError, OSError) as error:
            explained = fault_of(error) in (StorageFault.UNWRITABLE, StorageFault.POOLED)
            return words_of(error, self._engine.url) if explained else NO_ANSWER
        except Exception as error:
            if getattr(error, "sqlstate", None) is None:  # what asyncpg raises while it connects is of no common kind
                raise
            return NO_ANSWER
        return None


async def _write_nothing(connection: AsyncConnection) -> None:
    """Change a SQLite file to what it is: it shows whether a change can be kept. One that is being written can be."""
    await connection.exec_driver_sql("PRAGMA busy_timeout=0")
    version = (await connection.exec_driver_sql("PRAGMA user_version")).scalar()
    try:
        await connection.exec_driver_sql(f"PRAGMA user_version={version}")
        await connection.commit()
    except DBAPIError as error:
        if fault_of(error) is not StorageFault.COLLISION:
            raise
