"""Revoking a grant, from the key to the audit row, and how the console shows a revoked grant."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, dialog, done, put, shows_words
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


async def ask_to_revoke(driver: ConsoleDriver) -> None:
    await driver.looks_at("bob_7")
    await driver.press("2", "X")
    await driver.opened(ActionDialog)
    await put(driver, reason="granted twice", ticket="ZD-9")


async def test_a_revoked_grant_is_explained_and_force_claim_says_so_first(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await ask_to_revoke(driver)
        await driver.sees("pending → revoked", "cannot collect it any more")
        await confirm(driver)
        await driver.press("enter")  # pressed twice: sent once
        await done(driver)
        assert "Revoke applied: pending → revoked" in driver.text
        assert [each.work.title for each in driver.app.workspace.done] == ["Revoke"]
        await driver.sees("by maria: granted twice")
        await driver.press("X")
        assert "this grant is already revoked" in driver.text
        await driver.press("F")
        await driver.opened(ActionDialog)
        assert dialog(driver).form.subject_lines[0].endswith("by maria: granted twice")
    (asked,) = wire.changes
    assert asked.target.partition("?")[0].endswith("/revoke")
    with colleague(backend) as other:
        row = other.audit("bob_7")[0]
        assert (row["action"], row["ticket"], row["after"]["status"]) == ("grant.revoke", "ZD-9", "revoked")
        assert other.snapshot("bob_7")["summary"]["grantsPending"] == 0


async def test_a_lost_answer_is_looked_up(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.cuts("POST", "/revoke", after=True, times=1)
    async with at(backend.app(player="bob_7")) as driver:
        await ask_to_revoke(driver)
        await confirm(driver)
        await shows_words(driver, "It did take effect, once", "Audit row")
    assert len(wire.changes) == 1
