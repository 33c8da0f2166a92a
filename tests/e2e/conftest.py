from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.world import World, load_demo, serving
from tests.once import made_once


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo world, made once for all test processes: a database and its credentials, to be copied."""
    return made_once(tmp_path_factory, "demo-world", load_demo)


@pytest.fixture(scope="module")
def world(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A backend of the module's own, over a copy of the demo world."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copytree(demo_folder, folder, dirs_exist_ok=True)
    with serving(folder) as running:
        yield running
