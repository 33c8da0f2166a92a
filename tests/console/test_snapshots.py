"""What every scene looks like, at 120×36 and at 80×24, compared to the cell with what was looked at and accepted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kraty_console.backend.demo.hostile import HOSTILE_NAMES
from tests.console.drive import SIZE, SMALL, Hand
from tests.console.people import impatient
from tests.console.scenes import DIALOGS, LOOKS, PANES, STATES, THEMES, Scene
from tests.console.stage import Stage, World, stage
from tests.console.wire import Wire

Compare = Callable[..., bool]

BOTH = [
    replace(scene, name=f"{scene.name}_{size[0]}", size=size)
    for scene in (*PANES, *DIALOGS, *LOOKS, *STATES)
    for size in (SIZE, SMALL)
]
ONCE = [replace(scene, name=f"{scene.name}_120") for scene in THEMES]
ODD = [
    Scene("size_40x12", "alice_42", size=(40, 12)),
    Scene("size_39x11", "alice_42", size=(39, 11)),
    Scene("size_200x50", "alice_42", size=(200, 50)),
]
"""Sizes beyond the two."""

MEANEST = (1, 2, 3, 7, 8, 9)
"""Of the hostile names: markup, escape sequences, a turned direction, wide letters, piled marks, line breaks."""


@pytest.fixture(scope="module")
def looking(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One backend for all scenes that change nothing."""
    with stage(world, tmp_path_factory.mktemp("looking")) as running:
        yield running


@pytest.fixture(scope="module")
def troubled(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Wire]]:
    """One backend for all that goes wrong before it reaches it, and the wire to it."""
    wire = Wire()
    with stage(world, tmp_path_factory.mktemp("troubled"), wrap=wire.around) as running:
        yield running, wire


ROLL = ("full_stop", "DIALOG", "enter", "text:the table is mended", "enter", "enter")

TROUBLE: dict[str, tuple[Scene, Callable[[Wire], object]]] = {
    "failed": (
        Scene("failed", None, ("WRONG", "text:alice_42", "enter", "sees:u to try again")),
        lambda wire: wire.answers("GET", "/players", 500, "internal_error", "it broke"),
    ),
    "loading": (
        Scene("loading", None, ("WRONG", "text:bob_7", "sees:▸bob_7", "enter", "sees:loading")),
        lambda wire: wire.holds("GET", "/players/"),
    ),
    "stale": (
        Scene("stale", "alice_42", ("WRONG", "r", "sees:STALE")),
        lambda wire: wire.answers("GET", "/players/", 500, "internal_error", "it broke"),
    ),
    "rate_limited": (
        Scene("rate_limited", "alice_42", ("WRONG", "r", "sees:Trying again in 40 s")),
        lambda wire: wire.answers("GET", "/players/", 429, "rate_limited", "slow", headers={"retry-after": "40"}),
    ),
    "forbidden": (
        Scene("forbidden", None, ("WRONG", "text:alice_42", "enter", "sees:player.read")),
        lambda wire: wire.answers("GET", "/players", 403, "forbidden", "no", details={"permission": "player.read"}),
    ),
    "refused": (
        Scene("refused", "alice_42", ("WRONG", *ROLL, "sees:req-77")),
        lambda wire: wire.answers("POST", "/retry", 409, "conflict", "2 grants are already linked to this attempt"),
    ),
    "checking": (
        Scene("checking", "alice_42", ("WRONG", *ROLL, "sees:checking")),
        lambda wire: (wire.cuts("POST", "/retry"), wire.holds("GET", "/players/"), wire.holds("GET", "/audit-log")),
    ),
}
"""What goes wrong on the wire, and what it looks like."""


def show(scene: Scene, backend: Stage, compare: Compare, wrong: Callable[[], object] | None = None) -> None:
    """Walk to the scene and compare; `wrong` happens at the cue `WRONG`."""
    app = impatient(scene.app(backend)) if wrong else scene.app(backend)

    async def walk(pilot: Pilot[Any]) -> None:
        await scene.walk(Hand(app, pilot), {"WRONG": wrong} if wrong else {})

    # A loop of its own, closed properly: the comparison leaves its loop with sockets half closed.
    with asyncio.Runner() as runner:
        asyncio.set_event_loop(runner.get_loop())
        assert compare(app, terminal_size=scene.size, run_before=walk)


@pytest.mark.parametrize("scene", [*BOTH, *ONCE, *ODD], ids=lambda scene: scene.name)
def test_scene(
    scene: Scene, looking: Stage, world: World, tmp_path: Path, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    if "REST" in scene.keys:
        with stage(world, tmp_path) as own:
            show(scene, own, snap_compare)
    else:
        show(scene, replace(looking, folder=tmp_path), snap_compare)


@pytest.mark.parametrize(
    "player", [HOSTILE_NAMES[n].external_id for n in MEANEST], ids=[f"hostile_{n}" for n in MEANEST]
)
def test_hostile_player(player: str, looking: Stage, tmp_path: Path, snap_compare: Compare) -> None:
    show(Scene("hostile", player), replace(looking, folder=tmp_path), snap_compare)


@pytest.mark.parametrize("size", [SIZE, SMALL], ids=["120", "80"])
@pytest.mark.parametrize("name", TROUBLE)
def test_trouble(
    name: str, size: tuple[int, int], troubled: tuple[Stage, Wire], tmp_path: Path, snap_compare: Compare
) -> None:
    scene, go_wrong = TROUBLE[name]
    backend, wire = troubled
    try:
        show(replace(scene, size=size), replace(backend, folder=tmp_path), snap_compare, lambda: go_wrong(wire))
    finally:
        wire.mend_all()
