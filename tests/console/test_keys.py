"""The registry on the screen: what each key does, what it says where it does nothing, the dialogs that look."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.journal import JournalDialog
from kraty_console.console.dialogs.keys import KeysDialog
from kraty_console.console.dialogs.palette import PaletteDialog
from kraty_console.console.dialogs.pick import PickDialog
from kraty_console.console.dialogs.ticket import TicketDialog
from kraty_console.console.screens.audit_log import AuditLogScreen
from kraty_console.console.widgets.table import RowTable
from tests.harness.console.colleague import colleague
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


def footer(driver: ConsoleDriver) -> str:
    """The last line, or all the lines of a long message."""
    lines = driver.text.splitlines()[-driver.app.bottom.keys.size.height :]
    return " ".join(line.strip() for line in lines)


async def set_ticket(driver: ConsoleDriver, ticket: str) -> None:
    await driver.press("t")
    await driver.opened(TicketDialog)
    driver.app.screen.line.value = ""
    await driver.type(ticket)
    await driver.press("enter")
    await driver.closed()


# -- off, and why --------------------------------------------------------------------------------------------------

NEEDS = {
    "M": "needs grant.manual_create (GAME_ADMIN)",
    "C": "needs wallet.credit (GAME_ADMIN)",
    "B": "needs player.ban (GAME_ADMIN)",
    "F": "needs attempt.force_complete (GAME_ADMIN or GAME_DEBUGGER)",
    "R": "needs grant.retry_reward_roll (GAME_ADMIN or GAME_DEBUGGER)",
}


@pytest.mark.parametrize(("role", "keys"), [("GAME_DEBUGGER", "MCB"), ("GAME_VIEWER", "FRMCB")])
async def test_a_key_that_the_role_may_not_use_names_the_permission(
    backend: DemoStage, wire: FaultyTransport, role: str, keys: str
) -> None:
    async with at(backend.app(role, player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        for key in keys:
            await driver.press(key)
            assert driver.app.screen is driver.app.bottom
            assert f"{NEEDS[key]}; you are {role}" in footer(driver)
    assert not wire.changes


async def test_a_debugger_can_open_permitted_dialogs(backend: DemoStage) -> None:
    async with at(backend.app("GAME_DEBUGGER", player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("R")
        await driver.opened(ActionDialog)


async def test_a_viewer_reads_the_next_step_and_why_it_is_not_theirs(backend: DemoStage) -> None:
    async with at(backend.app("GAME_VIEWER", player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.sees("nothing was granted. Retry the", "you are GAME_VIEWER")
        await driver.press("full_stop")
        assert driver.app.screen is driver.app.bottom
        assert NEEDS["R"] in footer(driver)


async def test_a_read_only_profile_offers_no_change_and_says_so(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42", read_only=True)) as driver:
        await driver.looks_at("alice_42")
        assert "LIVE read-only" in driver.text
        assert "grant" not in footer(driver)
        for key in "FRMCB":
            await driver.press(key)
            assert driver.app.screen is driver.app.bottom
            assert "read-only profile" in footer(driver)
    assert not wire.changes


@pytest.mark.parametrize(
    ("pane", "key", "words"),
    [
        ("3", "F", "select an attempt first (1)"),
        ("3", "R", "select an attempt first (1)"),
        ("3", "y", "nothing was changed for this player yet, and the cursor is on no audit row"),
        ("3", "w", "nothing was done yet"),
    ],
)
async def test_a_key_without_an_object_says_what_to_do(backend: DemoStage, pane: str, key: str, words: str) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press(pane, key)
        assert driver.app.screen is driver.app.bottom
        assert words in footer(driver)
        await driver.press("j")
        assert words not in footer(driver)


async def test_without_a_player_the_changing_keys_ask_for_one(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.press("escape")
        for key in "FRMCB.1sf":
            await driver.press(key)
            assert driver.app.screen is driver.app.bottom
            assert "first" in footer(driver), key
        for key in "cywJuk":
            await driver.press(key)
        await driver.press("g", "G", "pageup", "pagedown", "r", "tab", "enter")
        assert driver.app.screen is driver.app.bottom


# -- what the footer lists -----------------------------------------------------------------------------------------


async def test_every_key_of_the_footer_does_what_it_says(backend: DemoStage) -> None:
    opens: dict[str, type[Any]] = {
        "F": ActionDialog,
        "R": ActionDialog,
        "M": ActionDialog,
        "C": ActionDialog,
        ".": ActionDialog,
        "t": TicketDialog,
        "?": KeysDialog,
    }
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        listed = [hint.key for hint in driver.app.bottom.keys.hints]
        assert set(listed) == {*opens, "/", "y", "a"}
        for key in listed:
            await driver.press("g" if key in "RM?" else "1")
            if key == "F":
                await driver.press("g", *["j"] * 4)  # one that is in progress
            if key != "a":
                await driver.press(key)
            if key == "/":
                assert driver.app.bottom.search.input.has_focus
                await driver.press("escape")
            elif key == "a":
                await driver.press("j", "j", key)  # one with a grant
                assert driver.app.bottom.pane == "grants"
                await driver.press("escape")
                assert driver.app.bottom.pane == "attempts"
            elif key == "y":
                assert "nothing was changed for this player yet" in footer(driver)
            else:
                await driver.opened(opens[key])
                await driver.press("escape")
                await driver.closed()


async def test_the_footer_dims_what_is_off(backend: DemoStage) -> None:
    async with at(backend.app("GAME_DEBUGGER", player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        off = {hint.key for hint in driver.app.bottom.keys.hints if not hint.enabled}
        assert {"M", "C", "y"} <= off
        assert "R" not in off


# -- ? and the palette ---------------------------------------------------------------------------------------------


async def test_question_mark_lists_the_keys_and_enter_does_one(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42"), (120, 50)) as driver:
        await driver.looks_at("alice_42")
        await driver.press("?")
        await driver.opened(KeysDialog)
        await driver.sees("CHANGES SOMETHING", "▸ on an attempt: retry the reward roll", "LOOKS")
        await driver.press("G")
        await driver.sees("off: ")
        await driver.press("enter")
        assert isinstance(driver.app.screen, KeysDialog)
        await driver.press("g", "enter")
        await driver.opened(ActionDialog)
        await driver.sees("Retry roll")


@pytest.mark.parametrize("key", [":", "ctrl+p"])
async def test_the_palette_finds_an_action_by_a_few_letters(backend: DemoStage, key: str) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press(key)
        await driver.opened(PaletteDialog)
        await driver.type("cred")
        await driver.sees("▸ Credit")
        await driver.press("enter")
        await driver.opened(ActionDialog)
        await driver.sees("Credit", "currency")


async def test_the_palette_explains_a_disabled_action_and_does_not_run_it(backend: DemoStage) -> None:
    async with at(backend.app("GAME_VIEWER", player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press(":")
        await driver.opened(PaletteDialog)
        await driver.type("credit")
        await driver.sees(f"off: {NEEDS['C']}; you are GAME_VIEWER")
        await driver.press("enter")
        assert isinstance(driver.app.screen, PaletteDialog)


async def test_the_palette_opens_out_of_the_search_field(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("ab")
        await driver.press("ctrl+p")
        await driver.opened(PaletteDialog)
        await driver.press("escape")
        await driver.closed()
        assert driver.app.bottom.search.input.value == "ab"


async def test_remapped_keys_work_and_are_what_the_footer_shows(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42", keymap={"player.grant": "Z"})) as driver:
        await driver.looks_at("alice_42")
        assert "Z grant" in footer(driver)
        await driver.press("M")
        assert driver.app.screen is driver.app.bottom
        await driver.press("Z")
        await driver.opened(ActionDialog)
        await driver.sees("Manual grant")


# -- ticket, copying -----------------------------------------------------------------------------------------------


async def test_the_ticket_is_in_the_header_and_in_the_request(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await set_ticket(driver, "ZD-4821")
        assert "ZD-4821" in driver.text.splitlines()[0]
        await driver.press("R")
        await driver.opened(ActionDialog)
        assert "ZD-4821" in driver.text
        driver.app.screen.confirm.focus()
        await driver.press("enter")
        await driver.closed()
        await driver.rest()
    (sent,) = wire.changes
    assert sent.body["ticket"] == "ZD-4821"
    with colleague(backend) as other:
        assert other.audit("alice_42")[0]["ticket"] == "ZD-4821"


async def test_an_empty_ticket_takes_it_off_and_escape_keeps_it(backend: DemoStage) -> None:
    app = backend.app(player="alice_42")
    app.workspace.ticket = "ZD-1"
    async with at(app) as driver:
        await driver.looks_at("alice_42")
        assert "ZD-1" in driver.text.splitlines()[0]
        await driver.press("t")
        await driver.opened(TicketDialog)
        await driver.press("escape")
        await driver.closed()
        assert driver.app.workspace.ticket == "ZD-1"
        await set_ticket(driver, "")
        assert driver.app.workspace.ticket == ""
        assert "ZD-1" not in driver.text


async def test_c_copies_the_whole_id_of_the_row(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("c")
        row = driver.app.bottom.table.row
        assert row is not None
        assert driver.app.clipboard == row.id
        assert "sent to the terminal's clipboard (36 bytes)" in footer(driver)


async def test_copying_a_value_with_control_characters_warns_and_copies_it_unchanged(backend: DemoStage) -> None:
    name = "line1\nline2\nline3"
    async with at(backend.app()) as driver:
        driver.app.bottom.open_player(name)
        await driver.looks_at(name)
        await driver.press("6")
        if driver.app.bottom.table.row is not None:
            await driver.press("5")
        assert driver.app.bottom.table.row is None
        await driver.press("c")
        assert driver.app.clipboard == name
        assert "it holds" in footer(driver)


async def test_y_copies_the_link_of_the_audit_row_under_the_cursor(backend: DemoStage) -> None:
    async with at(backend.app(player="grace_hopper")) as driver:
        await driver.looks_at("grace_hopper")
        await driver.press("6")
        row = driver.app.bottom.table.row
        assert row is not None
        await driver.press("y")
        assert driver.app.clipboard.startswith(backend.url)
        assert driver.app.clipboard.endswith(row.id)


async def test_w_copies_what_was_done_under_the_ticket(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await set_ticket(driver, "ZD-4821")
        await driver.press("R")
        await driver.opened(ActionDialog)
        await driver.press("enter", "enter", "enter")
        await driver.closed()
        await driver.rest()
        done = driver.app.workspace.last_done("alice_42")
        assert done is not None
        link = done.work.audit_url
        await driver.press("w")
        log = driver.app.clipboard
        assert log.splitlines()[0].startswith("**ZD-4821**")
        assert "alice_42" in log
        assert "Retry roll" in log
        assert link
        assert link in log
        await driver.press("y")
        assert driver.app.clipboard == link


# -- lists ---------------------------------------------------------------------------------------------------------


async def test_o_shows_an_empty_journal_and_then_what_was_sent(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("o")
        await driver.opened(JournalDialog)
        await driver.sees("Nothing was sent from here yet")
        await driver.press("escape")
        await driver.closed()
        await driver.press("R")
        await driver.opened(ActionDialog)
        await driver.press("enter", "enter", "enter")
        await driver.closed()
        await driver.rest()
        await driver.press("o")
        await driver.opened(JournalDialog)
        await driver.sees("applied", "retry roll", "alice_42")


async def test_p_without_a_player_opened_before_says_so(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.press("escape", "p")
        await driver.opened(PickDialog)
        await driver.sees("no player was opened yet")


async def test_the_audit_log_of_the_studio_loads_page_by_page(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("l")
        await driver.until(lambda: isinstance(driver.app.screen, AuditLogScreen))
        rows = driver.app.screen.query_one(RowTable)
        await driver.until(lambda: rows.rows_shown > 0)
        first = rows.rows_shown
        while not driver.app.screen.is_complete:
            await driver.press("G")
            await driver.until(lambda: not driver.app.screen.is_loading)
        assert rows.rows_shown > first
        assert wire.count("GET", "/audit-log") > 1
        await driver.press("enter")
        await driver.opened()
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, AuditLogScreen))
        await driver.press("y")
        assert "/audit-log/" in driver.app.clipboard
        await driver.press("f")
        await driver.opened()
        whole = rows.rows_shown
        await driver.type("action:*credit")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AuditLogScreen) and driver.app.screen.is_complete)
        assert 0 < rows.rows_shown < whole
        await driver.press("escape", "q")
        await driver.until(lambda: driver.app.screen is driver.app.bottom)
        assert driver.app.bottom.state.player == "alice_42"
