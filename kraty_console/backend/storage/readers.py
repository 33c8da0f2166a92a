"""Read a SQLite file in threads that do all of a read in one visit.

A connection of the asynchronous driver hands each step of each statement to its thread, which for small statements
costs several times what they do. So does a connection of SQLAlchemy, which describes the columns of each result: here
the driver's own cursors read rows, and the queries know the columns.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, NoReturn

import sqlalchemy as sa

from kraty_console.backend.storage.queries import Queries, QueryResults, Values

StatementText = tuple[str, tuple[Any, ...]]
"""A statement and its parameters, as the driver takes them."""

ReadListener = Callable[[Sequence[StatementText]], None]


class Readers:
    """Threads that read a SQLite file by connections of an engine which work in the calling thread."""

    def __init__(self, engine: sa.Engine, threads: int, listeners: Sequence[ReadListener]) -> None:
        """`listeners` are called with the statements of each read before it."""
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="kraty-read")
        self._listeners = listeners

    async def fetch(self, queries: Queries, values: Values) -> QueryResults:
        """The rows of all queries, of one state of the database."""
        dialect = self._engine.dialect
        statements = queries.separate(values, dialect)
        for listener in self._listeners:
            listener(statements)
        rows = await asyncio.get_running_loop().run_in_executor(self._threads, self._read, statements)
        return queries.separate_results(rows, dialect)

    def _read(self, statements: Sequence[StatementText]) -> list[Sequence[Sequence[Any]]]:
        try:
            with closing(self._engine.raw_connection()) as connection:  # closing it ends the transaction
                cursor = connection.cursor()
                cursor.execute("BEGIN")
                rows: list[Sequence[Sequence[Any]]] = []
                for text, parameters in statements:
                    cursor.execute(text, parameters)
                    rows.append(cursor.fetchall())
                return rows
        except sqlite3.Error as error:
            self._fail(error)

    def _fail(self, error: sqlite3.Error) -> NoReturn:
        """Raise the error as SQLAlchemy raises those of transactions, without statement and values."""
        dialect = self._engine.dialect
        raise sa.exc.DBAPIError.instance(None, None, error, sqlite3.Error, hide_parameters=True, dialect=dialect)

    async def close(self) -> None:
        """Close every connection, after the reads that are under way."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()
