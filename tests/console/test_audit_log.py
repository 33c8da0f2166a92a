"""The screen of the audit log: its filter line, and the way to a player and back."""

from __future__ import annotations

import pytest

from kraty_console.console.dialogs.audit_filter import AuditFilterDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.screens.audit_log import AuditLogScreen
from kraty_console.contract.audit_actions import AUDIT_ACTIONS
from tests.harness.console.audit_screens import column, edits, filters, log_of, opens_log, reads_all
from tests.harness.console.colleague import colleague, impatient
from tests.harness.console.driver import SIZE, SMALL, ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.old_audit_rows import add_old_rows, count_rows
from tests.harness.console.stage import DemoStage

IVYS_GRANT = "action:grant.manual_create player:ivy"
MARIAS = "actor_label = 'maria' AND (action LIKE 'grant.%' OR action = 'player.ban')"
"""What the filter `actor:maria action:grant.*,player.ban` chooses, in SQL."""

# -- the filter line -------------------------------------------------------------------------------------------------


async def test_a_filter_covers_every_row_and_goes_step_by_step(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app()) as driver:
        screen = await opens_log(driver)
        await driver.sees("filter none; f sets one", "the newest 50 rows")
        await filters(driver, "actor:api_", "TAB", " action:wallet.debit")
        line = screen.app.workspace.audit_filters[0]
        await driver.sees(f"filter {line}", "that match")
        assert f"actor={line.split()[0].removeprefix('actor:')}" in wire.of("GET", "/audit-log")[-1].target
        assert set(column(screen, "action")) == {"wallet.debit"}
        await filters(driver, " outcome:denied")
        await driver.sees("no row matches", "No audit row matches; f changes the filter.")
        await edits(driver)
        await driver.press("up")
        assert isinstance(driver.app.screen, AuditFilterDialog)
        assert driver.app.screen.line.value == line
        await driver.press("escape")
        await driver.sees("outcome:denied")
        await driver.press("q")
        await log_of(driver)
        await driver.sees("filter none", "the newest 50 rows")
        await driver.press("escape")
        await driver.closed()


