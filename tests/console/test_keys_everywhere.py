"""The same keys on every screen, in opened rows and in the journal, under the default keymap and under another one."""

from __future__ import annotations

import pytest
from textual.screen import Screen

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.filter import FilterDialog
from kraty_console.console.dialogs.journal import JournalDialog
from kraty_console.console.dialogs.keys import KeysDialog
from kraty_console.console.dialogs.palette import PaletteDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.dialogs.ticket import TicketDialog
from kraty_console.console.screens.action_screen import RunsActions
from kraty_console.console.screens.audit_log import AuditLogScreen
from kraty_console.console.screens.deliveries import DeliveriesScreen
from kraty_console.console.screens.paged_list import PagedList
from kraty_console.console.screens.player import PlayerScreen
from kraty_console.domain.actions import BY_ID
from kraty_console.domain.keymap import effective_keys
from tests.harness.console.colleague import colleague
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage

REMAPPED = {
    "help.open": "f1",
    "palette.open": "f2",
    "ticket.set": "a",
    "copy.worklog": "e",
    "journal.open": "i",
    "next.step": "n",
    "search.focus": "x",
}

SCREENS: dict[str, tuple[type[RunsActions], tuple[str, ...]]] = {
    "player": (PlayerScreen, ()),
    "audit log": (AuditLogScreen, ("audit.open",)),
    "deliveries": (DeliveriesScreen, ("webhooks.open",)),
    "opened row": (TextDialog, ("row.open",)),
    "opened audit row": (TextDialog, ("audit.open", "row.open")),
    "journal": (JournalDialog, ("journal.open",)),
    "journal of a list": (JournalDialog, ("audit.open", "journal.open")),
}
"""Where keys are pressed: what is on top there, and the actions that lead to it from the player screen."""


def loaded(screen: Screen[object]) -> bool:
    return not isinstance(screen, PagedList) or not screen.is_loading


async def arrives(
    hand: ConsoleDriver, kind: type[RunsActions], actions: tuple[str, ...], keys: dict[str, str]
) -> RunsActions:
    """Go from the player screen to where the keys are tried."""
    for action_id in actions:
        before = hand.app.screen
        await hand.press(keys[action_id])
        await hand.until(lambda before=before: hand.app.screen is not before and loaded(hand.app.screen))
        if not isinstance(hand.app.screen, PagedList):
            await hand.opened()
        await wait_until_idle(hand.app)
    assert isinstance(hand.app.screen, kind)
    return hand.app.screen


@pytest.mark.parametrize("keymap", [{}, REMAPPED], ids=["default", "remapped"])
@pytest.mark.parametrize("place", SCREENS)
async def test_keys_mean_the_same_everywhere(backend: DemoStage, place: str, keymap: dict[str, str]) -> None:
    keys = {action_id: each[0] for action_id, each in effective_keys(keymap).items()}
    kind, way = SCREENS[place]
    with colleague(backend) as other:
        other.credit("alice_42", "gold", 5)
    async with at(backend.app(player="alice_42", keymap=keymap)) as hand:
        await hand.looks_at("alice_42")
        screen = await arrives(hand, kind, way, keys)

        for action_id, dialog in (
            ("help.open", KeysDialog),
            ("palette.open", PaletteDialog),
            ("ticket.set", TicketDialog),
        ):
            await hand.press(keys[action_id])
            await hand.opened(dialog)
            await hand.press("escape")
            assert hand.app.screen is screen, action_id
        await hand.press(keys["copy.worklog"])
        await hand.sees("nothing was done yet")
        assert hand.app.screen is screen

        await hand.press(keys["journal.open"])
        await hand.opened(JournalDialog)
        await hand.press("escape")
        await hand.until(lambda: not isinstance(hand.app.screen, JournalDialog))

        while hand.app.screen is not hand.app.bottom:
            await hand.press("escape")
        await arrives(hand, kind, way, keys)
        await hand.press(keys["next.step"])
        await hand.opened(ActionDialog)
        await hand.sees("Retry roll")
        await hand.press("escape")
        await hand.closed()

        await arrives(hand, kind, way, keys)
        await hand.press(keys["search.focus"])
        await hand.closed()
        assert hand.app.bottom.search.input.has_focus
        assert hand.app.bottom.state.player == "alice_42"


async def test_the_player_screen_has_every_action(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        assert hand.app.bottom.offered() == set(BY_ID)


async def test_a_key_that_is_off_says_why_in_the_same_words(backend: DemoStage) -> None:
    words = "needs grant.manual_create (GAME_ADMIN); you are GAME_VIEWER"
    async with at(backend.app("GAME_VIEWER", player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("M")
        await hand.sees(words)
        for key, kind in (("enter", TextDialog), ("o", JournalDialog)):
            await hand.press(key)
            await hand.opened(kind)
            await hand.press("M")
            await hand.sees(words)
            assert isinstance(hand.app.screen, kind)
            await hand.press("escape")
            await hand.closed()


async def test_a_list_says_why_there_is_no_next_step(backend: DemoStage) -> None:
    async with at(backend.app()) as hand:
        await hand.press("escape")
        await arrives(hand, AuditLogScreen, ("audit.open",), {"audit.open": "l"})
        await hand.press("full_stop")
        await hand.sees("open a player first (/)")
        assert isinstance(hand.app.screen, AuditLogScreen)


async def test_a_player_typed_behind_the_slash_in_a_list_is_searched_for(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await arrives(hand, AuditLogScreen, ("audit.open",), {"audit.open": "l"})
        await hand.type("/bob_7")
        await hand.press("enter")
        await hand.looks_at("bob_7")


async def test_keys_are_text_in_the_filter_of_a_list(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await arrives(hand, AuditLogScreen, ("audit.open",), {"audit.open": "l"})
        await hand.press("f")
        await hand.opened(FilterDialog)
        await hand.type("?:two./")
        assert isinstance(hand.app.screen, FilterDialog)
        assert hand.app.screen.line.value == "?:two./"


async def test_an_action_of_the_list_is_not_done_behind_a_document(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        document = await arrives(hand, TextDialog, ("row.open",), {"row.open": "enter"})
        await hand.press("s")
        await hand.sees("Sort works on the list below; esc goes back to it")
        await hand.press("tab", "enter")
        assert hand.app.screen is document
        await hand.press("3")
        await hand.closed()
        assert hand.app.bottom.pane == "wallet"


async def test_quit_in_the_palette_quits(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press(":")
        await hand.opened(PaletteDialog)
        await hand.type("quit")
        await hand.sees("▸ Quit")
        await hand.press("enter")
        assert hand.app.return_code == 0
