"""Each change from its key to its trace: in the panes, in the totals, in the audit log, and in the backend."""

from __future__ import annotations

import json

import pytest

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.domain.formatting import grouped
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, dialog, done, put
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


async def audit_pane_shows(driver: ConsoleDriver, *words: str) -> None:
    """The newest audit row, opened as a document."""
    await driver.press("6", "g", "enter")
    await driver.opened()
    await driver.sees(*words)
    await driver.press("escape")
    await driver.closed()


@pytest.mark.parametrize(("player", "key"), [("alice_42", "R"), ("bob_7", "F")])
async def test_every_dialog_ends_with_ticket_and_reason(backend: DemoStage, player: str, key: str) -> None:
    async with at(backend.app(player=player)) as driver:
        await driver.looks_at(player)
        await driver.press(key)
        await driver.opened(ActionDialog)
        await driver.type("ZD-1")
        await driver.press("enter")
        await driver.type("seen in the logs")
        shown = dialog(driver).query_one(FormBody).values
        assert (shown["ticket"], shown["reason"]) == ("ZD-1", "seen in the logs")


async def test_a_score_below_the_target_is_the_first_thing_to_look_at(backend: DemoStage) -> None:
    async with at(backend.app(player="carol_ng")) as driver:
        await driver.looks_at("carol_ng")
        await driver.press("F")
        await driver.opened(ActionDialog)
        assert driver.app.focused.name == "final_score"
        await driver.press("enter", "enter")
        await driver.type("ZD-1")
        await driver.press("enter")
        await driver.type("seen in the logs")
        shown = dialog(driver).query_one(FormBody).values
        assert (shown["final_score"], shown["ticket"], shown["reason"]) == ("740", "ZD-1", "seen in the logs")


async def test_retry_the_roll_of_a_race_that_paid_nothing(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        pending = driver.app.bottom.state.snapshot.summary.grants_pending
        await driver.press("R")
        await driver.opened(ActionDialog)
        await driver.type("ZD-4821")
        await driver.press("enter")
        await driver.type("the table is back")
        await driver.press("enter")  # onto the button
        assert dialog(driver).confirm.has_focus
        assert not wire.changes
        await driver.press("enter")
        await done(driver)
        assert "Retry roll applied: the roll granted " in driver.text
        assert "y copies the audit link" in driver.text
        row = driver.app.bottom.table.row
        assert row is not None
        assert row.id in driver.app.bottom.loader.marked
        assert "* completed" in driver.text
        await driver.sees("1 pending", f"{pending + 1} pending", "ZD-4821")
        await driver.press("2")
        assert "* pending" in driver.text
        await audit_pane_shows(driver, "the table is back", "ZD-4821", "maria")
    with colleague(backend) as other:
        snapshot = other.snapshot("alice_42")
        (attempt,) = [each for each in snapshot["attempts"] if each["id"] == row.id]
        assert len(attempt["grantIds"]) == 1
        newest = other.audit("alice_42")[0]
        assert (newest["reason"], newest["ticket"], newest["outcome"]) == ("the table is back", "ZD-4821", "ok")


async def test_force_complete_and_roll_are_two_steps_with_two_audit_rows(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="dave.k")) as driver:
        await driver.looks_at("dave.k")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, final_score="1650", reason="finished in the tunnel, see replay", ticket="ZD-7")
        await driver.sees(f"{grouped(1310)} → {grouped(1650)}", "rolled in a second, separate step")
        await confirm(driver)
        await done(driver)
        assert "force-completed" in driver.text
        assert [each.work.title for each in driver.app.workspace.done] == ["Force-complete", "Retry roll"]
        await driver.press("2")
        assert "* pending" in driver.text
    first, second = wire.changes
    assert "/force-complete" in first.target
    assert first.body["finalScore"] == 1650
    assert "/retry-reward-roll" in second.target
    with colleague(backend) as other:
        rows = other.audit("dave.k")
        assert [row["action"] for row in rows[:2]] == ["grant.retry_reward_roll", "attempt.force_complete"]
        assert {row["reason"] for row in rows[:2]} == {"finished in the tunnel, see replay"}
        assert {row["ticket"] for row in rows[:2]} == {"ZD-7"}
        assert other.snapshot("dave.k")["summary"]["grantsPending"] == 1


async def test_a_refused_roll_after_a_force_complete_says_what_was_done_and_what_was_not(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    refusal = wire.answers("POST", "/retry-reward-roll", 409, "conflict", "the table is archived")
    async with at(backend.app(player="dave.k")) as driver:
        await driver.looks_at("dave.k")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, reason="finished in the tunnel")
        await confirm(driver)
        await driver.sees(
            "Applied: Force-complete", "Not applied: Retry roll", "the table is archived", "409", "req-77"
        )
        assert str(dialog(driver).confirm.label) == "Retry roll"
        refusal.mend()
        await confirm(driver)
        await done(driver)
    assert [each.target.partition("?")[0].rpartition("/")[2] for each in wire.changes] == [
        "force-complete",
        "retry-reward-roll",
        "retry-reward-roll",
    ]


