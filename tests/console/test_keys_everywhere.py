"""The same keys on every screen, in opened rows and in the journal, under the default keymap and under another one."""

from __future__ import annotations

import pytest
from textual.screen import Screen

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.audit_filter import AuditFilterDialog
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
    "copy.worklog": "b",
    "journal.open": "z",
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

ONE_OF_EACH = ("player", "audit log", "opened audit row", "journal of a list")
"""One place of each kind."""


def loaded(screen: Screen[object]) -> bool:
    return not isinstance(screen, PagedList) or not screen.is_loading


async def arrives(
    driver: ConsoleDriver, kind: type[RunsActions], actions: tuple[str, ...], keys: dict[str, str]
) -> RunsActions:
    """Go from the player screen to where the keys are tried."""
    for action_id in actions:
        before = driver.app.screen
        await driver.press(keys[action_id])
        await driver.until(lambda before=before: driver.app.screen is not before and loaded(driver.app.screen))
        if not isinstance(driver.app.screen, PagedList):
            await driver.opened()
        await wait_until_idle(driver.app)
    assert isinstance(driver.app.screen, kind)
    return driver.app.screen


@pytest.mark.parametrize(
    ("place", "keymap"),
    [*((place, {}) for place in SCREENS), *((place, REMAPPED) for place in ONE_OF_EACH)],
    ids=[*(f"{place}-default" for place in SCREENS), *(f"{place}-remapped" for place in ONE_OF_EACH)],
)
async def test_keys_mean_the_same_everywhere(backend: DemoStage, place: str, keymap: dict[str, str]) -> None:
    keys = {action_id: each[0] for action_id, each in effective_keys(keymap).items()}
    kind, way = SCREENS[place]
    with colleague(backend) as other:
        other.credit("alice_42", "gold", 5)
    async with at(backend.app(player="alice_42", keymap=keymap)) as driver:
        await driver.looks_at("alice_42")
        screen = await arrives(driver, kind, way, keys)

        for action_id, dialog in (
            ("help.open", KeysDialog),
            ("palette.open", PaletteDialog),
            ("ticket.set", TicketDialog),
        ):
            await driver.press(keys[action_id])
            await driver.opened(dialog)
            await driver.press("escape")
            assert driver.app.screen is screen, action_id
        await driver.press(keys["copy.worklog"])
        await driver.sees("nothing was done yet")
        assert driver.app.screen is screen

        await driver.press(keys["journal.open"])
        await driver.opened(JournalDialog)
        await driver.press("escape")
        await driver.until(lambda: not isinstance(driver.app.screen, JournalDialog))

        while driver.app.screen is not driver.app.bottom:
            await driver.press("escape")
        await arrives(driver, kind, way, keys)
        await driver.press(keys["next.step"])
        await driver.opened(ActionDialog)
        await driver.sees("Retry roll")
        await driver.press("escape")
        await driver.closed()

        await arrives(driver, kind, way, keys)
        await driver.press(keys["search.focus"])
        await driver.closed()
        assert driver.app.bottom.search.input.has_focus
        assert driver.app.bottom.state.player == "alice_42"


async def test_the_player_screen_has_every_action(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        assert driver.app.bottom.offered() == set(BY_ID)


async def test_a_key_that_is_off_says_why_in_the_same_words(backend: DemoStage) -> None:
    words = "needs grant.manual_create (GAME_ADMIN); you are GAME_VIEWER"
    async with at(backend.app("GAME_VIEWER", player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("M")
        await driver.sees(words)
        for key, kind in (("enter", TextDialog), ("o", JournalDialog)):
            await driver.press(key)
            await driver.opened(kind)
            await driver.press("M")
            await driver.sees(words)
            assert isinstance(driver.app.screen, kind)
            await driver.press("escape")
            await driver.closed()


async def test_a_list_says_why_there_is_no_next_step(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.press("escape")
        await arrives(driver, AuditLogScreen, ("audit.open",), {"audit.open": "l"})
        await driver.press("full_stop")
        await driver.sees("open a player first (/)")
        assert isinstance(driver.app.screen, AuditLogScreen)


async def test_a_player_typed_behind_the_slash_in_a_list_is_searched_for(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await arrives(driver, AuditLogScreen, ("audit.open",), {"audit.open": "l"})
        await driver.type("/bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")


async def test_keys_are_text_in_the_filter_of_a_list(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await arrives(driver, AuditLogScreen, ("audit.open",), {"audit.open": "l"})
        for way, dialog in ((("f",), AuditFilterDialog), (("escape", "escape", "h", "f"), FilterDialog)):
            await driver.press(*way)
            await driver.opened(dialog)
            await driver.type("?:two./")
            assert isinstance(driver.app.screen, dialog)
            assert driver.app.screen.line.value == "?:two./"


async def test_an_action_of_the_list_is_not_done_behind_a_document(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        document = await arrives(driver, TextDialog, ("row.open",), {"row.open": "enter"})
        await driver.press("s")
        await driver.sees("Sort works on the list below; esc goes back to it")
        await driver.press("tab", "enter")
        assert driver.app.screen is document
        await driver.press("3")
        await driver.closed()
        assert driver.app.bottom.pane == "wallet"


async def test_quit_in_the_palette_quits(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press(":")
        await driver.opened(PaletteDialog)
        await driver.type("quit")
        await driver.sees("▸ Quit")
        await driver.press("enter")
        assert driver.app.return_code == 0
