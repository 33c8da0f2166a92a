"""The console with a server key: its actions, what its dialogs say and send, and what needs a session."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest

from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.console.dialogs.merge_target import MergeTargetDialog
from kraty_console.contract.operations import Operation
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, dialog, put, shows_words
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage

PERSON = "maria"
REASON = "make-good for the outage"


def with_key(backend: DemoStage, player: str | None = None, **profile: Any) -> KratyApp:
    """The console on a profile with the server key of the game."""
    key = backend.world.credentials["keys"]["server_integration"]
    return backend.app(token=key, player=player, credential="server_key", person=PERSON, **profile)


def footer(driver: ConsoleDriver) -> str:
    return driver.text.rstrip().rpartition("\n")[2]


async def test_the_header_shows_the_key_and_that_it_only_reads(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(with_key(backend, "alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.sees("LIVE read-only", "KEY", PERSON)
        assert "grant" not in footer(driver)
        for key in "FRMCBDU":
            await driver.press(key)
            assert driver.app.screen is driver.app.bottom
            notice = driver.app.bottom.keys.notice
            assert notice is not None
            assert "read-only" in notice.text
        for pane, words in (("1", "completed"), ("2", "claimed"), ("3", "gold")):
            await driver.press(pane)
            assert words in driver.text
        found = driver.app.bottom.state.snapshot
        assert found is not None
        assert found.lobbies
        assert found.inventory
    assert wire.changes == []
    assert {each.target.partition("?")[0] for each in wire.asked} == {
        "/server/v1/ping",
        "/server/v1/players/alice_42",
    }


async def test_an_action_that_needs_a_session_is_disabled_with_the_reason(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(with_key(backend, "alice_42", server_actions=True)) as driver:
        await driver.looks_at("alice_42")
        assert "read-only" not in driver.text.partition("\n")[0]
        for key in "Rlh":
            await driver.press(key)
            await driver.sees("needs a member's session, not a server key")
            assert driver.app.screen is driver.app.bottom
    assert wire.changes == []


async def test_a_key_of_another_environment_is_reported(backend: DemoStage) -> None:
    async with at(with_key(backend, environment="test")) as driver:
        await driver.sees("live", "test", "key")
        assert driver.app.workspace.access is None


DIALOGS: Mapping[Operation, tuple[str, str, Mapping[str, str]]] = {
    Operation.CREDIT: ("bob_7", "C", {"economy_key": "gold", "amount": "250"}),
    Operation.DEBIT: ("alice_42", "D", {"economy_key": "gold", "amount": "5"}),
    Operation.FORCE_CLAIM: ("bob_7", "full_stop", {}),
    Operation.BAN: ("bob_7", "B", {}),
    Operation.UNBAN: ("frank", "B", {}),
}


async def fill(driver: ConsoleDriver, kind: Operation) -> None:
    player, key, values = DIALOGS[kind]
    await driver.looks_at(player)
    await driver.press(key)
    await driver.opened(ActionDialog)
    await driver.sees("the audit log will name the key api_key:", f"{PERSON} goes along in reason and metadata")
    fields = dialog(driver).query_one(FormBody).values
    typed = {"typed_id": player} if "typed_id" in fields else {}
    await put(driver, reason=REASON, **values, **typed)


@pytest.mark.parametrize("kind", DIALOGS, ids=str)
async def test_a_dialog_says_whom_the_log_will_name_and_makes_the_change(
    kind: Operation, backend: DemoStage, wire: FaultyTransport
) -> None:
    player = DIALOGS[kind][0]
    async with at(with_key(backend, player, server_actions=True)) as driver:
        await fill(driver, kind)
        await confirm(driver)
        await driver.closed()
        await driver.sees("applied")
    (asked,) = wire.changes
    assert asked.target.startswith(f"/server/v1/players/{player}/")
    assert asked.body["metadata"]["requestedBy"] == PERSON
    with colleague(backend) as other:
        assert other.audit(player)[0]["actor"]["kind"] == "api_key"


async def test_a_manual_grant_is_made(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(with_key(backend, "bob_7", server_actions=True)) as driver:
        await driver.looks_at("bob_7")
        await driver.press("M")
        await driver.opened(ActionDialog)
        await driver.sees("the audit log will name the key api_key:")
        await put(driver, entries='[{"type": "currency", "currencyKey": "gold", "amount": 5}]', reason=REASON)
        await confirm(driver)
        await driver.closed()
        await driver.sees("Manual grant applied")
    assert [each.target for each in wire.changes] == ["/server/v1/players/bob_7/grants"]


async def test_a_merge_is_previewed_and_made(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(with_key(backend, "guest_device_abc", server_actions=True)) as driver:
        await driver.looks_at("guest_device_abc")
        await driver.press("U")
        await driver.opened(MergeTargetDialog)
        await driver.type("nobody_at_all")
        await driver.press("enter")
        await driver.sees("No player has exactly the id nobody_at_all")
        driver.app.screen.line.value = "<guest_device_abc>"  # type: ignore[attr-defined]
        await driver.press("enter")
        await driver.sees("a player cannot be merged into itself")
        driver.app.screen.line.value = "«bob_7»"  # type: ignore[attr-defined]
        await driver.press("enter")
        await driver.opened(ActionDialog)
        await driver.sees("guest_device_abc", "bob_7", "→", "is free again")
        assert wire.changes == []
        await put(driver, reason=REASON, typed_id="guest_device_abc")
        await confirm(driver)
        await driver.closed()
        await driver.sees("Merge applied")
    assert [each.target for each in wire.changes] == ["/server/v1/players/guest_device_abc/merge-into/bob_7"]


@pytest.mark.parametrize("after", [True, False], ids=["done", "not-done"])
async def test_a_lost_answer_is_settled_with_the_same_key_once(
    backend: DemoStage, wire: FaultyTransport, after: bool
) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        wire.cuts("POST", "/credit", after=after, times=1)
        async with at(with_key(backend, "bob_7", server_actions=True)) as driver:
            await fill(driver, Operation.CREDIT)
            await confirm(driver)
            await shows_words(driver, "It did take effect, once")
        assert other.balance("bob_7", "gold") == before + 250
    first, second = wire.changes
    assert (first.target, first.body) == (second.target, second.body)
    with sqlite3.connect(backend.folder / "state" / "journal.sqlite") as journal:
        rows = journal.execute("SELECT state, applied FROM entries").fetchall()
    journal.close()
    assert rows == [("resolved", 1)]


async def test_the_last_note_of_a_merge_is_in_sight_on_a_small_terminal(backend: DemoStage) -> None:
    async with at(with_key(backend, "guest_device_abc", server_actions=True), size=(80, 24)) as driver:
        await driver.looks_at("guest_device_abc")
        await driver.press("U")
        await driver.opened(MergeTargetDialog)
        await driver.type("auth_user_42")
        await driver.press("enter")
        await driver.opened(ActionDialog)
        await driver.sees("potion 2 + 1 → 3", "is free again", "your journal does (o)", "[ Merge ]")
