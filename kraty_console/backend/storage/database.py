"""Open a database by its URL and run transactions on it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from kraty_console.backend.storage.engine import (
    ALONE,
    WRITES,
    Limits,
    close_engine,
    inline,
    inline_engine,
    make_engine,
)
from kraty_console.backend.storage.faults import StorageFault, fault_of
from kraty_console.backend.storage.probe import Probe
from kraty_console.backend.storage.queries import Queries, QueryResults, Values
from kraty_console.backend.storage.readers import Readers, ReadListener
from kraty_console.backend.storage.transaction import Refusal, Transaction
from kraty_console.backend.storage.urls import behind_pooler, engine_url
from kraty_console.backend.storage.vault import Vault

Result = TypeVar("Result")

RETRIES: Final = 10
"""How often a transaction is tried again after a serialisation failure (40001), a deadlock (40P01) or a busy file."""

_LONGEST_PAUSE_SECONDS: Final = 0.32

READERS: Final = 4
"""Threads that read a SQLite file at once, beside the connections of transactions."""


class Database:
    """An open database. Writers on SQLite queue here, so that the file's own lock is only met between processes."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        probe: Probe | None = None,
        pooled: bool = False,
        chance: Callable[[], float] = random.random,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`pooled` says that a pooler of transactions is in between.

        `chance` gives numbers from 0 to 1, by which those who collided `pause` differently long (seconds).
        """
        self.engine = engine
        self.postgresql = engine.dialect.name == "postgresql"
        self.vault = Vault(engine.url)
        self.probe = probe or Probe(lambda: engine)
        self.retried = 0
        """How often a transaction was tried again."""
        self._writer = asyncio.Lock()
        self._chance = chance
        self._pause = pause
        self._pooled = pooled
        self.read_listeners: list[ReadListener] = []
        """Called before each `fetch` on SQLite, whose statements do not go through the engine."""
        self._readers = None if self.postgresql else Readers(inline_engine(engine.url), READERS, self.read_listeners)

    @classmethod
    def open(cls, url: str, limits: Limits | None = None) -> Database:
        """Open by URL; connects when it is first used. Migrate first (`storage.migrate.migrate`)."""
        pooled = behind_pooler(engine_url(url))
        return cls(make_engine(url, limits), probe=Probe(lambda: make_engine(url, ALONE)), pooled=pooled)

    async def close(self) -> None:
        """Close every connection."""
        await self.probe.close()
        if self._readers is not None:
            await self._readers.close()
        await close_engine(self.engine)

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

    async def fetch(self, queries: Queries, values: Values) -> QueryResults:
        """The rows of all queries, of one state of the database, in one round trip."""
        if self._readers is not None:
            return await self._readers.fetch(queries, values)
        if self._pooled:  # outside a transaction each step of a statement may meet another connection
            async with self.read() as tx:
                return await tx.fetch(queries, values)
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")  # one statement sees one state by itself
            result = await connection.exec_driver_sql(*queries.combined(values, connection.dialect))
            return queries.combined_results(result.one())

    @asynccontextmanager
    async def _begin(self, *, writes: bool) -> AsyncIterator[Transaction]:
        async with self.engine.connect() as connection:
            if not self.postgresql:
                await connection.execution_options(**{WRITES: writes})
            elif not writes:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin() as outer:
                tx = Transaction(connection, writes=writes, vault=self.vault)
                try:
                    yield tx
                except Refusal as refusal:
                    if refusal.commit:
                        await tx.flush()
                        await outer.commit()
                    raise
                await tx.flush()
                tx.committing = True

    async def analyze(self) -> None:
        """Tell the planner what is in the tables, after loading much at once (SQLite's plans do not depend on it)."""
        if self.postgresql:
            async with self.transaction() as tx:
                await tx.execute(sa.text("ANALYZE"))

    async def run_alone(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run much work in one transaction while no calls are served, as when a start fills a new database.

        SQLite then works in this thread, which no other task of the loop gets meanwhile; handing each of a thousand
        statements to another thread would cost a third more. The work must not wait for anything but the transaction.
        """
        if self.postgresql:
            return await self.run(work)
        async with self._writer:
            with _inline(self.engine.url, self.vault) as tx:
                result = await work(tx)
                await tx.flush()
                return result

    async def run(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run work in a transaction of its own, again when the database says that two got in each other's way.

        Also if that happens at the commit; and once if the connection was lost before the commit was sent:
        then nothing was kept. Lost during the commit, its outcome is unknown, and the error goes to the caller.
        """
        tries = 0
        while True:
            tx: Transaction | None = None
            try:
                async with self.transaction() as tx:
                    return await work(tx)
            except DBAPIError as error:
                tries += 1
                if tries > RETRIES or not _helps_to_repeat(error, tx, tries):
                    raise
            self.retried += 1
            await self._pause(min(0.005 * 2**tries, _LONGEST_PAUSE_SECONDS) * (0.5 + self._chance()))


def _helps_to_repeat(error: DBAPIError, tx: Transaction | None, tries: int) -> bool:
    fault = fault_of(error)
    if fault is StorageFault.AWAY:
        return tries == 1 and not (tx is not None and tx.committing)
    return fault is StorageFault.COLLISION


class _Inline:
    """A SQLite connection that works in the calling thread, spoken to as if it were asynchronous."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> sa.Dialect:
        """Which database it is."""
        return self._connection.dialect

    async def execute(self, statement: sa.Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:  # noqa: ANN401
        """Run a statement, here and now."""
        return self._connection.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:  # noqa: ANN401
        """Run a statement as the driver takes it, here and now."""
        return self._connection.exec_driver_sql(statement, parameters)


@contextmanager
def _inline(url: URL, vault: Vault) -> Iterator[Transaction]:
    """A transaction that writes, on a connection of its own without a thread between."""
    with inline(url) as connection:
        connection.execution_options(**{WRITES: True})
        with connection.begin():
            yield Transaction(_Inline(connection), writes=True, vault=vault)
