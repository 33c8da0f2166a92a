from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Protocol

import pytest

from tests.harness.e2e.demo_backend import DemoBackend, load_demo
from tests.harness.e2e.shared_backend import shared_backend
from tests.harness.run_once import once_per_run


class Serve(Protocol):
    """Serves copies of the demo world, each once for all test processes."""

    def __call__(self, name: str, plant: Callable[[Path], None] = ..., /, *options: str) -> DemoBackend:
        """The world of that name, changed by `plant` before anybody saw it; options as for `backend serve`."""


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory, kept_demo: Path) -> Iterator[Serve]:
    def fill(name: str, plant: Callable[[Path], None], folder: Path) -> None:
        load_demo(folder, kept_demo)
        plant(folder)

    with ExitStack() as worlds:

        @cache
        def serve(name: str, plant: Callable[[Path], None] = lambda _: None, /, *options: str) -> DemoBackend:
            folder = once_per_run(tmp_path_factory, name, lambda folder: fill(name, plant, folder))
            return worlds.enter_context(shared_backend(folder, tmp_path_factory.mktemp(name), *options))

        yield serve


@pytest.fixture(scope="session")
def world(serve: Serve) -> DemoBackend:
    """The demo world; what a test changes in it no other test looks at."""
    return serve("world")
