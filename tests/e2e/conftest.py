from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.world import World, load_demo, serving


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The demo world, made once for all test processes: a database and its credentials, to be copied."""
    root = tmp_path_factory.getbasetemp()
    root = root if worker_id == "master" else root.parent
    folder = root / "demo-world"
    with (root / "demo-world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "credentials.json").exists():
            folder.mkdir(exist_ok=True)
            load_demo(folder)
    return folder


@pytest.fixture(scope="module")
def world(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A backend of the module's own, over a copy of the demo world."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copytree(demo_folder, folder, dirs_exist_ok=True)
    with serving(folder) as running:
        yield running
