"""One demo world for all tests of the console; each test gets a backend of its own on a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, build_world, stage
from tests.harness.console.stylesheet_cache import parse_once
from tests.harness.run_once import once_per_run


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> DemoTemplate:
    """The demo world; of several processes that test together the first makes it for all."""
    return DemoTemplate.of(once_per_run(tmp_path_factory, "world", build_world))


@pytest.fixture
def wire() -> FaultyTransport:
    return FaultyTransport()


@pytest.fixture
def backend(world: DemoTemplate, tmp_path: Path, wire: FaultyTransport) -> Iterator[DemoStage]:
    with stage(world, tmp_path, wrap=wire.around) as running:
        yield running
        wire.let_all_go()


@pytest.fixture(autouse=True)
def _calm_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORTERM", "TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(scope="session", autouse=True)
def _parsed_once() -> Iterator[None]:
    with parse_once():
        yield
