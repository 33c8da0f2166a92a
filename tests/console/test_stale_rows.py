"""A row that changes between the preview and the confirmation: nothing is done, and the dialog asks again."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.console.dialogs.phases import Phase
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, dialog, done, put, shows_words
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


def versions(wire: FaultyTransport) -> list[str | None]:
    """The version that each change of the console was sent with; a colleague's have another reason."""
    return [each.headers.get("if-match") for each in wire.changes if "colleague" not in each.body["reason"]]


async def ask_to_credit(driver: ConsoleDriver) -> None:
    await driver.looks_at("bob_7")
    await driver.press("C")
    await driver.opened(ActionDialog)
    await put(driver, economy_key="gold", amount="250", reason="make-good for the outage", ticket="ZD-7")


async def test_a_balance_that_changed_is_shown_before_anything_is_added(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as driver:
            await ask_to_credit(driver)
            other.credit("bob_7", "gold", 7)
            await confirm(driver)
            await shows_words(driver, "412 stale", f"balance {before} → {before + 7}", "preview is of the balance")
            assert dialog(driver).phase is Phase.EDITING
            assert dialog(driver).query_one(FormBody).values == {
                "economy_key": "gold",
                "amount": "250",
                "reason": "make-good for the outage",
                "ticket": "ZD-7",
                "typed_id": "",
            }
            assert f"gold {before + 7} → {before + 257}" in driver.text
            assert other.balance("bob_7", "gold") == before + 7
            await confirm(driver)
            await done(driver)
        assert other.balance("bob_7", "gold") == before + 257
        rows = [row for row in other.audit("bob_7") if row["reason"] == "make-good for the outage"]
        assert [row["ticket"] for row in rows] == ["ZD-7"]
    first, second = versions(wire)
    assert None not in (first, second)
    assert first != second


async def test_the_form_follows_a_row_that_moved_on(backend: DemoStage, wire: FaultyTransport) -> None:
    with colleague(backend) as other:
        async with at(backend.app(player="carol_ng")) as driver:
            await driver.looks_at("carol_ng")
            await driver.press("F")
            await driver.opened(ActionDialog)
            attempt = dialog(driver).form.target_id
            assert attempt is not None
            assert dialog(driver).query_one(FormBody).values["final_score"] == "740"
            await put(driver, reason="seen in the replay")
            other.force_complete(attempt, 900)
            await confirm(driver)
            await shows_words(driver, "status in progress → force-completed", "score 740 → 900")
            shown = dialog(driver).query_one(FormBody).values
            assert (shown["final_score"], shown["reason"]) == ("900", "seen in the replay")
            assert "the server will refuse" in driver.text


async def test_the_roll_that_follows_is_of_the_attempt_as_it_was_completed(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="carol_ng")) as driver:
        await driver.looks_at("carol_ng")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, final_score="1500", reason="seen in the replay")
        await confirm(driver)
        await done(driver)
        assert "Retry roll applied" in driver.text
    completed, rolled = versions(wire)
    assert completed is not None
    assert rolled == f'"{int(completed.strip(chr(34))) + 1}"'


async def test_a_grant_that_was_claimed_meanwhile_is_not_revoked(backend: DemoStage) -> None:
    with colleague(backend) as other:
        async with at(backend.app(player="bob_7")) as driver:
            await driver.looks_at("bob_7")
            await driver.press("2", "X")
            await driver.opened(ActionDialog)
            await put(driver, reason="granted twice")
            grant = dialog(driver).form.target_id
            assert grant is not None
            other.force_claim(grant)
            await confirm(driver)
            await shows_words(driver, "status pending → claimed")
            await driver.press("escape")
            await driver.closed()
            await driver.sees("claimed")
        (row,) = [each for each in other.snapshot("bob_7")["grants"] if each["id"] == grant]
        assert row["status"] == "claimed"


async def test_a_key_sends_no_version(backend: DemoStage, wire: FaultyTransport) -> None:
    """The key surface sends none, so a change by a key is made whatever happened to the row."""
    key = backend.world.credentials["keys"]["server_integration"]
    app = backend.app(credential="server_key", person="maria", token=key, server_actions=True, player="bob_7")
    async with at(app) as driver:
        await ask_to_credit(driver)
        await confirm(driver)
        await done(driver)
    assert versions(wire) == [None]
