"""Tickets that the console is opened with: one after the other, with their numbers, and the keys counted."""

from __future__ import annotations

from kraty_console.config.inbox import InboxTicket, TicketInbox, TicketState
from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.inbox import InboxTicketDialog
from kraty_console.console.dialogs.keys import KeysDialog
from kraty_console.console.dialogs.palette import PaletteDialog
from tests.harness.console.dialogs import done
from tests.harness.console.driver import SIZE, SMALL, ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.scenes import HOSTILE_LETTER
from tests.harness.console.stage import DemoStage

FIRST, SECOND = (
    InboxTicket("ZD-1", "where is my gold? bob_7"),
    InboxTicket("ZD-2", "did I get everything? grace_hopper"),
)


def opened(backend: DemoStage, *tickets: InboxTicket) -> tuple[KratyApp, TicketInbox]:
    """A console with tickets, and where it counts."""
    app = backend.app(inbox=tickets, ticket=tickets[0].number)
    inbox = app.workspace.launch.inbox
    assert inbox is not None
    return app, inbox


async def test_a_ticket_is_solved_under_its_number_and_the_next_one_follows(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    app, inbox = opened(backend, FIRST, SECOND)
    async with at(app) as driver:
        await driver.sees("Ticket ZD-1 · 1 of 2", "where is my gold?")
        await driver.type("bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")
        assert "where is my gold?" not in driver.text
        await driver.press(".")
        await driver.opened(ActionDialog)
        await driver.type("not collected")
        await driver.press("enter", "enter")
        await done(driver)
        assert inbox.keys == [len("bob_7") + len("not collected") + 4, 0]
        await driver.press(">")
        await driver.sees("Ticket ZD-2 · 2 of 2", "did I get everything?", "ticket ZD-1 answered")
        assert app.workspace.ticket == "ZD-2"
        await driver.type("grace_hopper")
        await driver.press("enter")
        await driver.looks_at("grace_hopper")
        await driver.press("-")
        await driver.sees("Every ticket is done")
        assert not app.workspace.ticket
    assert inbox.states == [TicketState.ANSWERED, TicketState.GIVEN_UP]
    assert inbox.keys == [len("bob_7") + len("not collected") + 5, len("grace_hopper") + 2]
    (sent,) = wire.changes
    assert sent.body["ticket"] == "ZD-1"


async def press(driver: ConsoleDriver, *keys: str) -> None:
    """Press keys on the list of the first screen, not in its search field."""
    await driver.press("escape", *keys)


async def test_a_ticket_that_was_left_can_be_opened_again(backend: DemoStage) -> None:
    app, inbox = opened(backend, FIRST, SECOND)
    async with at(app) as driver:
        await press(driver, "<")
        await driver.sees("this is the first ticket")
        await press(driver, ">")
        await press(driver, ">")
        await driver.sees("Every ticket is done")
        await driver.press(">")
        await driver.sees("every ticket is done")
        await driver.press("<")
        await driver.sees("Ticket ZD-2 · 2 of 2", "ticket ZD-2 is open again")
        assert app.workspace.ticket == "ZD-2"
        await press(driver, "<")
        await driver.sees("Ticket ZD-1 · 1 of 2")
    assert inbox.states == [TicketState.OPEN, TicketState.UNREAD]


async def test_the_ticket_is_read_from_any_screen_and_copied_as_it_is(backend: DemoStage) -> None:
    app, _ = opened(backend, InboxTicket("ZD-9", HOSTILE_LETTER))
    async with at(app, SMALL) as driver:
        await driver.sees("Ticket ZD-9 · 1 of 1", "more lines: # shows all")
        await press(driver, "l")
        await driver.sees("ACTION")
        await driver.press("#")
        await driver.opened(InboxTicketDialog)
        await driver.press("#")
        await driver.sees("this is the ticket")
        await driver.press("c")
        assert app.clipboard == HOSTILE_LETTER
        await driver.press("G")
        await driver.sees("end")


async def test_a_long_ticket_wraps_in_a_narrow_terminal(backend: DemoStage) -> None:
    words = " ".join(f"word{number}" for number in range(40))
    for size in (SIZE, SMALL, (50, 24)):
        async with at(opened(backend, InboxTicket("ZD-9", words))[0], size) as driver:
            await driver.sees("word0 ")
            assert all(f"word{number}" in driver.text for number in range(40)), driver.text


async def test_the_palette_has_them_while_one_types(backend: DemoStage) -> None:
    app, inbox = opened(backend, FIRST, SECOND)
    async with at(app) as driver:
        await driver.press("ctrl+p")
        await driver.opened(PaletteDialog)
        await driver.type("next ticket")
        await driver.press("enter")
        await driver.sees("Ticket ZD-2 · 2 of 2")
    assert inbox.states[0] is TicketState.ANSWERED


async def test_a_console_without_tickets_knows_nothing_of_them(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        for key, kind in ((":", PaletteDialog), ("?", KeysDialog)):
            await press(driver, key)
            await driver.opened(kind)
            assert "icket" in driver.text
            assert "give this one up" not in driver.text
            assert "Next ticket" not in driver.text
            await driver.press("escape")
            await driver.closed()
        before = driver.text
        await driver.press(">", "<", "-", "#")
        assert driver.text == before


async def test_a_paste_is_one_key(backend: DemoStage) -> None:
    app, inbox = opened(backend, FIRST)
    async with at(app) as driver:
        await driver.paste("bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")
    assert inbox.keys == [2]
