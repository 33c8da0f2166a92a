"""From a row to what it came from or led to, and back again."""

from __future__ import annotations

from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


def place(driver: ConsoleDriver) -> tuple[str, str | None]:
    screen = driver.app.bottom
    return screen.pane, screen.table.row.id if screen.table.row is not None else None


async def test_a_goes_from_an_attempt_to_its_grants_and_on_and_esc_returns_step_by_step(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("1", "g", "j", "j")
        attempt = place(driver)
        await driver.press("a")
        grant = place(driver)
        assert grant[0] == "grants"
        await driver.sees("now at 160 gold", "esc goes back")
        await driver.press("3", "g", "j", "j", "j", "a")
        assert place(driver) == grant  # the newest change of gold came from it
        ledger = ("wallet", driver.app.bottom.state.snapshot.wallet_ledger[0].ledger_id)
        await driver.press("a")
        assert place(driver) == attempt
        await driver.press("escape")
        assert place(driver) == grant
        await driver.press("escape")
        assert place(driver) == ledger
        await driver.press("escape")
        assert driver.app.bottom.state.snapshot is None


async def test_several_related_rows_are_named_and_another_pane_forgets_the_way_back(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("1", "g", *["j"] * 8, "a")
        assert place(driver)[0] == "grants"
        await driver.sees("also related: ")
        await driver.press("1", "escape")
        assert driver.app.bottom.state.snapshot is None


async def test_a_row_without_related_rows_says_why(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        before = place(driver)
        hints = {hint.label: hint.enabled for hint in driver.app.bottom.keys.hints}
        assert hints["related"] is False
        await driver.press("a")
        await driver.sees("no grants are linked to this attempt")
        assert place(driver) == before


async def test_a_delivery_leads_to_its_grant_also_of_another_player(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("escape", "h")
        await driver.sees("grant.created", "erin")
        await driver.press("f")
        await driver.opened()
        await driver.type("erin")
        await driver.press("enter")
        await driver.press("a")
        await driver.looks_at("erin")
        assert place(driver)[0] == "grants"


async def test_a_delivery_that_cannot_be_read_leads_nowhere_and_says_so(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="erin")) as driver:
        await driver.looks_at("erin")
        await driver.press("h")
        await driver.sees("grant.created")
        wire.answers("GET", "/webhooks/deliveries/evt_", 500, "internal_error", "it broke")
        await driver.press("a")
        await driver.sees("The server reported an error.")
        assert driver.app.screen is not driver.app.bottom


async def test_the_profile_opens_as_a_document_with_the_whole_context(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42"), (80, 24)) as driver:
        await driver.looks_at("alice_42")
        await driver.press("e")
        await driver.opened()
        await driver.sees("Last context", "platform", "ios")
