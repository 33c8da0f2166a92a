"""Fast hands, slow links and pastes: what is typed lands in its field, and nothing is confirmed by the way."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.client.journal_entries import EntryState, JournalEntry
from kraty_console.client.writer import ChangeOutcome
from kraty_console.console.dialogs.action import HASTY, Phase
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.console.dialogs.journal import JournalDialog
from kraty_console.console.dialogs.ticket import TicketDialog
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import LOOK, Host, opened, running, until
from tests.harness.console.dialog_workspace import Workspace, text_of
from tests.harness.console.idle import wait_until_idle

CHANGES = ("attempt.force_complete", "attempt.retry_roll", "player.grant", "grant.force_claim", "wallet.credit")


def desk_for(action_id: str) -> Workspace:
    """No ticket is set, so the first field is the ticket's."""
    workspace = Workspace(action_id)
    workspace.ticket = ""
    workspace.answers.append(dialog_forms.applied())
    return workspace


def keys(text: str) -> list[str]:
    return ["enter" if character == "\n" else character for character in text]


def standing(dialog: Any) -> dict[str, Any]:
    return {name: value for name, value in dialog.query_one(FormBody).values.items() if value}


async def test_text_typed_ahead_goes_into_the_first_field_and_enter_leads_on() -> None:
    workspace = desk_for("attempt.retry_roll")
    async with running(Host(workspace)) as pilot:
        pilot.app.type_at_once("O", *keys("SUP-4417"), "backspace", *keys("6\nreplays reviewed"))
        dialog = await opened(pilot, press=None)
        await until(pilot, lambda: standing(dialog) == {"ticket": "SUP-4416", "reason": "replays reviewed"})
        assert dialog.focused.name == "reason"


@pytest.mark.parametrize("action_id", CHANGES)
async def test_commands_typed_ahead_are_dropped(action_id: str) -> None:
    workspace = desk_for(action_id)
    async with running(Host(workspace)) as pilot:
        pilot.app.type_at_once("O", "tab", "up", "escape", "ctrl+t", "shift+tab", *["enter"] * 12, "escape", "O", "j")
        dialog = await opened(pilot, press=None)
        await wait_until_idle(pilot.app)
        assert dialog.phase is Phase.EDITING
        assert len(pilot.app.screen_stack) == 2
        assert pilot.app.beneath == 0
    assert workspace.sent == []


async def test_text_typed_ahead_of_one_question_is_its_answer_but_is_not_given_yet() -> None:
    async with running(Host(lambda: TicketDialog("ZD-1"))) as pilot:
        pilot.app.type_at_once("O", *keys("ZD-9\n"))
        dialog = await opened(pilot, press=None)
        await until(pilot, lambda: dialog.line.value == "ZD-9")
        assert pilot.app.answers == []
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers == ["ZD-9"])


async def test_a_repeated_key_is_not_typed_into_the_dialog_it_opens() -> None:
    workspace = desk_for("attempt.retry_roll")
    async with running(Host(workspace)) as pilot:
        pilot.app.type_at_once("O", "O", "O", "O")
        dialog = await opened(pilot, press=None)
        await wait_until_idle(pilot.app)
        assert standing(dialog) == {}


async def test_text_typed_for_a_dialog_that_failed_to_open_is_dropped() -> None:
    class Gone(TicketDialog):
        def _laid_out(self) -> None:
            self.app.type_at_once("j", "j", "j")
            self.app.call_later(self.dismiss, None)

    async with running(Host(Gone)) as pilot:
        await pilot.press("O")
        await until(pilot, lambda: pilot.app.answers == [None])
        await pilot.press("j")
        await wait_until_idle(pilot.app)
        assert pilot.app.beneath == 1


@pytest.mark.parametrize(
    ("pace", "text"),
    [
        (0.0, "ZD-9\nplease claim\n\n"),
        (0.02, "one\ntwo\n\n\n\nThanks\n\n"),
        (0.1, "ZD-9\nplease claim\n\n"),
        (0.2, "one\ntwo\n\n\n\nThanks\n\n"),
        (0.2, "a\nbcd\n" + 30 * "\n"),
    ],
)
async def test_no_burst_confirms(pace: float, text: str) -> None:
    workspace = desk_for("grant.force_claim")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        pilot.app.pause()
        pilot.app.pace = pace
        await pilot.press(*keys(text))
        await wait_until_idle(pilot.app)
        assert workspace.sent == []
        assert dialog.focused is dialog.confirm
        assert HASTY in text_of(pilot.app)
        pilot.app.pace = LOOK
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert len(workspace.sent) == 1


async def test_an_enter_with_more_typed_right_behind_it_does_not_confirm() -> None:
    workspace = desk_for("grant.force_claim")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("tab", *keys("please"), "enter")
        assert dialog.focused is dialog.confirm
        pilot.app.pause()
        pilot.app.type_at_once("enter", "T", "h")
        await wait_until_idle(pilot.app)
        assert workspace.sent == []
        assert dialog.phase is Phase.EDITING


async def test_an_enter_right_after_the_button_got_the_focus_does_not_confirm() -> None:
    workspace = desk_for("grant.force_claim")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("tab", *keys("please"))
        dialog.confirm.focus()
        await wait_until_idle(pilot.app)
        pilot.app._typed_last_at = 0.0  # the key before was long ago
        pilot.app._typed_at, pilot.app.pace = dialog.confirm._focused_at, 0.1
        await pilot.press("enter")
        assert workspace.sent == []


async def test_a_click_confirms_at_once() -> None:
    workspace = desk_for("grant.force_claim")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        pilot.app.pause()
        pilot.app.pace = 0.0
        await pilot.press("tab", *keys("please"))
        await pilot.click(dialog.confirm)
        await until(pilot, lambda: pilot.app.answers)
    assert len(workspace.sent) == 1


async def test_an_entry_is_settled_by_two_presses_not_by_a_burst() -> None:
    decided: list[bool] = []
    lost = dialog_forms.entry("e2", EntryState.UNKNOWN, applied=None)

    async def resolve(entry: JournalEntry) -> ChangeOutcome:
        return ChangeOutcome("unknown", entry)

    async def decide(entry: JournalEntry, applied: bool) -> ChangeOutcome:
        decided.append(applied)
        return ChangeOutcome("applied", dialog_forms.entry("e2", EntryState.RESOLVED, applied=True))

    def make() -> JournalDialog:
        return JournalDialog([lost], now=dialog_forms.NOW, resolve=resolve, decide=decide)

    async with running(Host(make)) as pilot:
        await opened(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "The server cannot tell" in text_of(pilot.app))
        pilot.app.pace = 0.02
        await pilot.press(*"AAAAAA")
        assert decided == []
        pilot.app.pause()
        await pilot.press("A")
        await until(pilot, lambda: decided == [True])
