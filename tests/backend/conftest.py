"""Each test of the backend runs on both databases, each time on an empty one of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from kraty_console.backend.storage.database import Database
from tests.backend.world import World, make_world
from tests.databases import KINDS, PostgresqlServer, SqliteFiles, postgresql_server


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlServer]:
    with postgresql_server(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty database: SQLite, then PostgreSQL."""
    source: SqliteFiles | PostgresqlServer = request.getfixturevalue(
        "sqlite_files" if request.param == "sqlite" else "postgresql"
    )
    return source.fresh()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated, empty database."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def world(database: Database) -> World:
    """A small game on the database."""
    return await make_world(database)
