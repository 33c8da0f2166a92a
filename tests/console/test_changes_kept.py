"""Changes beyond the first send: pressed twice, refused, closed under way, taken up again."""

from __future__ import annotations

import sqlite3

import pytest

from kraty_console.console.dialogs.action import ActionDialog, Phase
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.console.player_state import LoadStatus
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, dialog, done, put
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport, Hold
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage


async def audit_pane_shows(driver: ConsoleDriver, *words: str) -> None:
    """The newest audit row, opened as a document."""
    await driver.press("6", "g", "enter")
    await driver.opened()
    await driver.sees(*words)
    await driver.press("escape")
    await driver.closed()


async def test_a_double_press_gives_one_effect(backend: DemoStage, wire: FaultyTransport) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as driver:
            await driver.looks_at("bob_7")
            await driver.press("C")
            await driver.opened(ActionDialog)
            await put(driver, economy_key="gold", amount="250", reason="make-good")
            dialog(driver).confirm.focus()
            await wait_until_idle(driver.app)
            await driver.press("enter")
            for _ in range(4):
                driver.send("enter")
            await done(driver)
        assert other.balance("bob_7", "gold") == before + 250
    assert len(wire.changes) == 1


MAIL = "Reward missing\nplayer says the gold never arrived\n\n\n\nThanks\n\n"
TICKETS = "Refund\nCredit\ngold\n500\nZD-1\nplease\n\nMany thanks\nFred\n\n\n"


@pytest.mark.parametrize(
    ("text", "pause"),
    [(MAIL, 0.001), (TICKETS, 0.02), (MAIL, 0.1), (".\n\n\n\nok\n\n\n", 0.001), (".\n\n\n\nok\n\n\n", 0.1)],
)
async def test_an_unbracketed_paste_changes_nothing(
    backend: DemoStage, wire: FaultyTransport, text: str, pause: float
) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        for character in text:
            driver.send("enter" if character == "\n" else character, pause=pause)
            await wait_until_idle(driver.app)
    assert not wire.changes


async def test_key_presses_while_a_change_runs_do_nothing(backend: DemoStage, wire: FaultyTransport) -> None:
    held = wire.holds("POST", "/credit")
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="gold", amount="250", reason="make-good")
        await confirm(driver)
        await driver.until(held.arrived.is_set)
        assert dialog(driver).phase is Phase.SENDING
        await driver.sees("crediting")
        await driver.press("enter", "enter")
        held.let_go()
        await done(driver)
    assert len(wire.changes) == 1


