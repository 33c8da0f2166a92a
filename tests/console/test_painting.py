"""On a terminal the painter's output shows the same as Textual's own, after a walk through many scenes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.demo.hostile import HOSTILE_NAMES
from kraty_console.console.app import KratyApp
from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.driver import SIZE, SMALL, ConsoleDriver
from tests.harness.console.frames import NO_WRAP, Painted
from tests.harness.console.scenes import DIALOGS, LOOKS, Scene
from tests.harness.console.stage import DemoStage, stage
from tests.harness.terminal import Emulator
from tests.harness.terminal.screen_text import mend_halves, seen

SCENES = [
    Scene("panes", "alice_42", ("2", "3", "down", "6", "1", "down", "r"), size=SMALL),
    replace(DIALOGS[2], name="grant", size=SIZE),
    replace(LOOKS[1], name="keys", keys=(*LOOKS[1].keys, "escape", "2"), size=SMALL),
    Scene("long list", "heavy_user", ("pagedown", "down", "pagedown", "s", "end", "home"), size=SIZE),
    Scene("typing", None, tuple("text:" + letter for letter in "al"), size=SMALL),
    *(Scene(f"hostile {n}", each.external_id, ("2", "enter", "DIALOG")) for n, each in enumerate(HOSTILE_NAMES[:4])),
]


class Twice(Painted):
    """Two terminals that get all output, one from the painter and one from Textual."""

    def __init__(self, app: KratyApp, size: tuple[int, int]) -> None:
        super().__init__(app, size)
        self.theirs = Emulator(*size)
        self.theirs.receive(NO_WRAP)
        self.sent_by_textual = 0

    def tell_others(self, renderable: Any) -> None:
        data = renderable.render_segments(self.app.console).replace("\n", "\r\n").encode()
        self.theirs.receive(data)
        self.sent_by_textual += len(data)


@pytest.fixture(scope="module")
def looking(world: DemoTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStage]:
    """One backend for all: nothing is changed."""
    with stage(world, tmp_path_factory.mktemp("looking")) as running:
        yield running


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_both_terminals_show_the_same(scene: Scene, looking: DemoStage, tmp_path: Path) -> None:
    app = scene.app(replace(looking, folder=tmp_path))
    told = Twice(app, scene.size)
    async with app.run_test(size=scene.size) as pilot:
        await scene.walk(ConsoleDriver(app, pilot))
        assert told.differences() == []
    assert told.updates > 1  # several keys may be answered by one
    mend_halves(told.theirs)
    ours, theirs = seen(told.terminal), seen(told.theirs)
    for y, (line, wanted) in enumerate(zip(ours, theirs, strict=True)):
        assert line == wanted, f"row {y}"
    assert told.sent * 3 < told.sent_by_textual
