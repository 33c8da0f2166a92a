"""The lists of a studio take the keys of the registry: those that work everywhere work there, the rest say where."""

from __future__ import annotations

import pytest

from kraty_console.console.dialogs.journal import JournalDialog
from kraty_console.console.dialogs.keys import KeysDialog
from kraty_console.console.dialogs.palette import PaletteDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.dialogs.ticket import TicketDialog
from kraty_console.console.screens.audit_log import AuditLogScreen
from kraty_console.console.screens.deliveries import DeliveriesScreen
from kraty_console.console.screens.paged_list import PagedList
from tests.harness.console.colleague import colleague
from tests.harness.console.driver import SIZE, SMALL, ConsoleDriver, at
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage

LISTS = pytest.mark.parametrize(("key", "kind"), [("l", AuditLogScreen), ("h", DeliveriesScreen)])


async def opens(hand: ConsoleDriver, key: str, kind: type[PagedList[object]]) -> None:
    await hand.press(key)
    await hand.until(lambda: isinstance(hand.app.screen, kind) and not hand.app.screen.is_loading)
    await wait_until_idle(hand.app)


@LISTS
async def test_global_actions_work_in_a_list(backend: DemoStage, key: str, kind: type[PagedList[object]]) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await opens(hand, key, kind)
        await hand.press("?")
        await hand.opened(KeysDialog)
        assert "set the ticket" in hand.text
        assert "manual grant" not in hand.text
        await hand.press("escape")
        await hand.press(":")
        await hand.opened(PaletteDialog)
        await hand.type("refresh")
        await hand.press("enter")
        await hand.until(lambda: isinstance(hand.app.screen, kind) and not hand.app.screen.is_loading)
        await hand.press("o")
        await hand.opened(JournalDialog)
        await hand.press("escape")
        await hand.press("w")
        await hand.sees("nothing was done yet")
        await hand.press("t")
        await hand.opened(TicketDialog)
        await hand.type("ZD-7")
        await hand.press("enter")
        await hand.until(lambda: isinstance(hand.app.screen, kind))
        assert hand.app.workspace.ticket == "ZD-7"
        assert "ZD-7" in hand.text.splitlines()[0]


@LISTS
async def test_a_key_of_the_player_screen_says_where_it_works(
    backend: DemoStage, key: str, kind: type[PagedList[object]]
) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await opens(hand, key, kind)
        await hand.press("M")
        await hand.sees("Manual grant works on the player screen; esc goes back to it")
        await hand.press("escape")  # the message goes and the step back is taken, in one press
        await hand.closed()


async def test_remapped_keys_work_in_a_list_and_are_the_ones_shown(backend: DemoStage) -> None:
    keymap = {"view.refresh": "f5", "copy.audit_link": "z", "row.down": "n"}
    with colleague(backend) as other:
        other.credit("alice_42", "gold", 5)
        other.credit("alice_42", "gold", 6)
    async with at(backend.app(player="alice_42", keymap=keymap)) as hand:
        await hand.looks_at("alice_42")
        await opens(hand, "l", AuditLogScreen)
        screen = hand.app.screen
        assert isinstance(screen, AuditLogScreen)
        footer = hand.text.splitlines()[-1]
        assert "f5 refresh" in footer
        assert "z link" in footer
        first = screen.table.row
        await hand.press("n")
        assert screen.table.row != first
        await hand.press("z")
        assert screen.table.row is not None
        assert hand.app.clipboard.endswith(screen.table.row.id)
        await hand.sees("link of audit row")
        assert "http" not in hand.text.splitlines()[-1]  # in words: an address that is cut tells nothing
        await hand.press("y")
        await hand.press("j")
        assert screen.table.row.id in hand.app.clipboard


async def test_an_opened_audit_row_takes_ticket_and_link(backend: DemoStage) -> None:
    with colleague(backend) as other:
        other.credit("alice_42", "gold", 5)
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await opens(hand, "l", AuditLogScreen)
        await hand.press("J")
        await hand.opened(TextDialog)
        await hand.sees('"action"')
        await hand.press("y")
        await hand.sees("link of audit row")
        await hand.press("t")
        await hand.opened(TicketDialog)


async def test_actions_that_need_a_row_are_dimmed_in_an_empty_list(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await opens(hand, "h", DeliveriesScreen)
        screen = hand.app.screen
        assert isinstance(screen, DeliveriesScreen)
        off = {hint.label for hint in screen.keys.hints if not hint.enabled}
        assert off == {"replay", "open", "link", "copy id"}


async def test_hidden_columns_are_counted_in_the_first_line(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42"), SMALL) as hand:
        await hand.looks_at("alice_42")
        await opens(hand, "l", AuditLogScreen)
        assert "1 column more with enter" in hand.text.splitlines()[0]
        assert "REASON" not in hand.text
        await hand.pilot.resize_terminal(*SIZE)
        await hand.sized(*SIZE)
        await hand.sees("REASON")
        assert "column more" not in hand.text
