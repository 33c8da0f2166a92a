"""The last line lists what works where the focus is, and dims what is not for this person."""

from __future__ import annotations

from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.stage import DemoStage


def footer(driver: ConsoleDriver) -> str:
    """The last line, or all the lines of a long message."""
    lines = driver.text.splitlines()[-driver.app.bottom.keys.size.height :]
    return " ".join(line.strip() for line in lines)


async def test_the_last_line_lists_what_works_where_the_focus_is(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        assert footer(driver).split("  ") == ["enter back", "esc to the list and its keys", "ctrl+p all actions"]
        await driver.press("escape")
        assert "p recent" in footer(driver)
        await driver.press("/")
        assert "p recent" not in footer(driver)


async def test_enter_in_the_empty_search_field_returns_to_the_player(backend: DemoStage) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("slash")
        assert footer(driver).startswith("enter back  esc")
        await driver.press("a")
        assert footer(driver).startswith("enter open  esc")
        await driver.press("backspace", "enter")
        assert "enter" not in footer(driver)
        assert driver.app.bottom.state.player == "bob_7"


async def test_a_next_step_that_is_not_for_this_person_is_dimmed_and_says_why(backend: DemoStage) -> None:
    async with at(backend.app("GAME_VIEWER", player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        hints = {hint.label: hint.enabled for hint in driver.app.bottom.keys.hints}
        assert hints["next"] is False
        await driver.press(".")
        assert "needs grant.retry_reward_roll" in footer(driver)
