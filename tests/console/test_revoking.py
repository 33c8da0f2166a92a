"""Revoking a grant, from the key to the audit row, and how the console shows a revoked grant."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, dialog, done, put, told
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


async def ask_to_revoke(hand: ConsoleDriver) -> None:
    await hand.looks_at("bob_7")
    await hand.press("2", "X")
    await hand.opened(ActionDialog)
    await put(hand, reason="granted twice", ticket="ZD-9")


async def test_a_revoked_grant_is_explained_and_force_claim_says_so_first(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await ask_to_revoke(hand)
        await hand.sees("pending → revoked", "cannot collect it any more")
        await confirm(hand)
        await hand.press("enter")  # pressed twice: sent once
        await done(hand)
        assert "Revoke applied: pending → revoked" in hand.text
        assert [each.work.title for each in hand.app.workspace.done] == ["Revoke"]
        await hand.sees("by maria: granted twice")
        await hand.press("X")
        assert "this grant is already revoked" in hand.text
        await hand.press("F")
        await hand.opened(ActionDialog)
        assert dialog(hand).form.subject_lines[0].endswith("by maria: granted twice")
    (asked,) = wire.changes
    assert asked.target.partition("?")[0].endswith("/revoke")
    with colleague(backend) as other:
        row = other.audit("bob_7")[0]
        assert (row["action"], row["ticket"], row["after"]["status"]) == ("grant.revoke", "ZD-9", "revoked")
        assert other.snapshot("bob_7")["summary"]["grantsPending"] == 0


async def test_a_lost_answer_is_looked_up(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.cuts("POST", "/revoke", after=True, times=1)
    async with at(backend.app(player="bob_7")) as hand:
        await ask_to_revoke(hand)
        await confirm(hand)
        await told(hand, "It did take effect, once", "Audit row")
    assert len(wire.changes) == 1
