"""A row opened as a document: the row's own keys still work in it, and changes are in the worklog."""

from __future__ import annotations

from datetime import timedelta

from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.dialogs.ticket import TicketDialog
from tests.harness.console.dialogs import confirm, done, put
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, now

PORTAL = "https://portal.example/studios/{studioId}/audit/{auditId}"


async def opened_document(driver: ConsoleDriver, *keys: str) -> TextDialog:
    await driver.press(*keys, "enter")
    await driver.opened(TextDialog)
    assert isinstance(driver.app.screen, TextDialog)
    return driver.app.screen


async def test_the_actions_of_a_row_work_from_inside_it(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await opened_document(driver)
        await driver.sees("roll failed", "R . act · esc close")
        await driver.press("F")
        await driver.sees("this attempt is already complete")
        assert isinstance(driver.app.screen, TextDialog)
        await driver.press("R")
        await driver.opened(ActionDialog)
        await driver.sees("Retry roll", "daily_race")
        await driver.press("escape")
        await driver.closed()
        await opened_document(driver)
        await driver.press("full_stop")
        await driver.opened(ActionDialog)
        await driver.sees("Retry roll")
    assert not wire.changes


async def test_a_ticket_is_set_and_a_link_copied_from_inside_a_row(backend: DemoStage) -> None:
    async with at(backend.app(player="erin", audit_url=PORTAL)) as driver:
        await driver.looks_at("erin")
        await opened_document(driver, "6")
        await driver.sees("y link")
        await driver.press("y")
        await driver.sees("link of audit row", "sent to the terminal's clipboard")
        row = driver.app.bottom.table.row
        assert row is not None
        studio = backend.world.credentials["studioId"]
        assert driver.app.clipboard == f"https://portal.example/studios/{studio}/audit/{row.id}"
        await driver.press("w")
        await driver.sees("nothing was done yet")
        await driver.press("t")
        await driver.opened(TicketDialog)


async def test_a_row_with_nothing_to_do_offers_nothing(backend: DemoStage) -> None:
    async with at(backend.app(player="grace_hopper")) as driver:
        await driver.looks_at("grace_hopper")
        await opened_document(driver, "2")
        await driver.sees("c copy · esc close")
        await driver.press("full_stop")
        await driver.sees("Nothing is wrong")
        await driver.press("F")
        await driver.sees("this grant is already claimed")


async def test_the_worklog_lists_changes_with_their_links(backend: DemoStage) -> None:
    async with at(backend.app(player="carol_ng", audit_url=PORTAL)) as driver:
        await driver.looks_at("carol_ng")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, final_score="1600", then_roll=True, ticket="ZD-9", reason="replay shows the finish")
        await confirm(driver)
        await done(driver)
        await driver.press("w")
    told = driver.app.clipboard
    assert "in progress → force-completed, score 740 → 1600" in told
    assert "the roll granted " in told
    assert told.count("audit: https://portal.example/studios/") == 2
    assert "applied" not in told


async def test_worklog_and_audit_log_agree_on_the_second(backend: DemoStage) -> None:
    """The answer to a change arrives later than the time of its audit row."""
    later = now() + timedelta(seconds=3)  # near enough to the server's clock to be taken for it
    app = KratyApp(backend.launch(player="carol_ng"), now=lambda: later, clock=lambda: 0.0, environ={})
    async with at(app) as driver:
        await driver.looks_at("carol_ng")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, final_score="1600", ticket="ZD-9", reason="replay shows the finish")
        await confirm(driver)
        await done(driver)
        await driver.press("w")
    assert f"{now():%Y-%m-%d %H:%M:%S} UTC · **Force-complete**" in driver.app.clipboard
