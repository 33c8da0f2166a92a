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


def footer(hand: ConsoleDriver) -> str:
    """The last line, or all the lines of a long message."""
    lines = hand.text.splitlines()[-hand.app.bottom.keys.size.height :]
    return " ".join(line.strip() for line in lines)


async def set_ticket(hand: ConsoleDriver, ticket: str) -> None:
    await hand.press("t")
    await hand.opened(TicketDialog)
    hand.app.screen.line.value = ""
    await hand.type(ticket)
    await hand.press("enter")
    await hand.closed()


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
    async with at(backend.app(role, player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        for key in keys:
            await hand.press(key)
            assert hand.app.screen is hand.app.bottom
            assert f"{NEEDS[key]}; you are {role}" in footer(hand)
    assert not wire.changes


async def test_a_debugger_can_open_permitted_dialogs(backend: DemoStage) -> None:
    async with at(backend.app("GAME_DEBUGGER", player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("R")
        await hand.opened(ActionDialog)


async def test_a_viewer_reads_the_next_step_and_why_it_is_not_theirs(backend: DemoStage) -> None:
    async with at(backend.app("GAME_VIEWER", player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.sees("nothing was granted. Retry the", "you are GAME_VIEWER")
        await hand.press("full_stop")
        assert hand.app.screen is hand.app.bottom
        assert NEEDS["R"] in footer(hand)


async def test_a_read_only_profile_offers_no_change_and_says_so(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42", read_only=True)) as hand:
        await hand.looks_at("alice_42")
        assert "LIVE read-only" in hand.text
        assert "grant" not in footer(hand)
        for key in "FRMCB":
            await hand.press(key)
            assert hand.app.screen is hand.app.bottom
            assert "read-only profile" in footer(hand)
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
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press(pane, key)
        assert hand.app.screen is hand.app.bottom
        assert words in footer(hand)
        await hand.press("j")
        assert words not in footer(hand)


async def test_without_a_player_the_changing_keys_ask_for_one(backend: DemoStage) -> None:
    async with at(backend.app()) as hand:
        await hand.press("escape")
        for key in "FRMCB.1sf":
            await hand.press(key)
            assert hand.app.screen is hand.app.bottom
            assert "first" in footer(hand), key
        for key in "cywJuk":
            await hand.press(key)
        await hand.press("g", "G", "pageup", "pagedown", "r", "tab", "enter")
        assert hand.app.screen is hand.app.bottom


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
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        listed = [hint.key for hint in hand.app.bottom.keys.hints]
        assert set(listed) == {*opens, "/", "y"}
        for key in listed:
            await hand.press("g" if key in "RM?" else "1")
            if key == "F":
                await hand.press("g", *["j"] * 4)  # one that is in progress
            await hand.press(key)
            if key == "/":
                assert hand.app.bottom.search.input.has_focus
                await hand.press("escape")
            elif key == "y":
                assert "nothing was changed for this player yet" in footer(hand)
            else:
                await hand.opened(opens[key])
                await hand.press("escape")
                await hand.closed()


async def test_the_footer_dims_what_is_off(backend: DemoStage) -> None:
    async with at(backend.app("GAME_DEBUGGER", player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        off = {hint.key for hint in hand.app.bottom.keys.hints if not hint.enabled}
        assert {"M", "C", "y"} <= off
        assert "R" not in off


# -- ? and the palette ---------------------------------------------------------------------------------------------


async def test_question_mark_lists_the_keys_and_enter_does_one(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42"), (120, 50)) as hand:
        await hand.looks_at("alice_42")
        await hand.press("?")
        await hand.opened(KeysDialog)
        await hand.sees("CHANGES SOMETHING", "▸ on an attempt: retry the reward roll", "LOOKS")
        await hand.press("G")
        await hand.sees("off: ")
        await hand.press("enter")
        assert isinstance(hand.app.screen, KeysDialog)
        await hand.press("g", "enter")
        await hand.opened(ActionDialog)
        await hand.sees("Retry roll")


@pytest.mark.parametrize("key", [":", "ctrl+p"])
async def test_the_palette_finds_an_action_by_a_few_letters(backend: DemoStage, key: str) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press(key)
        await hand.opened(PaletteDialog)
        await hand.type("cred")
        await hand.sees("▸ Credit")
        await hand.press("enter")
        await hand.opened(ActionDialog)
        await hand.sees("Credit", "currency")


async def test_the_palette_explains_a_disabled_action_and_does_not_run_it(backend: DemoStage) -> None:
    async with at(backend.app("GAME_VIEWER", player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press(":")
        await hand.opened(PaletteDialog)
        await hand.type("credit")
        await hand.sees(f"off: {NEEDS['C']}; you are GAME_VIEWER")
        await hand.press("enter")
        assert isinstance(hand.app.screen, PaletteDialog)


async def test_the_palette_opens_out_of_the_search_field(backend: DemoStage) -> None:
    async with at(backend.app()) as hand:
        await hand.type("ab")
        await hand.press("ctrl+p")
        await hand.opened(PaletteDialog)
        await hand.press("escape")
        await hand.closed()
        assert hand.app.bottom.search.input.value == "ab"


async def test_remapped_keys_work_and_are_what_the_footer_shows(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42", keymap={"player.grant": "Z"})) as hand:
        await hand.looks_at("alice_42")
        assert "Z grant" in footer(hand)
        await hand.press("M")
        assert hand.app.screen is hand.app.bottom
        await hand.press("Z")
        await hand.opened(ActionDialog)
        await hand.sees("Manual grant")


# -- ticket, copying -----------------------------------------------------------------------------------------------


async def test_the_ticket_is_in_the_header_and_in_the_request(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await set_ticket(hand, "ZD-4821")
        assert "ZD-4821" in hand.text.splitlines()[0]
        await hand.press("R")
        await hand.opened(ActionDialog)
        assert "ZD-4821" in hand.text
        hand.app.screen.confirm.focus()
        await hand.press("enter")
        await hand.closed()
        await hand.rest()
    (sent,) = wire.changes
    assert sent.body["ticket"] == "ZD-4821"
    with colleague(backend) as other:
        assert other.audit("alice_42")[0]["ticket"] == "ZD-4821"


async def test_an_empty_ticket_takes_it_off_and_escape_keeps_it(backend: DemoStage) -> None:
    app = backend.app(player="alice_42")
    app.workspace.ticket = "ZD-1"
    async with at(app) as hand:
        await hand.looks_at("alice_42")
        assert "ZD-1" in hand.text.splitlines()[0]
        await hand.press("t")
        await hand.opened(TicketDialog)
        await hand.press("escape")
        await hand.closed()
        assert hand.app.workspace.ticket == "ZD-1"
        await set_ticket(hand, "")
        assert hand.app.workspace.ticket == ""
        assert "ZD-1" not in hand.text


async def test_c_copies_the_whole_id_of_the_row(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("c")
        row = hand.app.bottom.table.row
        assert row is not None
        assert hand.app.clipboard == row.id
        assert "sent to the terminal's clipboard (36 bytes)" in footer(hand)


async def test_copying_a_value_with_control_characters_warns_and_copies_it_unchanged(backend: DemoStage) -> None:
    name = "line1\nline2\nline3"
    async with at(backend.app()) as hand:
        hand.app.bottom.open_player(name)
        await hand.looks_at(name)
        await hand.press("6")
        if hand.app.bottom.table.row is not None:
            await hand.press("5")
        assert hand.app.bottom.table.row is None
        await hand.press("c")
        assert hand.app.clipboard == name
        assert "it holds" in footer(hand)


async def test_y_copies_the_link_of_the_audit_row_under_the_cursor(backend: DemoStage) -> None:
    async with at(backend.app(player="grace_hopper")) as hand:
        await hand.looks_at("grace_hopper")
        await hand.press("6")
        row = hand.app.bottom.table.row
        assert row is not None
        await hand.press("y")
        assert hand.app.clipboard.startswith(backend.url)
        assert hand.app.clipboard.endswith(row.id)


async def test_w_copies_what_was_done_under_the_ticket(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await set_ticket(hand, "ZD-4821")
        await hand.press("w")
        assert "nothing was done under this ticket yet" in footer(hand)
        await hand.press("R")
        await hand.opened(ActionDialog)
        await hand.press("enter", "enter", "enter")
        await hand.closed()
        await hand.rest()
        done = hand.app.workspace.last_done("alice_42")
        assert done is not None
        link = done.work.audit_url
        await hand.press("w")
        log = hand.app.clipboard
        assert log.splitlines()[0].startswith("ZD-4821")
        assert "alice_42" in log
        assert "Retry roll" in log
        assert link
        assert link in log
        await hand.press("y")
        assert hand.app.clipboard == link


# -- lists ---------------------------------------------------------------------------------------------------------


async def test_o_shows_an_empty_journal_and_then_what_was_sent(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("o")
        await hand.opened(JournalDialog)
        await hand.sees("Nothing was sent from here yet")
        await hand.press("escape")
        await hand.closed()
        await hand.press("R")
        await hand.opened(ActionDialog)
        await hand.press("enter", "enter", "enter")
        await hand.closed()
        await hand.rest()
        await hand.press("o")
        await hand.opened(JournalDialog)
        await hand.sees("applied", "retry roll", "alice_42")


async def test_p_without_a_player_opened_before_says_so(backend: DemoStage) -> None:
    async with at(backend.app()) as hand:
        await hand.press("escape", "p")
        await hand.opened(PickDialog)
        await hand.sees("no player was opened yet")


async def test_the_audit_log_of_the_studio_loads_page_by_page(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("l")
        await hand.until(lambda: isinstance(hand.app.screen, AuditLogScreen))
        rows = hand.app.screen.query_one(RowTable)
        await hand.until(lambda: rows.rows_shown > 0)
        first = rows.rows_shown
        while not hand.app.screen.is_complete:
            await hand.press("G")
            await hand.until(lambda: not hand.app.screen.is_loading)
        assert rows.rows_shown > first
        assert wire.count("GET", "/audit-log") > 1
        await hand.press("enter")
        await hand.opened()
        await hand.press("escape")
        await hand.until(lambda: isinstance(hand.app.screen, AuditLogScreen))
        await hand.press("y")
        assert "/audit-log/" in hand.app.clipboard
        await hand.press("f")
        await hand.opened()
        await hand.type("credit")
        await hand.press("enter")
        await hand.until(lambda: isinstance(hand.app.screen, AuditLogScreen))
        assert 0 < rows.rows_shown < first * 9
        await hand.press("escape", "q")
        await hand.until(lambda: hand.app.screen is hand.app.bottom)
        assert hand.app.bottom.state.player == "alice_42"


async def test_y_copies_only_links_of_the_current_player(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("R")
        await hand.opened(ActionDialog)
        await hand.press("enter", "enter", "enter")
        await hand.closed()
        await hand.rest()
        await hand.press("y")
        assert "audit link of Retry roll" in footer(hand)
        assert "daily_race" in footer(hand)
        copied = hand.app.clipboard
        await hand.press("/")
        await hand.type("bob_7")
        await hand.press("enter")
        await hand.looks_at("bob_7")
        await hand.press("y")
        assert "nothing was changed for this player yet" in footer(hand)
        assert hand.app.clipboard == copied
