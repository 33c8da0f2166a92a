"""What every scene looks like, at 120×36 and at 80×24, compared to the cell with what was looked at and accepted.

Each is walked to with the painter at work: what it remembers, what a terminal makes of its bytes, and what one makes of
Textual's own bytes have to be the same at both sizes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from textual.app import App

from kraty_console.backend.demo.hostile import HOSTILE_NAMES
from kraty_console.client import transport
from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.sign_in import SignInDialog
from tests.harness.console.colleague import colleague, impatient
from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.driver import SIZE, SMALL
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.frames import Picture, pictures
from tests.harness.console.scenes import (
    AUDIT_LOG,
    DIALOGS,
    INBOXES,
    LOG,
    LOOKS,
    PANES,
    REDUCED,
    SERVER_KEY,
    STATES,
    THEMES,
    Scene,
)
from tests.harness.console.stage import DemoStage, stage

Compare = Callable[..., bool]
SIZES = (SIZE, SMALL)

BOTH = (*PANES, *DIALOGS, *LOOKS, *INBOXES, *STATES, *AUDIT_LOG, *SERVER_KEY)
ODD = (
    Scene("size_40x12", "alice_42", size=(40, 12)),
    Scene("size_39x11", "alice_42", size=(39, 11)),
    Scene("size_160x40", "alice_42", size=(160, 40)),
    Scene("size_200x50", "alice_42", size=(200, 50)),
    Scene("size_160x24", "alice_42", ("2",), size=(160, 24)),
    Scene("wide_grants", "ivy", ("2",), size=(160, 40)),
    Scene("wide_ledger", "heavy_user", ("3", "down", "down", "down", "down", "down"), size=(200, 50)),
    Scene("wide_audit", "erin", ("6",), size=(200, 50)),
)
"""Sizes beyond the two: the detail is beside the list from 160 columns."""

MEANEST = (1, 2, 3, 7, 8, 9)
"""Of the hostile names: markup, escape sequences, a turned direction, wide letters, piled marks, line breaks."""


@pytest.fixture(scope="module")
def looking(world: DemoTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStage]:
    """One backend for all scenes that change nothing."""
    with stage(world, tmp_path_factory.mktemp("looking")) as running:
        yield running


@pytest.fixture(scope="module")
def troubled(
    world: DemoTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[DemoStage, FaultyTransport]]:
    """One backend for all that goes wrong before it reaches it, and the wire to it."""
    wire = FaultyTransport()
    with stage(world, tmp_path_factory.mktemp("troubled"), wrap=wire.around) as running:
        yield running, wire


@pytest.fixture(scope="module")
def reduced(world: DemoTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStage]:
    """A reduced Kraty for all scenes that change nothing."""
    with stage(world, tmp_path_factory.mktemp("reduced"), only="published") as running:
        yield running


ROLL = ("full_stop", "DIALOG", "enter", "text:the table is mended", "enter", "enter")

TROUBLE: dict[str, tuple[Scene, Callable[[FaultyTransport], object]]] = {
    "failed": (
        Scene("failed", None, ("WRONG", "text:alice_42", "enter", "sees:u to try again")),
        lambda wire: wire.answers("GET", "/players", 500, "internal_error", "it broke"),
    ),
    "loading": (
        Scene("loading", None, ("WRONG", "text:bob_7", "sees:▸bob_7", "enter", "sees:loading"), is_waiting=True),
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
        Scene("checking", "alice_42", ("WRONG", *ROLL, "sees:checking"), is_waiting=True),
        lambda wire: (wire.cuts("POST", "/retry"), wire.holds("GET", "/players/"), wire.holds("GET", "/audit-log")),
    ),
    "audit_searching": (
        Scene(
            "audit_searching",
            None,
            (*LOG, "WRONG", "f", "DIALOG", "text:actor:maria", "enter", "sees:esc stops"),
            is_waiting=True,
        ),
        lambda wire: wire.holds("GET", "/audit-log"),
    ),
    "audit_exporting": (
        Scene(
            "audit_exporting",
            None,
            (*LOG, "E", "DIALOG", "WRONG", "enter", "enter", "enter", "sees:reading"),
            is_waiting=True,
        ),
        lambda wire: wire.holds("GET", "/audit-log"),
    ),
}
"""What goes wrong on the wire, and what it looks like."""


Album = dict[tuple[str, tuple[int, int]], Picture]
"""Pictures by scene and size: one walk takes all sizes, and each is taken out once."""


class Drawn(App[str]):
    """Stands for an application whose picture was taken already."""

    def __init__(self, svg: str) -> None:
        super().__init__()
        self._svg = svg

    def run(self, **how: object) -> str:  # type: ignore[override]
        """The picture."""
        del how
        return self._svg


@pytest.fixture(scope="module")
def album() -> Album:
    return {}


def check(
    album: Album,
    scene: Scene,
    size: tuple[int, int],
    sizes: tuple[tuple[int, int], ...],
    draw: Callable[[], list[Picture]],
    compare: Compare,
) -> None:
    """The picture is the one that was accepted, and a terminal that the painter painted shows the same."""
    if (scene.name, size) not in album:
        album.update({(scene.name, each): one for each, one in zip(sizes, draw(), strict=True)})
    picture = album.pop((scene.name, size))
    assert compare(Drawn(picture.svg), terminal_size=size)
    assert picture.differences == []


@pytest.mark.parametrize(
    ("scene", "sizes", "size"),
    [
        *(pytest.param(each, SIZES, size, id=f"{each.name}_{size[0]}") for each in BOTH for size in SIZES),
        *(pytest.param(each, (SIZE,), SIZE, id=f"{each.name}_120") for each in THEMES),
        *(pytest.param(each, (each.size,), each.size, id=each.name) for each in ODD),
    ],
)
def test_scene(
    scene: Scene,
    sizes: tuple[tuple[int, int], ...],
    size: tuple[int, int],
    looking: DemoStage,
    world: DemoTemplate,
    tmp_path: Path,
    album: Album,
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(tmp_path)  # where files are exported to

    def draw() -> list[Picture]:
        own = stage(world, tmp_path) if "REST" in scene.keys else nullcontext(replace(looking, folder=tmp_path))
        with own as backend:
            return asyncio.run(pictures(scene.app(backend), scene.walk, sizes))

    check(album, scene, size, sizes, draw, snap_compare)


@pytest.mark.parametrize("size", SIZES, ids=["120", "80"])
@pytest.mark.parametrize("scene", REDUCED, ids=[each.name for each in REDUCED])
def test_reduced(
    scene: Scene, size: tuple[int, int], reduced: DemoStage, tmp_path: Path, album: Album, snap_compare: Compare
) -> None:
    app = scene.app(replace(reduced, folder=tmp_path))
    check(album, scene, size, SIZES, lambda: asyncio.run(pictures(app, scene.walk, SIZES)), snap_compare)


@pytest.mark.parametrize("size", SIZES, ids=["120", "80"])
def test_ban_or_lift(
    size: tuple[int, int], world: DemoTemplate, tmp_path: Path, album: Album, snap_compare: Compare
) -> None:
    scene = Scene("ban_or_lift", "bob_7", ("REST", "B", "DIALOG"))

    def draw() -> list[Picture]:
        with stage(world, tmp_path, only="published,ban,unban") as backend:
            return asyncio.run(pictures(scene.app(backend), scene.walk, SIZES))

    check(album, scene, size, SIZES, draw, snap_compare)


@pytest.mark.parametrize("size", SIZES, ids=["120", "80"])
def test_a_row_that_changed_meanwhile(
    size: tuple[int, int],
    world: DemoTemplate,
    tmp_path: Path,
    album: Album,
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "uuid", SimpleNamespace(uuid4=lambda: UUID(int=7)))  # of requests, as shown
    form = ("F", "DIALOG", "1", "5", "0", "0", "enter", "enter", "enter", "text:seen in the replay")
    scene = Scene("changed_meanwhile", "carol_ng", (*form, "COLLEAGUE", "enter", "enter", "sees:412 stale"))

    def draw() -> list[Picture]:
        with stage(world, tmp_path) as backend, colleague(backend) as other:
            app = scene.app(backend)

            def force_complete() -> None:
                assert isinstance(app.screen, ActionDialog)
                other.force_complete(app.screen.form.target_id or "", 900)

            return asyncio.run(pictures(app, partial(scene.walk, cues={"COLLEAGUE": force_complete}), SIZES))

    check(album, scene, size, SIZES, draw, snap_compare)


NOTE_SCENES = (
    Scene("notes_profile", "alice_42", ("sees:maria: asked twice",)),
    Scene("notes_all", "alice_42", ("sees:maria: asked twice", "i", "DIALOG")),
    Scene("notes_add", "alice_42", ("N", "DIALOG", "text:ZD-7", "enter", "text:prefers French")),
)


@pytest.mark.parametrize("size", SIZES, ids=["120", "80"])
@pytest.mark.parametrize("scene", NOTE_SCENES, ids=[each.name for each in NOTE_SCENES])
def test_notes(
    scene: Scene, size: tuple[int, int], world: DemoTemplate, tmp_path: Path, album: Album, snap_compare: Compare
) -> None:
    def draw() -> list[Picture]:
        with stage(world, tmp_path) as backend, colleague(backend) as other:
            other.note("alice_42", "Purchase checked with the store, all delivered.")
            other.note("alice_42", "asked twice about the race of last week; it was rolled, see ZD-4821")
            return asyncio.run(pictures(scene.app(backend), scene.walk, SIZES))

    check(album, scene, size, SIZES, draw, snap_compare)


@pytest.mark.parametrize("size", SIZES, ids=["120", "80"])
def test_first_run_of_a_reduced_kraty(
    size: tuple[int, int],
    reduced: DemoStage,
    tmp_path: Path,
    album: Album,
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    token = reduced.world.credentials["sessions"]["GAME_ADMIN"]
    steps = ("DIALOG", "ADDRESS", "enter", "sees:2 of 4", f"text:{token}", "enter", "sees:3 of 5", "HIDE")
    scene = Scene("first_run_studio_id", None, steps, launch={"token": "", "url": None})
    app = scene.app(replace(reduced, folder=tmp_path))

    def named() -> None:
        app.screen.line.value = reduced.url

    def hide_port() -> None:
        dialog = app.screen
        assert isinstance(dialog, SignInDialog)
        dialog._url = "https://api.kraty.io"
        dialog._go(dialog.step)

    def draw() -> list[Picture]:
        return asyncio.run(pictures(app, partial(scene.walk, cues={"ADDRESS": named, "HIDE": hide_port}), SIZES))

    check(album, scene, size, SIZES, draw, snap_compare)


@pytest.mark.parametrize(
    "player", [HOSTILE_NAMES[n].external_id for n in MEANEST], ids=[f"hostile_{n}" for n in MEANEST]
)
def test_hostile_player(player: str, looking: DemoStage, tmp_path: Path, album: Album, snap_compare: Compare) -> None:
    scene = Scene("hostile", player)
    app = scene.app(replace(looking, folder=tmp_path))
    check(album, scene, SIZE, (SIZE,), lambda: asyncio.run(pictures(app, scene.walk, (SIZE,))), snap_compare)


@pytest.mark.parametrize("size", SIZES, ids=["120", "80"])
@pytest.mark.parametrize("name", TROUBLE)
def test_an_error_matches_its_snapshot(
    name: str,
    size: tuple[int, int],
    troubled: tuple[DemoStage, FaultyTransport],
    tmp_path: Path,
    album: Album,
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene, go_wrong = TROUBLE[name]
    monkeypatch.chdir(tmp_path)  # where files are exported to
    backend, wire = troubled

    def draw() -> list[Picture]:
        app = impatient(scene.app(replace(backend, folder=tmp_path)))
        walk = partial(scene.walk, cues={"WRONG": lambda: go_wrong(wire)})
        try:
            return asyncio.run(pictures(app, walk, SIZES, wire.mend_all))
        finally:
            wire.mend_all()

    check(album, scene, size, SIZES, draw, snap_compare)
