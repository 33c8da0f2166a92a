"""Dialogs that are mounted before they are needed: one opening leaves nothing for the next."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.widgets import OptionList

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.editor import EntriesEditor
from kraty_console.console.dialogs.form_body import SLOTS, FormBody
from kraty_console.console.dialogs.keys import KeysDialog
from kraty_console.console.dialogs.menu import MenuOption, MenuRow
from kraty_console.console.dialogs.palette import PaletteDialog
from kraty_console.console.dialogs.phases import NO_FORM
from kraty_console.console.dialogs.rows import FormRow, slot_of
from tests.harness.console import dialog_forms
from tests.harness.console.dialogs import confirm, done
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage

ACTION_IDS = ("attempt.force_complete", "attempt.retry_roll", "player.grant", "player.ban", "grant.force_claim")
SECRET = "typed for alice"


@asynccontextmanager
async def prepared(backend: DemoStage, player: str = "alice_42") -> AsyncIterator[ConsoleDriver]:
    """A console whose dialogs are mounted."""
    async with at(backend.app(player=player)) as hand:
        await hand.looks_at(player)
        await hand.app.spares.mount(first_rest=0, rest=0)
        await hand.until(lambda: all(each.is_free for each in hand.app.spares.mounted))
        yield hand


def spare(hand: ConsoleDriver, kind: type[Any]) -> Any:
    return next(each for each in hand.app.spares.mounted if isinstance(each, kind))


async def press(hand: ConsoleDriver, key: str) -> Any:
    await hand.press(key)
    await hand.opened()
    return hand.app.screen


async def close(hand: ConsoleDriver) -> None:
    shown = hand.app.screen
    await hand.press("escape")
    await hand.closed()
    await hand.until(lambda: shown.is_free)


def everything(screen: Any) -> Iterator[str]:
    """All that the widgets of a screen hold, but for what they keep of their last picture."""
    for node in screen.walk_children(with_self=True):
        for name, value in vars(node).items():
            if not re.search("cache|compositor|_line|visual|render|strips|_dirty", name):
                yield f"{node} {name} {value!r}"
        for name in ("value", "text", "options", "label", "border_title"):
            yield repr(getattr(node, name, ""))
        for child in getattr(node, "options", ()):
            yield repr(child.prompt)


@pytest.mark.parametrize(("kind", "key"), [(ActionDialog, "R"), (PaletteDialog, "ctrl+p"), (KeysDialog, "?")])
async def test_the_same_dialog_opens_again(backend: DemoStage, kind: type[Any], key: str) -> None:
    async with prepared(backend) as hand:
        for _ in range(3):
            assert await press(hand, key) is spare(hand, kind)
            await close(hand)


async def test_another_session_mounts_no_second_one(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        before = hand.app.spares.mounted
        await hand.app.spares.mount(first_rest=0, rest=0)
        assert hand.app.spares.mounted == before


async def test_nothing_that_was_typed_stays_in_a_closed_dialog(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        await press(hand, "M")
        await hand.press("tab")
        await hand.type(SECRET)
        await hand.press("tab", "tab")
        await hand.type(SECRET)
        assert any(SECRET in each for each in everything(hand.app.screen))
        await close(hand)
        shown = spare(hand, ActionDialog)
        assert not [each for each in everything(shown) if SECRET in each or "alice" in each]
        assert shown.form is NO_FORM
        assert shown.query_one(FormBody).values == {}


async def test_each_player_and_action_has_its_own_values(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        shown = await press(hand, "R")
        await hand.type("ZD-1")
        await hand.press("enter")
        await hand.type(SECRET)
        await close(hand)
        assert await press(hand, "M") is shown
        values = shown.query_one(FormBody).values
        assert (values["ticket"], values["reason"], values["expires_in"]) == ("", "", "")
        await close(hand)
        await press(hand, "R")
        values = shown.query_one(FormBody).values
        assert (values["ticket"], values["reason"]) == ("ZD-1", SECRET)  # its draft, on the same row
        await close(hand)
        hand.app.bottom.open_player("bob_7")
        await hand.looks_at("bob_7")
        assert await press(hand, "M") is shown
        assert not [each for each in everything(shown) if SECRET in each or "alice_42" in each]


async def test_what_was_typed_cannot_be_brought_back_by_undo(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        shown = await press(hand, "M")
        before = shown.query_one(EntriesEditor).text
        await hand.press("ctrl+end")
        await hand.type("x")
        hand.app.workspace.drafts.clear()
        await close(hand)
        await press(hand, "M")
        editor = shown.query_one(EntriesEditor)
        assert editor.text == before
        editor.undo()
        editor.redo()
        assert editor.text == before


async def test_an_outcome_and_a_call_under_way_belong_to_their_opening(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        shown = await press(hand, "R")
        await hand.press("tab")
        await hand.type("seen in the logs")
        await confirm(hand)
        await done(hand)
        await press(hand, "M")
        assert hand.app.screen is shown
        assert (shown.status.text, shown.story.text) == ("", "")
        assert str(shown.cancel.label) == "Cancel"
        assert not shown.body.disabled
        assert shown.cancel.display
        assert not shown.confirm.has_class("-off")


async def test_every_opening_has_an_answer_of_its_own(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        shown = await press(hand, "R")
        first = shown.answer
        await close(hand)
        assert first.done()
        await press(hand, "R")
        assert not shown.answer.done()


async def test_what_narrows_the_palette_is_gone_with_it(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        shown = await press(hand, "ctrl+p")
        whole = shown.menu.rows
        await hand.type("ban")
        await hand.press("down")
        assert shown.menu.rows != whole
        await close(hand)
        assert (shown.line.value, shown.menu.rows) == ("", ())
        await press(hand, "ctrl+p")
        assert shown.line.value == ""
        assert shown.menu.rows == whole
        assert shown.menu.highlighted == 0


async def test_one_that_is_in_use_is_not_used_twice(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        shown = await press(hand, "?")
        assert hand.app.spares.free(KeysDialog) is None
        await close(hand)
        assert hand.app.spares.free(KeysDialog) is shown
        late = MenuOption(MenuRow("x", "of the last use"))
        shown.menu.post_message(OptionList.OptionHighlighted(shown.menu, late, 0))
        assert hand.app.spares.free(KeysDialog) is None


async def test_a_resize_while_it_is_closed_counts(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        await press(hand, "R")
        await close(hand)
        await hand.pilot.resize_terminal(80, 24)
        await hand.sized(80, 24)
        shown = await press(hand, "R")
        assert shown.size == (80, 24)
        assert shown.size.region.contains_region(shown.confirm.region)


async def test_one_that_is_popped_without_an_answer_answers_nothing(backend: DemoStage) -> None:
    async with prepared(backend) as hand:
        shown = await press(hand, "R")
        answer = shown.answer
        hand.app.pop_screen()
        await hand.closed()
        await wait_until_idle(hand.app)
        assert answer.result() is None
        assert not hand.app.screen_stack[1:]


@pytest.mark.parametrize("action_id", ACTION_IDS)
def test_every_form_fits_into_the_rows_there_are(action_id: str) -> None:
    free = iter(SLOTS[:-1])
    form = dialog_forms.form(action_id)
    assert all(any(slot == slot_of(field) for slot in free) for field in form.fields)


def test_a_row_is_hidden_until_it_has_a_field() -> None:
    assert not FormRow("line").display
