from __future__ import annotations

from collections.abc import Iterator

import pytest

from kraty_console.backend.http.rate_limit import Rate
from tests.harness.contract.served_backend import NOW, Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles


@pytest.fixture(scope="session", params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return SqliteFiles(tmp_path_factory.mktemp("contract")).fresh()
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.fresh()


@pytest.fixture(scope="session")
def backend(database_url: str) -> Iterator[Backend]:
    """One backend for all tests of a process, without a rate limit."""
    with Backend(database_url, Rate(0)).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend) -> TroubledGame:
    """A game of the test's own."""
    backend.clock.ms = NOW
    return make_troubled_game(backend)


@pytest.fixture(scope="module")
def module_world(backend: Backend) -> TroubledGame:
    """A game for every test of a module."""
    backend.clock.ms = NOW
    return make_troubled_game(backend)


@pytest.fixture
def still(module_world: TroubledGame) -> TroubledGame:
    """A game that others use as well, for tests that change nothing in it."""
    module_world.backend.clock.ms = NOW
    return module_world
