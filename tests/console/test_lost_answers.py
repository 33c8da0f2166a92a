"""A change whose answer was lost is checked, settled and reported, also by the next console from its journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from kraty_console.client.journal import Journal
from kraty_console.client.journal_entries import Scope
from kraty_console.console.dialogs.action import ActionDialog, Phase
from kraty_console.console.dialogs.journal import JournalDialog
from kraty_console.contract.operations import Operation
from tests.harness.console.colleague import Colleague, colleague
from tests.harness.console.dialogs import confirm, dialog, done, put, shows_words
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import NOW, DemoStage


async def open_credit(driver: ConsoleDriver) -> None:
    await driver.looks_at("bob_7")
    await driver.press("C")
    await driver.opened(ActionDialog)
    await put(driver, economy_key="gold", amount="250", reason="make-good for the outage")


def journaled(backend: DemoStage) -> list[tuple[str, int | None]]:
    """State and outcome of every entry, oldest first."""
    with sqlite3.connect(backend.folder / "state" / "journal.sqlite") as journal:
        rows: list[tuple[str, int | None]] = journal.execute(
            "SELECT state, applied FROM entries ORDER BY rowid"
        ).fetchall()
    journal.close()
    return rows


async def test_an_answer_lost_after_the_effect_ends_in_it_did(backend: DemoStage, wire: FaultyTransport) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        wire.cuts("POST", "/credit", after=True, times=1)
        checking = wire.holds("GET", "&player=", times=1)
        async with at(backend.app(player="bob_7")) as driver:
            await open_credit(driver)
            await confirm(driver)
            await shows_words(driver, "checking whether it took effect")
            assert dialog(driver).phase is Phase.CHECKING
            await driver.press("enter", "enter")
            checking.let_go()
            await shows_words(driver, "It did take effect, once", "Audit row")
            assert len(wire.changes) == 1
            await driver.press("enter")
            await done(driver)
            await driver.press("y")
            assert "/audit-log/" in driver.app.clipboard
            await driver.press("3")
            assert f"{before + 250}" in driver.text
        assert other.balance("bob_7", "gold") == before + 250
    assert journaled(backend) == [("resolved", 1)]


async def test_a_connection_that_died_before_the_effect_is_sent_again_under_the_same_key(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        wire.cuts("POST", "/credit", times=1)
        async with at(backend.app(player="bob_7")) as driver:
            await open_credit(driver)
            await confirm(driver)
            await shows_words(driver, "It did take effect, once")
        assert other.balance("bob_7", "gold") == before + 250
    first, second = wire.changes
    assert first.body == second.body
    assert journaled(backend) == [("resolved", 1)]


async def test_a_lost_answer_of_a_change_that_is_refused_ends_in_it_did_not(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    """The first sending never arrived; meanwhile a colleague rolled, so the resend is refused."""
    wire.cuts("POST", "/retry-reward-roll", times=1)
    held = wire.holds("GET", "&player=", times=1)
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        attempt = driver.app.bottom.table.row
        assert attempt is not None
        await driver.press("R")
        await driver.opened(ActionDialog)
        await confirm(driver)
        await shows_words(driver, "checking whether it took effect")
        with colleague(backend) as other:
            other.retry_roll(attempt.id)
        held.let_go()
        await shows_words(driver, "It did not take effect; nothing was changed", "roll failed → rolled")
        assert dialog(driver).phase is Phase.EDITING
    assert journaled(backend) == [("resolved", 0)]


async def test_an_outcome_stays_unknown_until_it_can_be_looked_up(backend: DemoStage, wire: FaultyTransport) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        wire.cuts("POST", "/credit", after=True, times=1)
        closed = wire.answers("GET", "&player=", 401, "session_invalid", "the session is over")
        async with at(backend.app(player="bob_7")) as driver:
            await open_credit(driver)
            await confirm(driver)
            await shows_words(driver, "It is not known whether it took effect", "Nothing is sent again by itself")
            assert str(dialog(driver).confirm.label) == "Check again"
            assert len(wire.changes) == 1
            closed.mend()
            await confirm(driver)
            await shows_words(driver, "It did take effect, once")
        assert other.balance("bob_7", "gold") == before + 250
    assert len(wire.changes) == 1


async def test_an_unknown_outcome_survives_its_dialog(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.cuts("POST", "/credit", after=True, times=1)
    closed = wire.answers("GET", "&player=", 401, "session_invalid", "the session is over")
    async with at(backend.app(player="bob_7")) as driver:
        await open_credit(driver)
        await confirm(driver)
        await shows_words(driver, "It is not known whether it took effect")
        await driver.press("escape")
        await driver.closed()
        await driver.press("C")
        await driver.opened(ActionDialog)
        await shows_words(driver, "It is not known whether it took effect")
        closed.mend()
        await confirm(driver)
        await shows_words(driver, "It did take effect, once")
    assert len(wire.changes) == 1


async def test_an_unknown_outcome_survives_a_look_at_another_player(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.cuts("POST", "/credit", after=True, times=1)
    closed = wire.answers("GET", "&player=", 401, "session_invalid", "the session is over")
    async with at(backend.app(player="bob_7")) as driver:
        await open_credit(driver)
        await confirm(driver)
        await shows_words(driver, "It is not known whether it took effect")
        await driver.press("escape")
        await driver.closed()
        for player in ("alice_42", "bob_7"):
            await driver.press("slash")
            await driver.type(player)
            await driver.press("enter")
            await driver.looks_at(player)
        await driver.press("C")
        await driver.opened(ActionDialog)
        await shows_words(driver, "It is not known whether it took effect")
        closed.mend()
        await confirm(driver)
        await shows_words(driver, "It did take effect, once")
    assert len(wire.changes) == 1


async def test_the_roll_that_follows_a_lost_force_complete_is_sent_once_it_is_settled(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    wire.cuts("POST", "/force-complete", after=True, times=1)
    async with at(backend.app(player="dave.k")) as driver:
        await driver.looks_at("dave.k")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, reason="finished in the tunnel")
        await confirm(driver)
        await driver.until(lambda: len(wire.changes) == 2)
        if isinstance(driver.app.screen, ActionDialog):
            await driver.until(
                lambda: not isinstance(driver.app.screen, ActionDialog) or dialog(driver).phase is Phase.FINISHED
            )
    with colleague(backend) as other:
        assert [row["action"] for row in other.audit("dave.k")[:2]] == [
            "grant.retry_reward_roll",
            "attempt.force_complete",
        ]


# -- the next console ----------------------------------------------------------------------------------------------


async def leave_open(backend: DemoStage, state: str, effect: Callable[[Colleague], None] | None = None) -> None:
    """An entry of an earlier run with an unknown outcome."""
    credentials = backend.world.credentials
    journal = await Journal.open(backend.folder / "state" / "journal.sqlite", clock=lambda: NOW)
    path = f"/admin/v1/studios/{credentials['studioId']}/games/{credentials['gameId']}/players/bob_7/wallet/gold/credit"
    entry = await journal.begin(
        Scope(backend.url, credentials["studioId"], credentials["gameId"]),
        operation=Operation.CREDIT,
        player="bob_7",
        path=f"{path}?environment=live",
        idempotency_key="colleague-1",
        body='{"amount":250,"reason":"a colleague did this","idempotencyKey":"colleague-1"}',
        profile="demo",
        environment="live",
        member="maria",
        ticket="ZD-9",
    )
    if state == "sent":
        await journal.mark_sent(entry)
    await journal.close()
    if effect is not None:
        with colleague(backend) as other:
            effect(other)


def credited(other: Colleague) -> None:
    other.credit("bob_7", "gold", 250)


async def test_an_open_intent_that_took_effect_is_settled_at_the_start(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    await leave_open(backend, "sent", credited)
    wire.asked.clear()
    async with at(backend.app()) as driver:
        await driver.sees("1 change left open before: settled now, o shows how")
        await driver.press("escape", "o")
        await driver.opened(JournalDialog)
        await driver.sees("it did", "credit", "bob_7", "ZD-9")
        await driver.press("enter")
        await driver.until(lambda: not isinstance(driver.app.screen, JournalDialog))
        await driver.sees("a colleague did this", "colleague-1")
    assert not wire.changes
    assert journaled(backend) == [("resolved", 1)]


async def test_an_open_intent_without_evidence_is_reported_and_resent_only_on_request(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    await leave_open(backend, "sent")
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app()) as driver:
            await driver.sees("1 change of unknown outcome: o shows what the server says of each")
            assert not wire.changes
            await driver.press("escape", "o")
            await driver.opened(JournalDialog)
            await driver.sees("sent, no answer yet", "It is not known whether this took effect; u asks the server")
            await driver.press("u")
            await driver.sees("it did")
        assert other.balance("bob_7", "gold") == before + 250
    assert len(wire.changes) == 1
    assert journaled(backend) == [("resolved", 1)]


async def test_an_unsent_intent_is_closed_as_not_sent(backend: DemoStage, wire: FaultyTransport) -> None:
    await leave_open(backend, "intent")
    async with at(backend.app()) as driver:
        await driver.sees("1 change left open before: settled now")
    assert not wire.changes
    assert journaled(backend) == [("resolved", 0)]


async def test_a_change_of_another_member_is_not_resent(backend: DemoStage, wire: FaultyTransport) -> None:
    await leave_open(backend, "sent")
    async with at(backend.app("GAME_DEBUGGER")) as driver:
        await driver.sees("1 change of unknown outcome")
        await driver.press("escape", "o")
        await driver.opened(JournalDialog)
        await driver.press("u")
        await driver.sees("The server cannot tell", "press A: it did, or N: it did not")
        await driver.press("N")
        await driver.sees("Press N again to close this entry: it did not take effect")
        await driver.press("N")
        await driver.sees("it did not")
    assert not wire.changes
    assert journaled(backend) == [("resolved", 0)]


async def test_open_intents_are_reported_even_if_nothing_is_prefetched(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    await leave_open(backend, "sent", credited)
    wire.answers("GET", "/catalog", 403, "forbidden", "no")
    async with at(backend.app()) as driver:
        await driver.sees("1 change left open before: settled now, o shows how")


async def test_a_damaged_journal_is_moved_aside_with_a_message(backend: DemoStage) -> None:
    state = backend.folder / "state"
    state.mkdir(mode=0o700)
    (state / "journal.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 4_000)
    async with at(backend.app()) as driver:
        await driver.sees("the journal was damaged; it was moved aside")
    assert len(list(state.glob("journal*"))) >= 2


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_journal_that_cannot_be_written_stops_every_change(
    backend: DemoStage, wire: FaultyTransport, size: tuple[int, int]
) -> None:
    state = backend.folder / "state"
    state.mkdir(mode=0o700)
    (state / "journal.sqlite").mkdir()
    async with at(backend.app(player="bob_7"), size) as driver:
        await driver.sees("The journal cannot be used (")
        await open_credit(driver)
        await confirm(driver)
        await shows_words(driver, "Nothing is sent: the journal cannot be used")
    assert not wire.changes