async def test_an_unticked_roll_is_not_sent(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="dave.k")) as driver:
        await driver.looks_at("dave.k")
        await driver.press("F")
        await driver.opened(ActionDialog)
        next(row for row in dialog(driver).query_one(FormBody).shown if row.field.name == "then_roll").editor.focus()
        await driver.press("space")
        await driver.sees("not rolled; R rolls them later")
        await put(driver, reason="finished in the tunnel")
        await confirm(driver)
        await done(driver)
    assert len(wire.changes) == 1
    assert "finalScore" not in wire.changes[0].body


async def test_force_claim_delivers_a_grant_whose_ack_was_lost(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="erin")) as driver:
        await driver.looks_at("erin")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await driver.sees(f"gems 200 → {grouped(1400)}", "winter_hat 0 → 1")
        await put(driver, reason="the receiver's log shows it")
        await confirm(driver)
        await done(driver)
        assert "* claimed" in driver.text
        await driver.press("3")
        assert grouped(1400) in driver.text
        await driver.press("5")
        assert "winter_hat" in driver.text
        await audit_pane_shows(driver, "the receiver's log shows it")
    with colleague(backend) as other:
        assert other.balance("erin", "gems") == 1400
        assert other.snapshot("erin")["summary"]["grantsPending"] == 0


async def test_manual_grant_composes_entries_and_leaves_a_pending_grant(backend: DemoStage) -> None:
    entries = json.dumps(
        [
            {"type": "currency", "currencyKey": "gold", "amount": 500},
            {"type": "item", "itemKey": "potion", "quantity": 2},
        ],
        indent=2,
    )
    async with at(backend.app(player="grace_hopper")) as driver:
        await driver.looks_at("grace_hopper")
        grants = driver.app.bottom.state.snapshot.summary.grants_claimed
        await driver.press("M")
        await driver.opened(ActionDialog)
        await put(driver, entries=entries, expires_in="5", reason="won the drawing contest")
        await driver.sees("500 gold and 2 potion", "expires in 5 days", "pending, until the game collects it")
        await confirm(driver)
        await done(driver)
        assert f"2 Grants {grants + 1}" in driver.text
        await driver.press("2")
        assert "* pending  500 gold and 2 po" in driver.text
        await audit_pane_shows(driver, "won the drawing contest")
    with colleague(backend) as other:
        grant = other.snapshot("grace_hopper")["grants"][0]
        assert grant["status"] == "pending"
        assert grant["expiresAt"].startswith("2026-06-16T14:02:31")


async def test_credit_raises_the_balance_at_once(backend: DemoStage) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as driver:
            await driver.looks_at("bob_7")
            await driver.press("3", "C")
            await driver.opened(ActionDialog)
            await put(driver, economy_key="gold", amount="250", reason="make-good for the outage")
            await driver.sees(f"gold {before} → {before + 250}")
            await confirm(driver)
            await done(driver)
            await driver.sees(f"{before + 250}", "+250")
            assert "* " in driver.text
            await audit_pane_shows(driver, "make-good for the outage")
        assert other.balance("bob_7", "gold") == before + 250


async def test_a_ban_asks_for_the_id_and_is_lifted_again(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("B")
        await driver.opened(ActionDialog)
        await driver.sees("type bob_7 to confirm", "LIVE")
        await put(driver, reason="sells gold for money")
        await confirm(driver)
        assert not wire.changes
        await put(driver, typed_id="bob_8")
        await confirm(driver)
        await driver.sees("not that id")
        assert not wire.changes
        await put(driver, typed_id="bob_7")
        await confirm(driver)
        await done(driver)
        await driver.sees("BANNED now: sells gold for", "money")
        await driver.press("B")
        await driver.opened(ActionDialog)
        await driver.sees("Lift the ban")
        await put(driver, reason="siblings sharing a tablet")
        await confirm(driver)
        await done(driver)
        await driver.sees("not banned")
    with colleague(backend) as other:
        assert [row["reason"] for row in other.audit("bob_7")[:2]] == [
            "siblings sharing a tablet",
            "sells gold for money",
        ]


async def test_an_amount_over_the_limit_of_the_profile_asks_for_the_id(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="bob_7", amount_limit=1_000)) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="gold", amount="1000", reason="make-good")
        assert "to confirm" not in driver.text
        await put(driver, amount="1001")
        await driver.sees(f"over {grouped(1000)}: type bob_7 to confirm")
        await confirm(driver)
        assert not wire.changes
        await put(driver, typed_id="bob_7")
        await confirm(driver)
        await done(driver)
    assert wire.changes[0].body["amount"] == 1001


# -- once ----------------------------------------------------------------------------------------------------------
