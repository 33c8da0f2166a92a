"""Read a SQLite file in threads that do all of a read in one visit.

A connection of the asynchronous driver hands each step of each statement to its thread, which for small statements
costs several times what they do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.storage.queries import Queries, QueryResults, Values


class Readers:
    """Threads that read a SQLite file through an engine which works in the calling thread."""

    def __init__(self, engine: sa.Engine, threads: int) -> None:
        self.engine = engine
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="kraty-read")

    async def fetch(self, queries: Queries, values: Values) -> QueryResults:
        """The rows of all queries, of one state of the database."""
        dialect = self.engine.dialect
        statements = queries.separate(values, dialect)
        rows = await asyncio.get_running_loop().run_in_executor(self._threads, self._read, statements)
        return queries.separate_results(rows, dialect)

    def _read(self, statements: Sequence[tuple[str, tuple[Any, ...]]]) -> list[Sequence[sa.Row[Any]]]:
        with self.engine.connect() as connection, connection.begin():
            return [connection.exec_driver_sql(text, parameters).all() for text, parameters in statements]

    async def close(self) -> None:
        """Close every connection, after the reads that are under way."""
        await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()
