"""The console ends cleanly while work is in progress."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.screen import Screen
from textual.widget import Widget

from kraty_console.console.dialogs.action import ActionDialog
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, put
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


class _Unmounted(Widget):
    """Calls back when the screen it is on closes."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self.styles.display = "none"
        self._act = act

    def on_unmount(self) -> None:
        self._act()


async def when_the_screen_closes(driver: ConsoleDriver, act: Callable[[], None]) -> None:
    """Do something while the console closes its screens."""
    await driver.app.bottom.mount(_Unmounted(act))


async def test_workers_are_cancelled_while_the_screens_are_still_there(backend: DemoStage) -> None:
    left: list[list[Screen[Any]]] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.append(list(driver.app.screen_stack))

    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        driver.app.run_worker(work())
        bottom = driver.app.bottom
    assert left == [[bottom]]


async def test_a_change_in_flight_is_finished_before_the_console_ends(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    held = wire.holds("POST", "/credit", times=1)
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as driver:
            await _credit(driver)
            await driver.until(held.arrived.is_set)
            await when_the_screen_closes(driver, held.let_go)
        assert len(driver.app.workspace.done) == 1
        assert other.balance("bob_7", "gold") == before + 250


async def test_no_token_is_asked_for_once_the_console_ends(
    backend: DemoStage, wire: FaultyTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.answers("POST", "/credit", 401, "unauthorized", "the session has ended")
    held = wire.holds("POST", "/credit", times=1)
    shown: list[Screen[Any]] = []
    async with at(backend.app(player="bob_7")) as driver:
        await _credit(driver)
        await driver.until(held.arrived.is_set)
        monkeypatch.setattr(driver.app, "push_screen", shown.append)
        await when_the_screen_closes(driver, held.let_go)
    assert not shown
    assert not driver.app.workspace.done
    assert wire.count("POST", "/credit") == 1


async def _credit(driver: ConsoleDriver) -> None:
    await driver.looks_at("bob_7")
    await driver.press("C")
    await driver.opened(ActionDialog)
    await put(driver, economy_key="gold", amount="250", reason="make-good for the outage")
    await confirm(driver)
