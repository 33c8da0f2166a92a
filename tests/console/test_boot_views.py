"""The views, drawn without Textual, show the same cells as the mounted screen, in every size."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from rich.segment import Segment
from rich.style import Style

from kraty_console.console.views.bars import Notice
from kraty_console.console.views.layout import Layout, ScreenArea
from kraty_console.console.views.parts import Part, player_parts
from kraty_console.console.views.player import arranged, steps_of
from kraty_console.console.views.rows import TableState
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import NOW, DemoStage

SIZES = (
    (80, 24),
    (120, 36),
    (110, 30),
    (109, 30),
    (110, 29),
    (200, 60),
    (43, 13),
    (44, 14),
    (40, 12),
    (39, 12),
    (40, 11),
)

Cell = tuple[str, Style | None]


async def resize(driver: ConsoleDriver, size: tuple[int, int]) -> None:
    await driver.pilot.resize_terminal(*size)
    await driver.until(lambda: driver.app.screen.size == size and driver.app.bottom.size == size)
    await wait_until_idle(driver.app)


def region(driver: ConsoleDriver, name: str) -> ScreenArea:
    return ScreenArea(*driver.app.bottom.query_one(f"#{name}").region)


def told(driver: ConsoleDriver, notice: Notice | None = None) -> list[Part]:
    """The screen as the view functions draw it; the table state is a copy, so that it is not corrected."""
    screen = driver.app.bottom
    table_state = TableState(
        screen.table_state.row_id,
        screen.table_state.index,
        screen.table_state.top,
        screen.table_state.sort,
        screen.table_state.filter,
    )
    size = screen.size.width, screen.size.height
    return player_parts(
        driver.app.workspace, screen.state, NOW, size, pane=screen.pane, table_state=table_state, notice=notice
    )


def areas_of(driver: ConsoleDriver, size: tuple[int, int]) -> Layout | None:
    """Where the views put the parts of the player on screen."""
    screen, workspace = driver.app.bottom, driver.app.workspace
    assert screen.state.snapshot is not None
    return arranged(workspace, screen.state, NOW, steps_of(workspace, screen.state, NOW), screen.table.rows, size)


def cells(segments: Iterable[Segment]) -> list[Cell]:
    """Characters with their styles; of a blank only its background can be seen."""
    return [
        (char, Style(bgcolor=style.bgcolor) if char == " " and style else style)
        for text, style, _ in segments
        for char in text
    ]


def differences(driver: ConsoleDriver, parts: list[Part]) -> list[str]:
    """Where the mounted screen shows anything else than the parts."""
    shown = driver.app.screen._compositor.render_strips()
    style_of = driver.app.bottom.keys.style_of
    found = []
    for part in parts:
        x, y, width, _ = part.area
        for n, line in enumerate(part.lines):
            mounted = cells(shown[y + n].crop(x, x + width))
            expected = cells(Segment(text, style_of(tone)) for text, tone in line)
            if mounted != expected:
                found.append(f"{part.name} {n}: {''.join(c for c, _ in mounted)!r} {''.join(c for c, _ in expected)!r}")
    return found


@pytest.mark.parametrize("player", ["alice_42", "heavy_user"])
async def test_the_parts_are_what_the_screen_shows(backend: DemoStage, player: str) -> None:
    async with at(backend.app(player=player)) as driver:
        await driver.looks_at(player)
        for size in SIZES:
            await resize(driver, size)
            await driver.until(lambda: not differences(driver, told(driver)))  # it is laid out once more for a new size
            parts = told(driver)
            assert differences(driver, parts) == [], size
            assert sum(part.area.width * part.area.height for part in parts) == size[0] * size[1]


async def test_the_first_picture_of_every_pane_matches_the_console(backend: DemoStage) -> None:
    async with at(backend.app("GAME_DEBUGGER", player="alice_42", read_only=True)) as driver:
        await driver.looks_at("alice_42")
        for key in "123456":
            await driver.press(key, "j", "s", "s")
            await driver.press("escape")
            assert differences(driver, told(driver)) == [], key
        driver.app.bottom.tell("said", "accent")
        await wait_until_idle(driver.app)
        assert differences(driver, told(driver, Notice("said", "accent"))) == []


async def test_areas_are_those_of_the_style_sheets(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        for size in SIZES:
            await resize(driver, size)
            areas = areas_of(driver, size)
            assert (areas is None) == driver.app.bottom.has_class("-small"), size
            if areas is None:
                continue
            for name in ("header", "search", "profile", "next", "tabs", "rows", "detail", "footer"):
                assert getattr(areas, name) == region(driver, name), (size, name)
            side = region(driver, "side")
            assert (areas.rule is None) == (side.width == size[0]), size
            if areas.rule is not None:
                assert areas.rule == ScreenArea(side.x + side.width - 1, side.y, 1, side.height), size
