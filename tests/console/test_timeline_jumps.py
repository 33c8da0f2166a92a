"""From a row of the timeline to its cause or effect and back; actions on rows that only the timeline holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.contract.timeline_kinds import TimelineKind
from kraty_console.domain.snapshot_lookup import attempt as listed_attempt
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm
from tests.harness.console.driver import at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage
from tests.harness.console.timeline_pane import chooses, filters, goes_to, looks_at_timeline, row_id, timeline

ROUTE = "/timeline"


async def test_enter_follows_a_reward_from_the_ledger_to_the_attempt_and_esc_comes_back(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await looks_at_timeline(driver, "alice_42")
        entry = await goes_to(driver, TimelineKind.WALLET)
        await driver.press("enter")
        assert driver.app.bottom.pane == "grants"
        grant = row_id(driver)
        assert "from the grant 160 gold, claimed; esc goes back to the timeline" in driver.text
        await driver.press("escape")
        assert (driver.app.bottom.pane, row_id(driver)) == ("timeline", entry)
        assert await goes_to(driver, TimelineKind.GRANT, 2) == grant
        await chooses(driver, "attempt")
        assert driver.app.bottom.pane == "attempts"
        attempt = row_id(driver)
        await driver.press("j", "escape")
        assert (driver.app.bottom.pane, row_id(driver)) == ("timeline", grant)
        await chooses(driver, "deposited")
        assert (driver.app.bottom.pane, row_id(driver)) == ("wallet", entry)
        await driver.press("escape")
        await goes_to(driver, TimelineKind.ATTEMPT, 2)
        assert row_id(driver) == attempt
        await driver.press("enter")
        assert (driver.app.bottom.pane, row_id(driver)) == ("grants", grant)
        await driver.press("3", "7")  # who goes elsewhere is not taken back
        assert row_id(driver) == attempt
        await driver.press("escape")
        assert driver.app.bottom.state.player == ""


async def test_enter_goes_from_a_change_to_what_it_changed_and_to_who_changed_it(backend: DemoStage) -> None:
    with colleague(backend) as other:
        other.credit("alice_42", "gold", 5)
    async with at(backend.app(player="alice_42")) as driver:
        await looks_at_timeline(driver, "alice_42")
        await goes_to(driver, TimelineKind.AUDIT)
        await chooses(driver, "changed the balance")
        assert driver.app.bottom.pane == "wallet"
        await driver.press("escape")
        await goes_to(driver, TimelineKind.WALLET)
        await driver.press("enter")
        assert driver.app.bottom.pane == "audit"
        await driver.press("escape")
        await goes_to(driver, TimelineKind.AUDIT, 1)
        await driver.press("enter")
        assert driver.app.bottom.pane == "grants"


async def test_a_delivery_leads_to_what_it_told_of(backend: DemoStage) -> None:
    async with at(backend.app(player="erin")) as driver:
        await looks_at_timeline(driver, "erin")
        await goes_to(driver, TimelineKind.WEBHOOK)
        await driver.press("enter")
        await driver.rest()
        assert driver.app.bottom.pane == "grants"
        assert "told of the grant" in driver.text
        await driver.press("escape", "J")
        await driver.opened(TextDialog)
        assert "orders.brightburrow.invalid" in driver.text


async def test_a_failed_delivery_is_sent_again_from_the_timeline(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="frank")) as driver:
        await looks_at_timeline(driver, "frank")
        await goes_to(driver, TimelineKind.WEBHOOK)
        await driver.press("enter")
        await driver.rest()
        assert driver.app.bottom.pane == "audit"  # the ban that it told of
        await driver.press("escape", "R")
        await driver.opened(ActionDialog)
        await confirm(driver)
        await driver.closed()
        await driver.rest()
        assert [each.target.rpartition("/")[2] for each in wire.changes] == ["replay?environment=live"]


async def test_a_row_that_is_not_loaded_is_found_and_opened_in_full(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="heavy_user")) as driver:
        await looks_at_timeline(driver, "heavy_user")
        await filters(driver, "kind:item")
        await goes_to(driver, TimelineKind.ITEM)
        await driver.press("enter")
        await driver.opened(TextDialog)
        source = timeline(driver).rows[0].item
        assert source is not None
        assert source.source_ref_id is not None
        assert source.source_ref_id in driver.text
        assert "kinds=grant" in wire.of("GET", ROUTE)[-1].target
        await driver.press("escape")
        await driver.closed()
        assert driver.app.bottom.pane == "timeline"
        fault = wire.answers("GET", "kinds=grant", 200, data={"rows": [], "nextCursor": None})
        await driver.press("j")
        await driver.press("enter")
        await driver.rest()
        await driver.sees("not among the rows that could be read")
        fault.mend()


async def test_a_row_without_cause_or_effect_opens_and_capital_j_opens_every_row(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await looks_at_timeline(driver, "alice_42")
        expired = next(row for row in timeline(driver).rows if row.attempt and row.attempt.status == "expired")
        driver.app.bottom.point_to(expired.id)
        driver.app.bottom.draw()
        await driver.press("enter")
        await driver.opened(TextDialog)
        assert "spring_hunt" in driver.text
        await driver.press("escape")
        await driver.closed()
        await driver.press("g")
        for kind in dict.fromkeys(row.kind for row in timeline(driver).rows):
            here = await goes_to(driver, TimelineKind(kind))
            await driver.press("J")
            await driver.opened(TextDialog)
            await driver.press("c")
            assert here in json.loads(driver.app.clipboard).values()
            await driver.press("escape")
            await driver.closed()


async def test_a_change_is_made_from_a_row_that_only_the_timeline_holds(backend: DemoStage) -> None:
    async with at(backend.app(player="heavy_user")) as driver:
        await looks_at_timeline(driver, "heavy_user")
        snapshot = driver.app.bottom.state.snapshot
        assert snapshot is not None
        await filters(driver, "kind:attempt")
        await driver.press("G")
        await driver.rest()
        await driver.press("G")
        await driver.rest()
        here = row_id(driver)
        assert listed_attempt(snapshot, here) is None
        context = driver.app.bottom.context()
        assert context.attempt() is not None
        await driver.press("R")
        assert "already linked to this attempt" in driver.text or "not complete" in driver.text


async def test_an_open_grant_is_claimed_from_the_timeline(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await looks_at_timeline(driver, "alice_42")
        grant = await goes_to(driver, TimelineKind.GRANT)
        await driver.press("F")
        await driver.opened(ActionDialog)
        assert "3 potion" in driver.text
        await driver.press("escape")
        await driver.closed()
        with colleague(backend) as other:
            other.force_claim(grant)
        await driver.press("r")
        await driver.rest()
        row = next(row for row in timeline(driver).rows if row.id == grant)
        assert row.grant is not None
        assert row.grant.claimed_at == datetime(2026, 6, 11, 14, 2, 31, tzinfo=UTC)
