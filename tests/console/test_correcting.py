"""A wrongly recorded ticket is corrected from an audit row: of the player, and of the studio's log."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.screens.audit_log import AuditLogScreen
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, put
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.stage import DemoStage


async def correct(driver: ConsoleDriver, ticket: str) -> None:
    await driver.press("T")
    await driver.opened(ActionDialog)
    await put(driver, ticket=ticket, reason="the ticket was of another player")
    await driver.sees(f"→ {ticket}")
    await confirm(driver)
    await driver.until(lambda: not isinstance(driver.app.screen, ActionDialog))


async def test_from_the_pane_of_a_player(backend: DemoStage) -> None:
    with colleague(backend) as other:
        other.credit("bob_7", "gold", 5)
        first = other.audit("bob_7")[0]
        async with at(backend.app(player="bob_7")) as driver:
            await driver.looks_at("bob_7")
            await driver.press("6")
            await correct(driver, "ZD-2")
            await driver.sees("Correct ticket applied: ticket none → ZD-2", "ZD-2, not none")
            await driver.press("k", "T")
            await driver.sees("this row is a correction itself")
        row = other.audit("bob_7")[0]
        assert (row["action"], row["ticket"], row["target"]["id"]) == ("audit.correct", "ZD-2", first["id"])


async def test_from_the_log_of_the_studio(backend: DemoStage) -> None:
    with colleague(backend) as other:
        other.credit("bob_7", "gold", 5)
        async with at(backend.app()) as driver:
            await driver.press("escape", "l")
            await driver.until(lambda: isinstance(driver.app.screen, AuditLogScreen))
            await driver.sees("wallet.credit")
            await correct(driver, "ZD-2")
            await driver.sees("audit.correct", "ZD-2, n")
        assert other.audit("bob_7")[0]["ticket"] == "ZD-2"
