"""What the painter sends shows, on a terminal, what Textual's own bytes show, after a walk through many scenes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.demo.hostile import HOSTILE_NAMES
from kraty_console.console.app import KratyApp
from kraty_console.paint.abilities import Abilities
from kraty_console.paint.painter import Painter
from kraty_console.paint.textual_app import colours_of, pieces_of
from tests.console.drive import SIZE, SMALL, Hand
from tests.console.scenes import DIALOGS, LOOKS, Scene
from tests.console.stage import Stage, World, stage
from tests.paint.screens import mend_halves, seen
from tests.terminal import Emulator

SCENES = [
    Scene("panes", "alice_42", ("2", "3", "down", "6", "1", "down", "r"), size=SMALL),
    replace(DIALOGS[2], name="grant", size=SIZE),
    replace(LOOKS[1], name="keys", keys=(*LOOKS[1].keys, "escape", "2"), size=SMALL),
    Scene("long list", "heavy_user", ("pagedown", "down", "pagedown", "s", "end", "home"), size=SIZE),
    Scene("typing", None, tuple("text:" + letter for letter in "al"), size=SMALL),
    *(Scene(f"hostile {n}", each.external_id, ("2", "enter", "DIALOG")) for n, each in enumerate(HOSTILE_NAMES[:4])),
]


class Twice:
    """Two terminals that are told everything, one by the painter and one as Textual would."""

    def __init__(self, app: KratyApp, size: tuple[int, int]) -> None:
        self.app = app
        self.ours, self.theirs = Emulator(*size), Emulator(*size)
        for emulator in (self.ours, self.theirs):
            emulator.receive(b"\x1b[?7l")
        self.sent = [0, 0]
        self.updates = 0
        abilities = Abilities(erases_in_colour=True, erases_some=True)
        self.painter = Painter(abilities, colours_of(app.console))
        app._display = self.display  # type: ignore[method-assign]

    def display(self, screen: Any, renderable: Any) -> None:
        """Tell both, and let the application go on."""
        pieces = pieces_of(renderable)
        if pieces is not None and not self.app._batch_count:
            size = screen.outer_size
            ours = self.painter.paint((size.width, size.height), pieces).encode()
            theirs = renderable.render_segments(self.app.console).replace("\n", "\r\n").encode()
            self.ours.receive(ours)
            self.theirs.receive(theirs)
            self.sent = [self.sent[0] + len(ours), self.sent[1] + len(theirs)]
            self.updates += 1
        type(self.app)._display(self.app, screen, renderable)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_both_terminals_show_the_same(scene: Scene, world: World, tmp_path: Path) -> None:
    with stage(world, tmp_path) as backend:
        told = asyncio.run(_told(scene, backend))
    assert told.updates > len(scene.keys)
    mend_halves(told.theirs)
    ours, theirs = seen(told.ours), seen(told.theirs)
    for y, (line, wanted) in enumerate(zip(ours, theirs, strict=True)):
        assert line == wanted, f"row {y}"
    assert told.sent[0] * 3 < told.sent[1]


async def _told(scene: Scene, backend: Stage) -> Twice:
    app = scene.app(backend)
    told = Twice(app, scene.size)
    async with app.run_test(size=scene.size) as pilot:
        await scene.walk(Hand(app, pilot))
    return told
