from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.contract.players import Snapshot
from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.stage import build_world, stage
from tests.harness.practice.solver import Solver
from tests.harness.run_once import once_per_run


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> DemoTemplate:
    """The demo world, the same as for the tests of the console."""
    return DemoTemplate.of(once_per_run(tmp_path_factory, "world", build_world))


@pytest.fixture(scope="session")
def before(world: DemoTemplate, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Snapshot]:
    """The players of all tickets before anything is done."""
    with stage(world, tmp_path_factory.mktemp("before")) as running, Solver.on(running) as reader:
        return reader.players()


@pytest.fixture
def solver(world: DemoTemplate, before: dict[str, Snapshot], tmp_path: Path) -> Iterator[Solver]:
    """Somebody with all tickets before them, on a copy of the demo world."""
    with stage(world, tmp_path) as running, Solver.on(running, before) as somebody:
        yield somebody
