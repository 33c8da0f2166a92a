from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Protocol

import pytest

from tests.e2e.served_once import served_once
from tests.e2e.world import World, load_demo
from tests.once import made_once


class Serve(Protocol):
    """Serves copies of the demo world, each once for all test processes."""

    def __call__(self, name: str, plant: Callable[[Path], None] = ..., /, *options: str) -> World:
        """The world of that name, changed by `plant` before anybody saw it; options as for `backend serve`."""


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    def fill(name: str, plant: Callable[[Path], None], folder: Path) -> None:
        demo = made_once(tmp_path_factory, "demo-world", load_demo)
        shutil.copytree(demo, folder, dirs_exist_ok=True)
        plant(folder)

    with ExitStack() as worlds:

        @cache
        def serve(name: str, plant: Callable[[Path], None] = lambda _: None, /, *options: str) -> World:
            folder = made_once(tmp_path_factory, name, lambda folder: fill(name, plant, folder))
            return worlds.enter_context(served_once(folder, tmp_path_factory.mktemp(name), *options))

        yield serve


@pytest.fixture(scope="session")
def world(serve: Serve) -> World:
    """The demo world; what a test changes in it no other test looks at."""
    return serve("world")
