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


async def opens(driver: ConsoleDriver, key: str, kind: type[PagedList[object]]) -> None:
    await driver.press(key)
    await driver.until(lambda: isinstance(driver.app.screen, kind) and not driver.app.screen.is_loading)
    await wait_until_idle(driver.app)


@LISTS
async def test_global_actions_work_in_a_list(backend: DemoStage, key: str, kind: type[PagedList[object]]) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await opens(driver, key, kind)
        await driver.press("?")
        await driver.opened(KeysDialog)
        assert "set the ticket" in driver.text
        assert "manual grant" not in driver.text
        await driver.press("escape")
        await driver.press(":")
        await driver.opened(PaletteDialog)
        await driver.type("refresh")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, kind) and not driver.app.screen.is_loading)
        await driver.press("o")
        await driver.opened(JournalDialog)
        await driver.press("escape")
        await driver.press("w")
        await driver.sees("nothing was done yet")
        await driver.press("t")
        await driver.opened(TicketDialog)
        await driver.type("ZD-7")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, kind))
        assert driver.app.workspace.ticket == "ZD-7"
        assert "ZD-7" in driver.text.splitlines()[0]


@LISTS
async def test_a_key_of_the_player_screen_says_where_it_works(
    backend: DemoStage, key: str, kind: type[PagedList[object]]
) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await opens(driver, key, kind)
        await driver.press("M")
        await driver.sees("Manual grant works on the player screen; esc goes back to it")
        await driver.press("escape")  # the message goes and the step back is taken, in one press
        await driver.closed()


async def test_remapped_keys_work_in_a_list_and_are_the_ones_shown(backend: DemoStage) -> None:
    keymap = {"view.refresh": "f5", "copy.audit_link": "z", "row.down": "n"}
    with colleague(backend) as other:
        other.credit("alice_42", "gold", 5)
        other.credit("alice_42", "gold", 6)
    async with at(backend.app(player="alice_42", keymap=keymap)) as driver:
        await driver.looks_at("alice_42")
        await opens(driver, "l", AuditLogScreen)
        screen = driver.app.screen
        assert isinstance(screen, AuditLogScreen)
        footer = driver.text.splitlines()[-1]
        assert "f5 refresh" in footer
        assert "z link" in footer
        first = screen.table.row
        await driver.press("n")
        assert screen.table.row != first
        await driver.press("z")
        assert screen.table.row is not None
        assert driver.app.clipboard.endswith(screen.table.row.id)
        await driver.sees("link of audit row")
        assert "http" not in driver.text.splitlines()[-1]  # in words: an address that is cut tells nothing
        await driver.press("y")
        await driver.press("j")
        assert screen.table.row.id in driver.app.clipboard


async def test_an_opened_audit_row_takes_ticket_and_link(backend: DemoStage) -> None:
    with colleague(backend) as other:
        other.credit("alice_42", "gold", 5)
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await opens(driver, "l", AuditLogScreen)
        await driver.press("J")
        await driver.opened(TextDialog)
        await driver.sees('"action"')
        await driver.press("y")
        await driver.sees("link of audit row")
        await driver.press("t")
        await driver.opened(TicketDialog)


async def test_actions_that_need_a_row_are_dimmed_in_an_empty_list(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await opens(driver, "h", DeliveriesScreen)
        screen = driver.app.screen
        assert isinstance(screen, DeliveriesScreen)
        off = {hint.label for hint in screen.keys.hints if not hint.enabled}
        assert off == {"replay", "open", "grant", "link", "copy id"}


async def test_hidden_columns_are_counted_in_the_first_line(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42"), SMALL) as driver:
        await driver.looks_at("alice_42")
        await opens(driver, "l", AuditLogScreen)
        assert "2 columns more with enter" in driver.text.splitlines()[0]
        assert "REASON" not in driver.text
        await driver.pilot.resize_terminal(*SIZE)
        await driver.sized(*SIZE)
        await driver.sees("REASON")
        assert "column more" not in driver.text
