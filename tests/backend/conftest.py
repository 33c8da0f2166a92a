"""Each test of the backend runs on both databases with its own game."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.engine import make_engine
from tests.harness.backend.small_game import SmallGame, make_small_game
from tests.harness.databases import KINDS, PATIENT, PostgresqlServer, SqliteFiles


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


Source = SqliteFiles | PostgresqlServer


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest) -> Source:
    """Where databases come from: SQLite, then PostgreSQL."""
    source: Source = request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgresql")
    return source


@pytest.fixture
def database_url(databases: Source) -> str:
    """The URL of a migrated, empty database."""
    return databases.fresh()


@cache
def _engine(url: str) -> AsyncEngine:
    """One engine for all tests: its statement cache outlives its connections, which end with each test."""
    return make_engine(url, PATIENT)


@pytest.fixture
async def database(databases: Source) -> AsyncIterator[Database]:
    """An open, migrated database; on PostgreSQL it also has games of other tests, which must not matter."""
    opened = Database(_engine(databases.shared()))
    yield opened
    await opened.close()


@pytest.fixture
async def world(database: Database) -> SmallGame:
    """A small game on the database."""
    return await make_small_game(database)
