"""An idle console runs no timer and sends no request."""

from __future__ import annotations

from textual.timer import Timer

from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.action import ActionDialog
from tests.harness.console.dialogs import confirm, put, shows_words
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage


def running(app: KratyApp) -> list[Timer]:
    """Timers that will fire by themselves."""
    pumps = [app, *app.screen_stack, *(widget for screen in app.screen_stack for widget in screen.walk_children())]
    timers = [timer for pump in pumps for timer in pump._timers]
    return [each for each in timers if each._task is not None and not each._task.done() and each._active.is_set()]


async def still(driver: ConsoleDriver, wire: FaultyTransport) -> None:
    await driver.rest()
    await driver.until(lambda: not running(driver.app))  # the screen below a dialog is drawn a moment after it
    asked = len(wire.asked)
    await wait_until_idle(driver.app)
    assert len(wire.asked) == asked


async def test_no_timer_runs_at_the_start_with_a_player_and_with_a_dialog(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app()) as driver:
        await still(driver, wire)
        await driver.type("alice_42")
        await driver.sees("▸alice_42")
        await still(driver, wire)
        await driver.press("enter")
        await driver.looks_at("alice_42")
        await still(driver, wire)
        await driver.press("C")
        await driver.opened(ActionDialog)
        await still(driver, wire)
        await driver.press("escape")
        await driver.closed()
        await driver.press("ctrl+p")
        await driver.opened()
        await still(driver, wire)


async def test_the_clock_of_a_wait_ends_with_it(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        held = wire.holds("GET", "/players/bob_7")
        await driver.press("r")
        await driver.sees("loading, 0 s")
        assert running(driver.app)
        held.let_go()
        await driver.looks_at("bob_7")
        await still(driver, wire)


async def test_the_clock_of_a_change_ends_with_it(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("POST", "/credit", 409, "conflict", "not now", times=1)
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="gold", amount="1", reason="make-good")
        await confirm(driver)
        await shows_words(driver, "Not applied: not now")
        await still(driver, wire)
        await confirm(driver)
        await driver.closed()
        await still(driver, wire)
