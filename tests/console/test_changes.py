"""Each change from its key to its trace: in the panes, in the totals, in the audit log, and in the backend."""

from __future__ import annotations

import json
import sqlite3

import pytest

from kraty_console.console.dialogs.action import ActionDialog, Phase
from kraty_console.console.look import Status
from kraty_console.support.measure import grouped
from tests.console.drive import Hand, at
from tests.console.filling import confirm, dialog, done, put
from tests.console.people import colleague
from tests.console.stage import Stage
from tests.console.wire import Hold, Wire


async def audit_pane_shows(hand: Hand, *words: str) -> None:
    """The newest audit row, opened as a document."""
    await hand.press("6", "g", "enter")
    await hand.opened()
    await hand.sees(*words)
    await hand.press("escape")
    await hand.closed()


@pytest.mark.parametrize(("player", "key"), [("alice_42", "R"), ("bob_7", "F"), ("carol_ng", "F")])
async def test_ticket_then_reason_is_what_a_hand_types_in_every_dialog(backend: Stage, player: str, key: str) -> None:
    async with at(backend.app(player=player)) as hand:
        await hand.looks_at(player)
        await hand.press(key)
        await hand.opened(ActionDialog)
        await hand.type("ZD-1")
        await hand.press("enter")
        await hand.type("seen in the logs")
        shown = dialog(hand)._form_body.values
        assert (shown["ticket"], shown["reason"]) == ("ZD-1", "seen in the logs")


async def test_retry_the_roll_of_a_race_that_paid_nothing(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        pending = hand.app.bottom.look.snapshot.summary.grants_pending
        await hand.press("R")
        await hand.opened(ActionDialog)
        await hand.type("ZD-4821")
        await hand.press("enter")
        await hand.type("the table is back")
        await hand.press("enter")  # onto the button
        assert dialog(hand).confirm.has_focus
        assert not wire.changes
        await hand.press("enter")
        await done(hand)
        assert "Retry roll applied: y copies the audit link" in hand.text
        row = hand.app.bottom.table.row
        assert row is not None
        assert row.id in hand.app.bottom.reading.marked
        assert "* completed" in hand.text
        await hand.sees("1 pending", f"{pending + 1} pending", "ZD-4821")
        await hand.press("2")
        assert "* pending" in hand.text
        await audit_pane_shows(hand, "the table is back", "ZD-4821", "maria")
    with colleague(backend) as other:
        snapshot = other.snapshot("alice_42")
        (attempt,) = [each for each in snapshot["attempts"] if each["id"] == row.id]
        assert len(attempt["grantIds"]) == 1
        newest = other.audit("alice_42")[0]
        assert (newest["reason"], newest["ticket"], newest["outcome"]) == ("the table is back", "ZD-4821", "ok")


async def test_force_complete_and_roll_are_two_steps_with_two_audit_rows(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="dave.k")) as hand:
        await hand.looks_at("dave.k")
        await hand.press("F")
        await hand.opened(ActionDialog)
        await put(hand, final_score="1650", reason="finished in the tunnel, see replay", ticket="ZD-7")
        await hand.sees(f"{grouped(1310)} → {grouped(1650)}", "rolled in a second, separate step")
        await confirm(hand)
        await done(hand)
        assert "force-completed" in hand.text
        assert [each.work.title for each in hand.app.desk.done] == ["Force-complete", "Retry roll"]
        await hand.press("2")
        assert "* pending" in hand.text
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
    backend: Stage, wire: Wire
) -> None:
    refusal = wire.answers("POST", "/retry-reward-roll", 409, "conflict", "the table is archived")
    async with at(backend.app(player="dave.k")) as hand:
        await hand.looks_at("dave.k")
        await hand.press("F")
        await hand.opened(ActionDialog)
        await put(hand, reason="finished in the tunnel")
        await confirm(hand)
        await hand.sees("Applied: Force-complete", "Not applied: Retry roll", "the table is archived", "409", "req-77")
        assert dialog(hand).confirm.label == "Retry roll"
        refusal.mend()
        await confirm(hand)
        await done(hand)
    assert [each.target.partition("?")[0].rpartition("/")[2] for each in wire.changes] == [
        "force-complete",
        "retry-reward-roll",
        "retry-reward-roll",
    ]


