"""One demo world for all tests of the console; each test gets a backend of its own on a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.copies import World
from tests.console.sheets import parsed_once
from tests.console.stage import Stage, build_world, stage
from tests.console.wire import Wire
from tests.once import made_once


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The demo world; of several processes that test together the first makes it for all."""
    return World.of(made_once(tmp_path_factory, "world", build_world))


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def backend(world: World, tmp_path: Path, wire: Wire) -> Iterator[Stage]:
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
    with parsed_once():
        yield
