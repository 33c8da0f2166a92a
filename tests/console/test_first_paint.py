"""What the first paints leave on the screen, also without colours."""

from __future__ import annotations

import pytest

from kraty_console.console.app import KratyApp
from kraty_console.console.colours import MONO
from tests.harness.console.driver import SIZE, SMALL, at
from tests.harness.console.stage import DemoStage, now


@pytest.mark.parametrize("size", [SIZE, SMALL])
async def test_the_first_player_that_is_opened_is_painted_all_over(backend: DemoStage, size: tuple[int, int]) -> None:
    async with at(backend.app(), size) as driver:
        await driver.type("alice_42")
        await driver.press("enter")
        await driver.looks_at("alice_42")
        for part in ("profile", "detail"):
            view = driver.app.bottom.query_one(f"#{part}")
            lines = [view.render_line(y).text.strip() for y in range(view.size.height)]
            assert any(lines), part
        await driver.sees("Swift Otter", "roll failed", 'table "daily_gold" was archived')


async def test_without_colours_not_one_is_painted(backend: DemoStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    environ = {"TERM": "xterm-256color", "NO_COLOR": "1"}
    app = KratyApp(backend.launch(player="frank"), now=now, clock=lambda: 0.0, environ=environ)
    assert app.theme == MONO
    async with at(app) as driver:
        await driver.looks_at("frank")
        styles = [
            segment.style
            for strip in driver.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None
        ]
        assert styles
        colours = {colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None}
        assert {colour for colour in colours if not colour.is_default} == set()