async def test_without_the_tick_only_the_attempt_is_completed(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="dave.k")) as hand:
        await hand.looks_at("dave.k")
        await hand.press("F")
        await hand.opened(ActionDialog)
        next(row for row in dialog(hand)._form_body.shown if row.field.name == "then_roll").editor.focus()
        await hand.press("space")
        await hand.sees("not rolled; R rolls them later")
        await put(hand, reason="finished in the tunnel")
        await confirm(hand)
        await done(hand)
    assert len(wire.changes) == 1
    assert "finalScore" not in wire.changes[0].body


async def test_force_claim_delivers_a_grant_whose_ack_was_lost(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="erin")) as hand:
        await hand.looks_at("erin")
        await hand.press("F")
        await hand.opened(ActionDialog)
        await hand.sees(f"gems 200 → {grouped(1400)}", "winter_hat 0 → 1")
        await put(hand, reason="the receiver's log shows it")
        await confirm(hand)
        await done(hand)
        assert "* claimed" in hand.text
        await hand.press("3")
        assert grouped(1400) in hand.text
        await hand.press("5")
        assert "winter_hat" in hand.text
        await audit_pane_shows(hand, "the receiver's log shows it")
    with colleague(backend) as other:
        assert other.balance("erin", "gems") == 1400
        assert other.snapshot("erin")["summary"]["grantsPending"] == 0


async def test_manual_grant_composes_entries_and_leaves_a_pending_grant(backend: Stage) -> None:
    entries = json.dumps(
        [
            {"type": "currency", "currencyKey": "gold", "amount": 500},
            {"type": "item", "itemKey": "potion", "quantity": 2},
        ],
        indent=2,
    )
    async with at(backend.app(player="grace_hopper")) as hand:
        await hand.looks_at("grace_hopper")
        grants = hand.app.bottom.look.snapshot.summary.grants_claimed
        await hand.press("M")
        await hand.opened(ActionDialog)
        await put(hand, entries=entries, expires_in="5", reason="won the drawing contest")
        await hand.sees("500 gold and 2 potion", "expires in 5 days", "pending, until the game collects it")
        await confirm(hand)
        await done(hand)
        assert f"2 Grants {grants + 1}" in hand.text
        await hand.press("2")
        assert "* pending  500 gold and 2 potion" in hand.text
        await audit_pane_shows(hand, "won the drawing contest")
    with colleague(backend) as other:
        grant = other.snapshot("grace_hopper")["grants"][0]
        assert grant["status"] == "pending"
        assert grant["expiresAt"].startswith("2026-06-16T14:02:31")


async def test_credit_raises_the_balance_at_once(backend: Stage) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as hand:
            await hand.looks_at("bob_7")
            await hand.press("3", "C")
            await hand.opened(ActionDialog)
            await put(hand, economy_key="gold", amount="250", reason="make-good for the outage")
            await hand.sees(f"gold {before} → {before + 250}")
            await confirm(hand)
            await done(hand)
            await hand.sees(f"{before + 250}", "+250")
            assert "* " in hand.text
            await audit_pane_shows(hand, "make-good for the outage")
        assert other.balance("bob_7", "gold") == before + 250


async def test_a_ban_asks_for_the_id_and_is_lifted_again(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        await hand.press("B")
        await hand.opened(ActionDialog)
        await hand.sees("type bob_7 to confirm", "LIVE")
        await put(hand, reason="sells gold for money")
        await confirm(hand)
        assert not wire.changes
        await put(hand, typed_id="bob_8")
        await confirm(hand)
        await hand.sees("not that id")
        assert not wire.changes
        await put(hand, typed_id="bob_7")
        await confirm(hand)
        await done(hand)
        await hand.sees("BANNED now: sells gold for", "money")
        await hand.press("B")
        await hand.opened(ActionDialog)
        await hand.sees("Lift the ban")
        await put(hand, reason="siblings sharing a tablet")
        await confirm(hand)
        await done(hand)
        await hand.sees("not banned")
    with colleague(backend) as other:
        assert [row["reason"] for row in other.audit("bob_7")[:2]] == [
            "siblings sharing a tablet",
            "sells gold for money",
        ]


async def test_an_amount_over_the_limit_of_the_profile_asks_for_the_id(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="bob_7", amount_limit=1_000)) as hand:
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        await put(hand, economy_key="gold", amount="1000", reason="make-good")
        assert "to confirm" not in hand.text
        await put(hand, amount="1001")
        await hand.sees(f"over {grouped(1000)}: type bob_7 to confirm")
        await confirm(hand)
        assert not wire.changes
        await put(hand, typed_id="bob_7")
        await confirm(hand)
        await done(hand)
    assert wire.changes[0].body["amount"] == 1001


