"""What is shown in each size of the terminal; a resize loses nothing."""

from __future__ import annotations

import pytest

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.form_body import FormBody
from tests.harness.console.dialogs import dialog, put
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage

SIZES = ((40, 12), (80, 24), (120, 36), (200, 60))


async def resize(hand: ConsoleDriver, width: int, height: int) -> None:
    await hand.pilot.resize_terminal(width, height)
    await hand.until(lambda: hand.app.screen.size == (width, height) and hand.app.bottom.size == (width, height))
    await wait_until_idle(hand.app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_player_is_shown_at_every_size_and_no_line_is_longer_than_the_screen(
    backend: DemoStage, size: tuple[int, int]
) -> None:
    async with at(backend.app(player="alice_42"), size) as hand:
        await hand.looks_at("alice_42")
        lines = hand.text.splitlines()
        assert len(lines) == size[1]
        assert max(len(line) for line in lines) <= size[0]
        await hand.sees("alice_42", "▸")
        for key in "123456":
            await hand.press(key)
        await hand.press("1", "enter")
        await hand.opened()
        await hand.sees("completed")
        await hand.press("escape")
        await hand.closed()
        await hand.press("full_stop")
        await hand.opened(ActionDialog)
        await hand.sees("Retry roll", "[ Cancel ]", "LIVE")


@pytest.mark.parametrize("size", [(39, 12), (40, 11), (39, 11), (10, 3)])
async def test_a_terminal_that_is_too_small_says_what_it_needs(backend: DemoStage, size: tuple[int, int]) -> None:
    app = backend.app(player="alice_42")
    async with at(app, size) as hand:
        await hand.looks_at("alice_42")
        words = " ".join(hand.text.split())
        assert "needs 40×12;" in words
        if size[0] > 20:
            assert f"this terminal is {size[0]}×{size[1]}. q quits." in words
        assert "Swift Otter" not in words
        await hand.press("F", "R", "full_stop")  # nothing that nobody could see
        assert hand.app.screen is hand.app.bottom
        await hand.press("q")
        await hand.until(lambda: app.return_code == 0)


async def test_it_quits_with_q_too_when_it_is_too_small_from_the_start(backend: DemoStage) -> None:
    app = backend.app()
    async with at(app, (39, 11)) as hand:
        await hand.press("q")
        await hand.until(lambda: app.return_code == 0)


async def test_a_terminal_made_larger_again_shows_what_was_there(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("2", "j", "j")
        row, shown = hand.app.bottom.table.row, hand.text
        await resize(hand, 30, 8)
        await hand.sees("needs")
        await resize(hand, 120, 36)
        assert hand.app.bottom.table.row == row
        assert hand.text == shown


async def test_hidden_rows_are_counted_at_start_and_after_each_resize(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42"), (80, 24)) as hand:
        await hand.looks_at("alice_42")
        await hand.sees(" 1 of 12 ─")
        await resize(hand, 120, 36)
        await hand.until(lambda: "1 of 12" not in hand.text)
        await resize(hand, 60, 20)
        await hand.sees("1 of 12 · 2 columns more with enter ─")


async def test_resizing_a_list_keeps_the_cursor_in_sight(backend: DemoStage) -> None:
    async with at(backend.app(player="heavy_user"), (200, 60)) as hand:
        await hand.looks_at("heavy_user")
        await hand.press("2", "g", *["j"] * 33)
        row = hand.app.bottom.table.row
        for size in ((120, 36), (80, 24), (40, 12), (200, 60), (80, 24)):
            await resize(hand, *size)
            assert hand.app.bottom.table.row == row
            assert any(line.startswith("▸") or "│▸" in line for line in hand.text.splitlines()), size


async def test_resizing_under_a_dialog_keeps_draft_focus_and_buttons(backend: DemoStage) -> None:
    async with at(backend.app(player="carol_ng")) as hand:
        await hand.looks_at("carol_ng")
        await hand.press("F")
        await hand.opened(ActionDialog)
        await put(hand, final_score="1500", reason="client crashed at the finish")
        focused = hand.app.screen.focused
        assert focused is not None
        for size in ((80, 24), (40, 12), (30, 8), (200, 60), (120, 36), (80, 24)):
            await resize(hand, *size)
            assert hand.app.screen.focused is focused, size
            values = dialog(hand).query_one(FormBody).values
            assert (values["final_score"], values["reason"]) == ("1500", "client crashed at the finish")
            if size >= (40, 12):
                assert "[ Cancel ]" in hand.text, size
                assert "Force-complete" in hand.text
        await hand.press("escape")
        await hand.closed()
        await hand.press("F")
        await hand.opened(ActionDialog)
        await hand.sees("client crashed at the finish")


async def test_resizing_while_searching_keeps_the_text(backend: DemoStage) -> None:
    async with at(backend.app()) as hand:
        await hand.type("alice_42")
        await hand.sees("▸alice_42")
        await resize(hand, 80, 24)
        assert hand.app.bottom.search.input.value == "alice_42"
        assert hand.app.bottom.search.input.has_focus
        await hand.sees("▸alice_42")
        await hand.press("enter")
        await hand.looks_at("alice_42")
