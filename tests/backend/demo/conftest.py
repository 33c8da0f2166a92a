"""The demo world, loaded once for each database."""

from __future__ import annotations

import asyncio
import pickle
import random
import shutil
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.demo.directory import DemoWorld
from kraty_console.backend.demo.world import load
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import metadata
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles
from tests.harness.run_once import once_per_run

Rows = list[dict[str, Any]]

NOW = 1_790_000_000_000
"""01:30 UTC: the day's windows began yesterday."""


@dataclass(frozen=True)
class Loaded:
    """A database with the demo world in it."""

    url: str
    world: DemoWorld
    rows: Mapping[str, Rows]
    """Every row of every table, by the table's name, in the order of the primary key."""

    @property
    def tenant(self) -> Tenant:
        """The demo's studio and game."""
        return Tenant(self.world.studio_id, self.world.game_id)


async def load_into(url: str, now_ms: int = NOW, seed: int = 42) -> DemoWorld:
    """Load with reproducible tokens."""
    database = Database.open(url)
    try:
        return await load(database, now_ms, seed, random_bytes=random.Random(7).randbytes)
    finally:
        await database.close()


async def read_all(url: str) -> Mapping[str, Rows]:
    """Everything that is in a database."""
    database = Database.open(url)
    try:
        async with database.read() as tx:
            return {
                table.name: await tx.all(sa.select(table).order_by(*table.primary_key))
                for table in metadata.sorted_tables
            }
    finally:
        await database.close()


async def _load_and_read(url: str) -> Loaded:
    return Loaded(url, await load_into(url), await read_all(url))


def _loaded(source: SqliteFiles | PostgresqlServer) -> Loaded:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _load_and_read(source.fresh())).result()


@pytest.fixture(scope="session")
def on_sqlite(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Loaded once for all test processes; each has a file of its own."""

    def make(folder: Path) -> None:
        loaded = _loaded(sqlite_files)
        shutil.copyfile(loaded.url.removeprefix("sqlite:///"), folder / "world.sqlite")
        (folder / "loaded.pickle").write_bytes(pickle.dumps(loaded))

    made = once_per_run(tmp_path_factory, "demo-on-sqlite", make)
    loaded: Loaded = pickle.loads((made / "loaded.pickle").read_bytes())
    own = sqlite_files.fresh()
    shutil.copyfile(made / "world.sqlite", own.removeprefix("sqlite:///"))
    return replace(loaded, url=own)


@pytest.fixture(scope="session")
def on_postgresql(postgresql: PostgresqlServer) -> Loaded:
    return _loaded(postgresql)


@pytest.fixture(scope="session", params=KINDS)
def loaded(request: pytest.FixtureRequest) -> Loaded:
    """The demo world on SQLite, then on PostgreSQL. To be read only."""
    found: Loaded = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture
async def database(loaded: Loaded) -> AsyncIterator[Database]:
    """The database with the demo world, open."""
    opened = Database.open(loaded.url)
    yield opened
    await opened.close()