# -- once ----------------------------------------------------------------------------------------------------------


async def test_a_double_press_gives_one_effect(backend: Stage, wire: Wire) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as hand:
            await hand.looks_at("bob_7")
            await hand.press("C")
            await hand.opened(ActionDialog)
            await put(hand, economy_key="gold", amount="250", reason="make-good")
            dialog(hand).confirm.focus()
            await hand.pilot.pause()
            for _ in range(4):
                hand.send("enter")
            await done(hand)
        assert other.balance("bob_7", "gold") == before + 250
    assert len(wire.changes) == 1


async def test_pressing_on_while_it_runs_does_nothing(backend: Stage, wire: Wire) -> None:
    held = wire.holds("POST", "/credit")
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        await put(hand, economy_key="gold", amount="250", reason="make-good")
        await confirm(hand)
        await hand.until(held.arrived.is_set)
        assert dialog(hand).phase is Phase.SENDING
        await hand.sees("crediting")
        await hand.press("enter", "enter")
        held.let_go()
        await done(hand)
    assert len(wire.changes) == 1


async def test_a_dialog_closed_while_it_runs_does_not_stop_the_change(backend: Stage, wire: Wire) -> None:
    held = wire.holds("POST", "/credit")
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as hand:
            await hand.looks_at("bob_7")
            await hand.press("C")
            await hand.opened(ActionDialog)
            await put(hand, economy_key="gold", amount="250", reason="make-good")
            await confirm(hand)
            await hand.until(held.arrived.is_set)
            await hand.press("escape")
            await hand.sees("closing does not stop it")
            await hand.press("escape")
            await hand.closed()
            held.let_go()
            await hand.until(lambda: bool(hand.app.desk.done))
            await hand.rest()
            await hand.press("3")
            await hand.sees(f"{before + 250}")
        assert other.balance("bob_7", "gold") == before + 250


async def close_while_it_runs(hand: Hand, held: Hold) -> None:
    """Confirm the credit dialog, and leave it before there is an answer."""
    await hand.looks_at("bob_7")
    await hand.press("C")
    await hand.opened(ActionDialog)
    await put(hand, economy_key="gold", amount="250", reason="make-good for the outage")
    await confirm(hand)
    await hand.until(held.arrived.is_set)
    await hand.press("escape", "escape")
    await hand.closed()


async def test_a_refusal_after_the_dialog_was_closed_is_told_all_the_same(backend: Stage, wire: Wire) -> None:
    wire.answers("POST", "/credit", 409, "conflict", "the balance is frozen", times=1)
    held = wire.holds("POST", "/credit", times=1)
    async with at(backend.app(player="bob_7")) as hand:
        await close_while_it_runs(hand, held)
        held.let_go()
        await hand.sees("Credit: Not applied: the balance is frozen")
        assert not hand.app.desk.done


async def test_an_answer_lost_after_the_dialog_was_closed_is_looked_up_and_told(backend: Stage, wire: Wire) -> None:
    wire.cuts("POST", "/credit", after=True, times=1)
    held = wire.holds("POST", "/credit", times=1)
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as hand:
            await close_while_it_runs(hand, held)
            held.let_go()
            await hand.sees("Credit applied: y copies the audit link")
            (credit,) = hand.app.desk.done
            assert (credit.work.title, credit.work.reason) == ("Credit", "make-good for the outage")
        assert other.balance("bob_7", "gold") == before + 250


async def test_an_outcome_that_stays_unknown_after_the_dialog_was_closed_is_told(backend: Stage, wire: Wire) -> None:
    wire.cuts("POST", "/credit", after=True, times=1)
    wire.answers("GET", "&player=", 401, "session_invalid", "the session is over")
    held = wire.holds("POST", "/credit", times=1)
    async with at(backend.app(player="bob_7")) as hand:
        await close_while_it_runs(hand, held)
        held.let_go()
        await hand.sees("Credit: it is not known whether it took effect; o asks the server")


