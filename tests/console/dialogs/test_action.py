"""The dialog of all changes: its keys, its fields and their checks."""

from __future__ import annotations

import asyncio

import pytest

from kraty_console.console.dialogs.editor import EntriesEditor
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.console.dialogs.lines import Choices
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host, opened, running, typed, until
from tests.harness.console.dialog_workspace import Workspace, text_of
from tests.harness.console.idle import wait_until_idle


async def test_focus_starts_where_something_must_be_filled_in_and_enter_leads_to_the_button() -> None:
    workspace = Workspace("attempt.force_complete")
    workspace.answers.append(dialog_forms.applied())
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        assert dialog.focused.name == "final_score"  # 320 of 1 500 is hardly what the player reached
        await pilot.press("enter", "enter", "enter")
        assert dialog.focused.name == "reason"
        await typed(pilot, "crash")
        await pilot.press("enter", "up")
        assert dialog.focused.name == "reason"
        await pilot.press("enter")
        assert dialog.focused is dialog.confirm
        assert workspace.sent == []
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    (what, key, values) = workspace.sent[0]
    assert (what, key) == ("change", "kc_1")
    assert values["reason"] == "crash"
    assert values["ticket"] == "ZD-4821"
    assert values["then_roll"] is True
    assert pilot.app.answers[0].state == "applied"


async def test_enter_goes_through_every_field_and_space_ticks() -> None:
    workspace = Workspace("attempt.force_complete")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        assert dialog.focused.name == "final_score"
        await pilot.press("enter")
        assert dialog.focused.name == "then_roll"
        assert "rolled in a second, separate step" in text_of(pilot.app)
        await pilot.press("space")
        assert "not rolled; R rolls them later" in text_of(pilot.app)
        await pilot.press("enter")
        assert dialog.focused.name == "ticket"
        await pilot.press("enter")
        assert dialog.focused.name == "reason"
        await pilot.press("enter")
        assert dialog.focused is dialog.confirm


async def test_bad_input_is_reported_beside_its_field_while_typing() -> None:
    workspace = Workspace("wallet.credit")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        assert dialog.focused.name == "amount"
        await typed(pilot, "12x")
        assert "! a whole number" in text_of(pilot.app)
        await pilot.press("backspace")
        assert "! " not in text_of(pilot.app)
        assert "gold 1\u202f240 → 1\u202f252" in text_of(pilot.app)


async def test_a_wrong_form_is_not_sent_and_the_first_wrong_field_is_shown() -> None:
    workspace = Workspace("wallet.credit")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        dialog.set_focus(dialog.confirm)
        await pilot.press("enter")
        assert workspace.sent == []
        assert dialog.focused.name == "amount"
        assert "! amount is needed" in text_of(pilot.app)
        assert "! reason is needed" in text_of(pilot.app)


async def test_the_arrows_cycle_through_earlier_reasons_and_back_to_the_typed_text() -> None:
    workspace = Workspace("grant.force_claim")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "mine")
        await pilot.press("up")
        assert dialog.focused.value == "client crashed"
        await pilot.press("up", "up")
        assert dialog.focused.value == "make-good"
        await pilot.press("down", "down")
        assert dialog.focused.value == "mine"


async def test_control_characters_are_refused_beside_the_field() -> None:
    workspace = Workspace("grant.force_claim")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        for pasted, words in (
            ("a\x1b]52;c;aGk=\x07b", "U+001B"),
            ("a\u202eb", "right-to-left override"),
            ("one\ntwo", "line break"),
        ):
            pilot.app.post_message(dialog_forms.paste(pasted))
            await wait_until_idle(pilot.app)
            await wait_until_idle(pilot.app)
            assert dialog.focused.value == ""
            assert words in text_of(pilot.app)
        pilot.app.post_message(dialog_forms.paste("one line\n"))
        await wait_until_idle(pilot.app)
        await wait_until_idle(pilot.app)
        assert dialog.focused.value == "one line"


async def test_a_large_amount_asks_for_the_players_id() -> None:
    workspace = Workspace("wallet.credit", limit=1000)
    workspace.answers.append(dialog_forms.applied())
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        assert "player's id" not in text_of(pilot.app)
        await typed(pilot, "5000")
        await until(pilot, lambda: "over 1\u202f000: type alice_42" in text_of(pilot.app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: dialog.focused.name == "reason")
        await typed(pilot, "sorry")
        await pilot.press("enter")
        await until(pilot, lambda: dialog.focused.name == "typed_id")
        await typed(pilot, "alice")
        await pilot.press("enter")
        await until(pilot, lambda: dialog.focused is dialog.confirm)
        await pilot.press("enter")
        await until(pilot, lambda: "! not that id" in text_of(pilot.app))
        await until(pilot, lambda: dialog.focused.name == "typed_id")
        assert workspace.sent == []
        await pilot.press("end")
        await typed(pilot, "_42")
        await pilot.press("enter")
        await until(pilot, lambda: dialog.focused is dialog.confirm)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.answers)
    assert len(workspace.sent) == 1


async def test_a_ban_always_asks_for_the_players_id() -> None:
    async with running(Host(Workspace("player.ban"))) as pilot:
        await opened(pilot)
        assert "type alice_42 to confirm" in text_of(pilot.app)


async def test_the_ticket_of_an_untouched_field_follows_the_form() -> None:
    workspace = Workspace("grant.force_claim")
    async with running(Host(workspace)) as pilot:
        await opened(pilot)
        await typed(pilot, "draft")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.answers)
        workspace.ticket = "ZD-5000"
        dialog = await opened(pilot)
        assert dialog.query_one(FormBody).values["ticket"] == "ZD-5000"
        assert dialog.query_one(FormBody).values["reason"] == "draft"


