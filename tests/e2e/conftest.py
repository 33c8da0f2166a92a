from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.e2e.served_once import served_once
from tests.e2e.world import World, load_demo
from tests.once import made_once

Serve = Callable[[str, Callable[[Path], None]], World]
"""Serves a copy of the demo world under a name, changed by a function before anybody saw it."""


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Worlds that are served once for all test processes, each under its name."""

    def fill(name: str, plant: Callable[[Path], None], folder: Path) -> None:
        demo = made_once(tmp_path_factory, "demo-world", load_demo)
        shutil.copytree(demo, folder, dirs_exist_ok=True)
        plant(folder)

    with ExitStack() as worlds:

        @cache
        def serve(name: str, plant: Callable[[Path], None]) -> World:
            folder = made_once(tmp_path_factory, name, lambda folder: fill(name, plant, folder))
            return worlds.enter_context(served_once(folder, tmp_path_factory.mktemp(name)))

        yield serve


@pytest.fixture(scope="session")
def world(serve: Serve) -> World:
    """The demo world; what a test changes in it no other test looks at."""
    return serve("world", lambda _: None)
