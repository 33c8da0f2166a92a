"""What is shown in each size of the terminal; a resize loses nothing."""

from __future__ import annotations

import pytest
from textual.geometry import Region, Size

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.form_body import FormBody
from tests.harness.console.dialogs import dialog, put
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage

SIZES = ((40, 12), (80, 24), (120, 36), (200, 60))


async def resize(driver: ConsoleDriver, width: int, height: int) -> None:
    await driver.pilot.resize_terminal(width, height)
    await driver.until(lambda: driver.app.screen.size == (width, height) and driver.app.bottom.size == (width, height))
    await wait_until_idle(driver.app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_player_is_shown_at_every_size_and_no_line_is_longer_than_the_screen(
    backend: DemoStage, size: tuple[int, int]
) -> None:
    async with at(backend.app(player="alice_42"), size) as driver:
        await driver.looks_at("alice_42")
        lines = driver.text.splitlines()
        assert len(lines) == size[1]
        assert max(len(line) for line in lines) <= size[0]
        await driver.sees("alice_42", "▸")
        for key in "123456":
            await driver.press(key)
        await driver.press("1", "enter")
        await driver.opened()
        await driver.sees("completed")
        await driver.press("escape")
        await driver.closed()
        await driver.press("full_stop")
        await driver.opened(ActionDialog)
        await driver.sees("Retry roll", "[ Cancel ]", "LIVE")


@pytest.mark.parametrize("size", [(39, 12), (40, 11), (39, 11), (10, 3)])
async def test_a_terminal_that_is_too_small_says_what_it_needs(backend: DemoStage, size: tuple[int, int]) -> None:
    app = backend.app(player="alice_42")
    async with at(app, size) as driver:
        await driver.looks_at("alice_42")
        words = " ".join(driver.text.split())
        assert "needs 40×12;" in words
        if size[0] > 20:
            assert f"this terminal is {size[0]}×{size[1]}. q quits." in words
        assert "Swift Otter" not in words
        await driver.press("F", "R", "full_stop")  # nothing that nobody could see
        assert driver.app.screen is driver.app.bottom
        await driver.press("q")
        await driver.until(lambda: app.return_code == 0)


async def test_it_quits_with_q_too_when_it_is_too_small_from_the_start(backend: DemoStage) -> None:
    app = backend.app()
    async with at(app, (39, 11)) as driver:
        await driver.press("q")
        await driver.until(lambda: app.return_code == 0)


async def test_a_terminal_made_larger_again_shows_what_was_there(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("2", "j", "j")
        row, shown = driver.app.bottom.table.row, driver.text
        await resize(driver, 30, 8)
        await driver.sees("needs")
        await resize(driver, 120, 36)
        assert driver.app.bottom.table.row == row
        assert driver.text == shown


async def test_hidden_rows_are_counted_at_start_and_after_each_resize(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42"), (80, 24)) as driver:
        await driver.looks_at("alice_42")
        await driver.sees(" 1 of 12 ─")
        await resize(driver, 120, 36)
        await driver.until(lambda: "1 of 12" not in driver.text)
        await resize(driver, 60, 20)
        await driver.sees("1 of 12 · 2 columns more with enter ─")


async def test_resizing_a_list_keeps_the_cursor_in_sight(backend: DemoStage) -> None:
    async with at(backend.app(player="heavy_user"), (200, 60)) as driver:
        await driver.looks_at("heavy_user")
        await driver.press("2", "g", *["j"] * 33)
        row = driver.app.bottom.table.row
        for size in ((120, 36), (80, 24), (40, 12), (200, 60), (80, 24)):
            await resize(driver, *size)
            assert driver.app.bottom.table.row == row
            assert any(line.startswith("▸") or "│▸" in line for line in driver.text.splitlines()), size


async def test_resizing_under_a_dialog_keeps_draft_focus_and_buttons(backend: DemoStage) -> None:
    async with at(backend.app(player="carol_ng")) as driver:
        await driver.looks_at("carol_ng")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, final_score="1500", reason="client crashed at the finish")
        focused = driver.app.screen.focused
        assert focused is not None
        for size in ((80, 24), (40, 12), (30, 8), (200, 60), (120, 36), (80, 24)):
            await resize(driver, *size)
            assert driver.app.screen.focused is focused, size
            values = dialog(driver).query_one(FormBody).values
            assert (values["final_score"], values["reason"]) == ("1500", "client crashed at the finish")
            if size >= (40, 12):
                assert "[ Cancel ]" in driver.text, size
                assert "Force-complete" in driver.text
        await driver.press("escape")
        await driver.closed()
        await driver.press("F")
        await driver.opened(ActionDialog)
        await driver.sees("client crashed at the finish")


async def test_resizing_while_searching_keeps_the_text(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("alice_42")
        await driver.sees("▸alice_42")
        await resize(driver, 80, 24)
        assert driver.app.bottom.search.input.value == "alice_42"
        assert driver.app.bottom.search.input.has_focus
        await driver.sees("▸alice_42")
        await driver.press("enter")
        await driver.looks_at("alice_42")


async def test_a_dialog_is_drawn_whole_while_the_terminal_has_a_newer_size(
    backend: DemoStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second resize arrives before the first is laid out: lines are of the size that the screen is laid out for."""
    async with at(backend.app(player="heavy_user"), (120, 36)) as driver:
        await driver.looks_at("heavy_user")
        await driver.press("C")
        await driver.opened(ActionDialog)
        shown = dialog(driver)
        monkeypatch.setattr(type(driver.app), "size", Size(80, 24))
        shown.refresh()
        lines = shown.render_lines(Region(0, 0, 120, 36))
        assert [line.cell_length for line in lines] == [120] * 36
        monkeypatch.undo()