async def test_entries_have_templates_completion_errors_at_their_line_and_a_preview() -> None:
    workspace = Workspace("player.grant")
    async with running(Host(workspace), size=(120, 36)) as pilot:
        dialog = await opened(pilot)
        editor = dialog.query_one(EntriesEditor)
        assert dialog.focused is editor
        assert "100 gold" in text_of(pilot.app)
        await pilot.press("ctrl+t")
        assert "1 potion" in text_of(pilot.app)
        assert "100 gold" not in text_of(pilot.app)
        editor.load_text('[{"type": "currency", "currencyKey": "gems", "amount": 5}]')
        await pilot.press("ctrl+t")
        assert "5 gems and 100 gold" in text_of(pilot.app)
        await pilot.press("ctrl+t")
        assert "5 gems and 1 potion" in text_of(pilot.app)
        await pilot.press("ctrl+t")
        assert "5 gems and 1 legendary_box (crate)" in text_of(pilot.app)
        editor.load_text("[")
        await pilot.press("ctrl+t")
        assert "fix these entries first" in text_of(pilot.app)
        editor.load_text('[\n  {"type": "currency", "currencyKey": "golld", "amount": 5}\n]')
        await wait_until_idle(pilot.app)
        assert 'line 2: the catalog has no currency "golld"; nearest is gold' in text_of(pilot.app)
        editor.load_text('[\n  {"type": "cur')
        editor.move_cursor(editor.document.end)
        await wait_until_idle(pilot.app)
        assert editor.suggestion == 'rency"'
        await pilot.press("right")
        assert editor.text.endswith('{"type": "currency"')
        await pilot.press("tab")
        assert dialog.focused.name == "expires_in"


async def test_entries_are_words_or_json_and_turn_into_each_other() -> None:
    workspace = Workspace("player.grant")
    async with running(Host(workspace), size=(120, 36)) as pilot:
        dialog = await opened(pilot)
        editor = dialog.query_one(EntriesEditor)
        await pilot.press("c", "u")
        assert (editor.text, editor.suggestion) == ("cu", "rrency:")
        await pilot.press("right", "g", "o")
        assert editor.suggestion == "ld="
        await pilot.press("right", "5", "0")
        assert editor.text == "currency:gold=50"
        assert "50 gold" in text_of(pilot.app)
        await pilot.press("ctrl+t")
        assert editor.text == "currency:gold=50\ncurrency:gold=100"
        await pilot.press("ctrl+g")
        assert [line.strip() for line in editor.text.splitlines()][1] == (
            '{"type": "currency", "currencyKey": "gold", "amount": 50},'
        )
        assert "50 gold and 100 gold" in text_of(pilot.app)
        await pilot.press("ctrl+g")
        assert editor.text == "currency:gold=50\ncurrency:gold=100"
        await pilot.press("enter", "x", "ctrl+g")
        assert "fix these entries first, then change their form" in text_of(pilot.app)
        assert editor.text.endswith("\nx")


async def test_a_paste_with_control_characters_is_rejected_by_the_entries_editor() -> None:
    workspace = Workspace("player.grant")
    async with running(Host(workspace), size=(120, 36)) as pilot:
        dialog = await opened(pilot)
        editor = dialog.query_one(EntriesEditor)
        dialog.set_focus(editor)
        before = editor.text
        pilot.app.post_message(dialog_forms.paste('[{"type": "\x1b[31mcurrency"}]'))
        await wait_until_idle(pilot.app)
        await wait_until_idle(pilot.app)
        assert editor.text == before
        assert "U+001B" in text_of(pilot.app)


async def test_a_choice_is_completed_and_offered_by_the_arrows() -> None:
    workspace = Workspace("wallet.credit")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("shift+tab")
        field = dialog.focused
        assert field.name == "economy_key"
        field.clear()
        await typed(pilot, "ge")
        await until(pilot, lambda: field._suggestion == "gems")
        await pilot.press("right")
        assert field.value == "gems"
        field.clear()
        await typed(pilot, "golf")
        await wait_until_idle(pilot.app)
        assert "nearest is gold" in text_of(pilot.app)
        await pilot.press("up")
        assert field.value == "gold"


@pytest.mark.parametrize(("text", "taken"), [("ge", "gems"), ("go", "gold"), ("g", "g"), ("gold", "gold")])
@pytest.mark.parametrize("drawn", [True, False])
async def test_enter_completes_the_only_choice_whether_it_is_drawn_yet_or_not(
    text: str, taken: str, drawn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not drawn:

        async def never(self: Choices, value: str) -> str | None:
            del self, value
            await asyncio.Event().wait()
            return None

        monkeypatch.setattr(Choices, "get_suggestion", never)
    workspace = Workspace("wallet.credit")
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("shift+tab")
        field = dialog.focused
        field.clear()
        await typed(pilot, text)
        if drawn and taken != text:
            await until(pilot, lambda: field._suggestion == taken)
        await pilot.press("enter")
        assert field.value == taken


async def test_entries_that_were_kept_leave_the_focus_to_what_is_missing() -> None:
    workspace = Workspace("player.grant")
    workspace.draft.values["entries"] = '[{"type": "currency", "currencyKey": "gold", "amount": 7}]'
    async with running(Host(workspace)) as pilot:
        dialog = await opened(pilot)
        assert dialog.focused.name == "reason"
        assert "7 gold" in text_of(pilot.app)
