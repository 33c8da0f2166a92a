"""The committed pictures show what the console looks like now."""

from __future__ import annotations

from pathlib import Path

from tests.console.screenshots import FOLDER, draw_all
from tests.harness.console.demo_copies import DemoTemplate


def test_committed_screenshots_are_current(world: DemoTemplate, tmp_path: Path) -> None:
    drawn = draw_all(world, tmp_path)
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}
    assert sorted(committed) == sorted(drawn)
    stale = [name for name, svg in drawn.items() if committed[name] != svg]
    assert not stale, f"run `make screenshots`: {stale}"
