from __future__ import annotations

from collections.abc import Iterator

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.contract.permissions import ROLE_PERMISSIONS
from tests.harness.contract.served_backend import NOW, Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A module with a `SMOKE` set of routes tries all of them on SQLite, and the set alone on PostgreSQL.

    Its tests named in `LET_IN`, and roles that may do what they try, run on both.
    """
    left = {item for item in items if _is_tried_once(item)}
    if left:
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


def _is_tried_once(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    smoke: frozenset[str] | None = getattr(item.module, "SMOKE", None)
    callspec = getattr(item, "callspec", None)
    if smoke is None or callspec is None or callspec.params.get("database_url") != "postgresql":
        return False
    route, role = callspec.params.get("route"), callspec.params.get("role", "")
    if route is None or item.originalname in item.module.LET_IN or route.permission in ROLE_PERMISSIONS.get(role, ()):
        return False
    return f"{route.method} {route.path}" not in smoke


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