async def test_a_dialog_closed_while_it_runs_does_not_stop_the_change(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    held = wire.holds("POST", "/credit")
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as driver:
            await driver.looks_at("bob_7")
            await driver.press("C")
            await driver.opened(ActionDialog)
            await put(driver, economy_key="gold", amount="250", reason="make-good")
            await confirm(driver)
            await driver.until(held.arrived.is_set)
            await driver.press("escape")
            await driver.sees("closing does not stop it")
            await driver.press("escape")
            await driver.closed()
            held.let_go()
            await driver.sees(f"Credit applied: gold +250, balance {before + 250} · y copies the audit link")
            await driver.rest()
            await driver.press("3")
            await driver.sees(f"{before + 250}")
        assert other.balance("bob_7", "gold") == before + 250


async def close_while_it_runs(driver: ConsoleDriver, held: Hold) -> None:
    """Confirm the credit dialog, and leave it before there is an answer."""
    await driver.looks_at("bob_7")
    await driver.press("C")
    await driver.opened(ActionDialog)
    await put(driver, economy_key="gold", amount="250", reason="make-good for the outage")
    await confirm(driver)
    await driver.until(held.arrived.is_set)
    await driver.press("escape", "escape")
    await driver.closed()


async def test_a_refusal_after_the_dialog_was_closed_is_still_reported(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    wire.answers("POST", "/credit", 409, "conflict", "the balance is frozen", times=1)
    held = wire.holds("POST", "/credit", times=1)
    async with at(backend.app(player="bob_7")) as driver:
        await close_while_it_runs(driver, held)
        held.let_go()
        await driver.sees("Credit: Not applied: the balance is frozen")
        assert not driver.app.workspace.done


async def test_a_lost_answer_after_the_dialog_was_closed_is_looked_up_and_reported(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    wire.cuts("POST", "/credit", after=True, times=1)
    held = wire.holds("POST", "/credit", times=1)
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as driver:
            await close_while_it_runs(driver, held)
            held.let_go()
            await driver.sees("Credit applied · y copies the audit link")
            (credit,) = driver.app.workspace.done
            assert credit.work.title == "Credit"
            assert driver.app.workspace.reasons == ["make-good for the outage"]
        assert other.balance("bob_7", "gold") == before + 250


async def test_an_unknown_outcome_after_the_dialog_was_closed_is_reported(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    wire.cuts("POST", "/credit", after=True, times=1)
    wire.answers("GET", "&player=", 401, "session_invalid", "the session is over")
    held = wire.holds("POST", "/credit", times=1)
    async with at(backend.app(player="bob_7")) as driver:
        await close_while_it_runs(driver, held)
        held.let_go()
        await driver.sees("Credit: it is not known whether it took effect; o asks the server")


async def test_a_player_deleted_while_a_dialog_is_open_causes_no_error(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        wire.answers("GET", "/players/bob_7", 404, "not_found", "gone")
        late = wire.holds("GET", "/players/bob_7", times=1)
        await driver.press("r")
        await driver.until(late.arrived.is_set)
        await driver.press("C")
        await driver.opened(ActionDialog)
        late.let_go()
        await driver.until(lambda: driver.app.bottom.state.status is LoadStatus.MISSING)
        await put(driver, economy_key="gold", amount="250")
        await driver.sees("at once")
        await driver.press("escape")
        await driver.closed()
        await driver.sees("No player is called bob_7")


async def test_quitting_while_it_runs_waits_for_its_end(backend: DemoStage, wire: FaultyTransport) -> None:
    held = wire.holds("POST", "/credit")
    app = backend.app(player="bob_7")
    async with at(app) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="gold", amount="250", reason="make-good")
        await confirm(driver)
        await driver.until(held.arrived.is_set)
        await driver.press("ctrl+c", "ctrl+c")
        held.let_go()
    with sqlite3.connect(backend.folder / "state" / "journal.sqlite") as journal:
        assert journal.execute("SELECT state, applied FROM entries").fetchall() == [("applied", 1)]
    journal.close()


# -- before sending ------------------------------------------------------------------------------------------------


async def test_an_invalid_value_is_reported_beside_its_field_and_not_sent(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await confirm(driver)
        await driver.sees("! amount is needed", "! reason is needed")
        await put(driver, economy_key="gold", amount="2.5", reason="no")
        await driver.sees("! a whole number, 1 to", "! at least 3 characters")
        await confirm(driver)
    assert not wire.changes


async def test_a_closed_dialog_keeps_its_draft_until_the_player_is_left(backend: DemoStage) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, amount="250", reason="make-good for")
        await driver.press("escape")
        await driver.closed()
        await driver.press("2", "1", "C")
        await driver.opened(ActionDialog)
        await driver.sees("make-good for", "250")
        await driver.press("escape")
        await driver.closed()
        await driver.press("q", "slash")
        await driver.type("bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        assert "make-good for" not in driver.text


async def test_keys_typed_ahead_while_a_dialog_opens_are_dropped(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        for key in ("R", "enter", "enter", "enter", "enter"):
            driver.send(key)
        await driver.opened(ActionDialog)
        await wait_until_idle(driver.app)
        assert dialog(driver).phase is Phase.EDITING
        assert len(driver.app.screen_stack) == 2
    assert not wire.changes


async def test_the_reasons_given_before_are_offered_again(backend: DemoStage) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="gold", amount="1", reason="make-good for the outage")
        await confirm(driver)
        await done(driver)
        await driver.press("M")
        await driver.opened(ActionDialog)
        next(row for row in dialog(driver).query_one(FormBody).shown if row.field.name == "reason").editor.focus()
        await driver.press("up")
        assert dialog(driver).query_one(FormBody).values["reason"] == "make-good for the outage"


async def test_an_unknown_catalog_key_is_reported_before_sending(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="golt", amount="1", reason="make-good")
        await driver.sees("! the catalog has no such key;", "nearest is gold")
        await confirm(driver)
    assert not wire.changes


async def test_enter_takes_the_currency_that_is_completed(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="")
        next(row for row in dialog(driver).query_one(FormBody).shown if row.field.name == "economy_key").editor.focus()
        await driver.type("go")
        await driver.sees("! no whole key yet; enter takes gold")
        await driver.press("enter")
        assert dialog(driver).query_one(FormBody).values["economy_key"] == "gold"
    assert not wire.changes


@pytest.mark.parametrize("environment", ["live", "test"])
async def test_live_and_test_differ_in_words(backend: DemoStage, wire: FaultyTransport, environment: str) -> None:
    async with at(backend.app(player="alice_42", environment=environment)) as driver:
        await driver.looks_at("alice_42")
        assert f" {environment.upper()} " in driver.text.splitlines()[0]
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="gold", amount="1", reason="try it out")
        assert f" {environment.upper()} " in "\n".join(driver.text.splitlines()[1:])
        await confirm(driver)
        await done(driver)
    assert f"environment={environment}" in wire.changes[0].target