async def test_what_the_backend_cannot_filter_is_filtered_here(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        screen = await opens_log(driver)
        await filters(driver, "actor:maria action:grant.*,player.ban")
        everything, wanted = count_rows(backend), count_rows(backend, MARIAS)
        await driver.sees(f"{wanted} match; {everything} rows read, to the last one")
        assert set(column(screen, "by")) == {"maria"}
        assert len(screen.table.rows) == wanted > 0


async def test_a_search_reads_on_until_it_is_stopped(backend: DemoStage, wire: FaultyTransport) -> None:
    add_old_rows(backend, 500, ticket="OLD-1", external_player_id="zoe_1")
    async with at(impatient(backend.app())) as driver:
        screen = await opens_log(driver)
        hold = wire.holds("GET", "cursor=")
        await edits(driver, "player:zoe_?")
        await driver.press("enter")
        await driver.sees("200 rows read, 0 match; esc stops", "Loading the audit log.")
        await driver.press("j", "?", "escape")  # keys are answered
        assert driver.app.screen is screen
        assert screen.is_loading
        await driver.press("escape")
        await driver.sees("0 match; the newest 200 rows read; u reads on")
        await driver.sees("None of the newest 200 rows matches; u reads on.")
        assert not screen.is_loading
        hold.let_go()
        await driver.press("u")
        await driver.sees(f"1 match; {count_rows(backend)} rows read, to the last one")
        assert column(screen, "player") == ["zoe_1"]
        await driver.press("escape")
        await log_of(driver)
        await driver.sees("filter none")


async def test_a_page_of_matches_is_enough(backend: DemoStage, wire: FaultyTransport) -> None:
    add_old_rows(backend, 500, ticket="OLD-1")
    async with at(backend.app()) as driver:
        screen = await opens_log(driver)
        await filters(driver, "ticket:OLD-*")
        first = 200 - (count_rows(backend) - 500)
        await driver.sees(f"{first} match; the newest 200 rows read; u reads on")
        await driver.press("G")
        await log_of(driver)
        assert len(screen.table.rows) == first + 200
        asked = wire.count("GET", "/audit-log")
        await filters(driver, "ticket:OLD-1")
        assert len(screen.table.rows) == 50, "the backend filters: a page is read at a time"
        assert wire.count("GET", "/audit-log") == asked + 1


async def test_a_search_that_fails_says_why_and_goes_on_from_there(backend: DemoStage, wire: FaultyTransport) -> None:
    add_old_rows(backend, 200, ticket="OLD-1", external_player_id="zoe_1")
    async with at(impatient(backend.app())) as driver:
        screen = await opens_log(driver)
        wire.answers("GET", "cursor=", 500, "internal_error", "it broke")
        await filters(driver, "player:zoe_?")
        await driver.sees("0 match; the newest 200 rows read", "u to try again")
        wire.mend_all()
        await driver.press("u")
        await log_of(driver)
        assert column(screen, "player") == ["zoe_1"]


async def test_a_refresh_takes_the_place_of_what_is_read(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app()) as driver:
        screen = await opens_log(driver)
        hold = wire.holds("GET", "cursor=")
        await driver.press("G")
        await driver.until(lambda: screen.is_loading)
        with colleague(backend) as other:
            other.credit("alice_42", "gold", 5)
        await driver.press("r")
        await log_of(driver)
        hold.let_go()
        assert column(screen, "reason")[0] == "a colleague did this"
        assert len(screen.table.rows) == 50
        await reads_all(driver)
        assert len(screen.table.rows) == count_rows(backend)


async def test_errors_are_shown_while_typing_and_nothing_is_asked(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app()) as driver:
        await opens_log(driver)
        asked = wire.count("GET", "/audit-log")
        dialog = await edits(driver, "outcome:ok si")
        assert dialog.problem.text == "", "it can still be completed"
        await driver.type("nce:yesterday")
        await driver.sees("since:yesterday is no time: give an age such as 90s")
        await driver.press("enter")
        assert driver.app.screen is dialog
        dialog.line.value = ""
        await driver.type("ticket:ZD 4821")
        await driver.sees("'4821' has none of the keys actor:", 'as in ticket:"ZD 4821"')
        dialog.line.value = ""
        await driver.type("act")
        await driver.press("enter")
        await driver.sees("'act' has none of the keys")
        await driver.press("escape")
        await log_of(driver)
        assert wire.count("GET", "/audit-log") == asked


async def test_tab_completes_names_and_values(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await opens_log(driver)
        dialog = await edits(driver, "a", "TAB")
        assert dialog.line.value == "actor:"
        assert dialog.offered.text == "tab ▸actor:  action:"
        await driver.press("tab", "shift+tab", "shift+tab")
        assert dialog.line.value == "action:"
        await driver.type("wallet.c")
        await driver.press("tab")
        assert dialog.line.value == "action:wallet.credit"
        await driver.type(" ticket:zd-47")
        assert dialog.offered.text.startswith("tab  ZD-47")
        assert "+" in dialog.offered.text
        await driver.press("tab", "tab")
        assert "▸" in dialog.offered.text
        dialog.line.value = "player:bob_7 outcome:d since:7d"
        dialog.line.cursor_position = len("player:bob_7 outcome:d")
        await driver.press("tab")
        assert dialog.line.value == "player:bob_7 outcome:denied since:7d", "where the cursor is"


async def test_every_action_of_the_log_is_known_to_the_completion(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        screen = await opens_log(driver)
        await reads_all(driver)
        assert len(screen.table.rows) == count_rows(backend)
        assert set(column(screen, "action")) <= set(AUDIT_ACTIONS)


# -- to a player and back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SIZE, SMALL])
async def test_the_player_of_a_row_is_opened_at_the_row_concerned(backend: DemoStage, size: tuple[int, int]) -> None:
    async with at(backend.app(player="bob_7"), size) as driver:
        await driver.looks_at("bob_7")
        screen = await opens_log(driver, "l")
        await filters(driver, "action:grant.*,player.ban actor:maria")
        row = await at_row_of(driver, screen, "ivy")
        await driver.press("d")
        await driver.looks_at("ivy")
        await driver.sees("now at grant", "q goes back to the audit log")
        assert driver.app.bottom.pane == "grants"
        await driver.press("q")
        again = await log_of(driver)
        assert again.table.row is not None
        assert again.table.row.id == row
        await driver.sees("filter action:grant.*,player.ban actor:maria", f"{count_rows(backend, MARIAS)} match")
        await driver.press("enter")
        await driver.opened(TextDialog)
        await driver.press("d")  # also from the row that is open
        await driver.looks_at("ivy")
        await driver.press("6")
        await at_action(driver, "grant.manual_create")
        await driver.press("d")
        await driver.sees("now at grant")
        assert driver.app.bottom.pane == "grants"


async def at_row_of(driver: ConsoleDriver, screen: AuditLogScreen, player: str) -> str:
    """Put the cursor on the first row of a player; its id."""
    for _ in column(screen, "player")[: column(screen, "player").index(player)]:
        await driver.press("j")
    assert screen.table.row is not None
    return screen.table.row.id


async def at_action(driver: ConsoleDriver, action: str) -> None:
    """Put the cursor on the first row of an action in the open pane."""
    table = driver.app.bottom.table
    while table.row is None or all(cell.text != action for cell in table.row.cells):
        assert table.action_move(1)
        driver.app.bottom.draw_row()


async def test_a_row_about_the_player_leads_to_the_audit_row(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await opens_log(driver)
        await filters(driver, "action:player.ban player:frank")
        await driver.press("d")
        await driver.looks_at("frank")
        await driver.sees("now at audit row", "it names no other row")
        assert driver.app.bottom.pane == "audit"


async def test_another_player_or_a_second_step_back_forgets_the_way(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await opens_log(driver)
        await filters(driver, IVYS_GRANT)
        await driver.press("d")
        await driver.looks_at("ivy")
        await driver.press("slash")
        await driver.type("bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")
        await driver.press("q")
        assert driver.app.screen is driver.app.bottom
        assert driver.app.bottom.state.player == ""


async def test_giving_up_the_player_goes_back(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app()) as driver:
        await opens_log(driver)
        await filters(driver, IVYS_GRANT)
        hold = wire.holds("GET", "/players/ivy")
        await driver.press("d")
        await driver.closed()
        await driver.press("escape")
        await log_of(driver)
        hold.let_go()
        await driver.sees(f"filter {IVYS_GRANT}")


async def test_a_row_without_a_player_says_so(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        screen = await opens_log(driver)
        await filters(driver, "action:webhook.create")
        await driver.press("d")
        await driver.sees("this audit row names no player")
        await driver.press("enter")
        await driver.opened(TextDialog)
        assert " d player ·" not in driver.text
        await driver.press("d")
        await driver.sees("this audit row names no player")
        await driver.press("escape")
        assert driver.app.screen is screen