async def test_a_player_who_is_gone_while_a_dialog_is_open_breaks_nothing(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        wire.answers("GET", "/players/bob_7", 404, "not_found", "gone")
        late = wire.holds("GET", "/players/bob_7", times=1)
        await hand.press("r")
        await hand.until(late.arrived.is_set)
        await hand.press("C")
        await hand.opened(ActionDialog)
        late.let_go()
        await hand.until(lambda: hand.app.bottom.look.status is Status.MISSING)
        await put(hand, economy_key="gold", amount="250")
        await hand.sees("at once")
        await hand.press("escape")
        await hand.closed()
        await hand.sees("No player is called bob_7")


async def test_quitting_while_it_runs_waits_for_its_end(backend: Stage, wire: Wire) -> None:
    held = wire.holds("POST", "/credit")
    app = backend.app(player="bob_7")
    async with at(app) as hand:
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        await put(hand, economy_key="gold", amount="250", reason="make-good")
        await confirm(hand)
        await hand.until(held.arrived.is_set)
        await hand.press("ctrl+c", "ctrl+c")
        held.let_go()
    with sqlite3.connect(backend.folder / "state" / "journal.sqlite") as journal:
        assert journal.execute("SELECT state, applied FROM entries").fetchall() == [("applied", 1)]
    journal.close()


# -- before sending ------------------------------------------------------------------------------------------------


async def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_sent(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        await confirm(hand)
        await hand.sees("! amount is needed", "! reason is needed")
        await put(hand, economy_key="gold", amount="2.5", reason="no")
        await hand.sees("! a whole number, 1 to", "! at least 3 characters")
        await confirm(hand)
    assert not wire.changes


async def test_a_closed_dialog_keeps_its_draft_until_the_player_is_left(backend: Stage) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        await put(hand, amount="250", reason="make-good for")
        await hand.press("escape")
        await hand.closed()
        await hand.press("2", "1", "C")
        await hand.opened(ActionDialog)
        await hand.sees("make-good for", "250")
        await hand.press("escape")
        await hand.closed()
        await hand.press("q", "slash")
        await hand.type("bob_7")
        await hand.press("enter")
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        assert "make-good for" not in hand.text


async def test_keys_typed_ahead_while_a_dialog_opens_are_dropped(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        for key in ("R", "enter", "enter", "enter", "enter"):
            hand.send(key)
        await hand.opened(ActionDialog)
        await hand.pilot.pause()
        assert dialog(hand).phase is Phase.EDITING
        assert len(hand.app.screen_stack) == 2
    assert not wire.changes


async def test_the_reasons_given_before_are_offered_again(backend: Stage) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        await put(hand, economy_key="gold", amount="1", reason="make-good for the outage")
        await confirm(hand)
        await done(hand)
        await hand.press("M")
        await hand.opened(ActionDialog)
        next(row for row in dialog(hand)._form_body.shown if row.field.name == "reason").editor.focus()
        await hand.press("up")
        assert dialog(hand)._form_body.values["reason"] == "make-good for the outage"


async def test_what_the_catalog_lacks_is_told_before_sending(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        await put(hand, economy_key="golt", amount="1", reason="make-good")
        await hand.sees("! the catalog has no such key;", "nearest is gold")
        await confirm(hand)
    assert not wire.changes


async def test_enter_takes_the_currency_that_is_completed(backend: Stage, wire: Wire) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        await hand.press("C")
        await hand.opened(ActionDialog)
        await put(hand, economy_key="")
        next(row for row in dialog(hand)._form_body.shown if row.field.name == "economy_key").editor.focus()
        await hand.type("go")
        await hand.sees("! no whole key yet; enter takes gold")
        await hand.press("enter")
        assert dialog(hand)._form_body.values["economy_key"] == "gold"
    assert not wire.changes


@pytest.mark.parametrize("environment", ["live", "test"])
async def test_live_and_test_are_told_apart_in_words(backend: Stage, wire: Wire, environment: str) -> None:
    async with at(backend.app(player="alice_42", environment=environment)) as hand:
        await hand.looks_at("alice_42")
        assert f" {environment.upper()} " in hand.text.splitlines()[0]
        await hand.press("C")
        await hand.opened(ActionDialog)
        await put(hand, economy_key="gold", amount="1", reason="try it out")
        assert f" {environment.upper()} " in "\n".join(hand.text.splitlines()[1:])
        await confirm(hand)
        await done(hand)
    assert f"environment={environment}" in wire.changes[0].target
