"""What the program put into a field is replaced by what a person types, and kept where they only pass by."""

from __future__ import annotations

import pytest

from kraty_console.console.dialogs.filter import FilterDialog
from kraty_console.console.dialogs.form_body import FormBody
from kraty_console.console.dialogs.ticket import TicketDialog
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host, opened, running
from tests.harness.console.dialog_workspace import Workspace
from tests.harness.console.idle import wait_until_idle


async def test_typing_replaces_a_score_and_a_ticket() -> None:
    async with running(Host(Workspace("attempt.force_complete"))) as pilot:
        dialog = await opened(pilot)
        await pilot.press(*"1620", "enter", "enter", *"ZD-3", "enter", *"crashed")
        values = dialog.query_one(FormBody).values
        assert (values["final_score"], values["ticket"], values["reason"]) == ("1620", "ZD-3", "crashed")


async def test_passing_by_keeps_it_and_what_was_typed_is_typed_on() -> None:
    async with running(Host(Workspace("attempt.force_complete"))) as pilot:
        dialog = await opened(pilot)
        await pilot.press("enter", "enter", "enter", *"cra", "shift+tab", "tab", *"shed")
        values = dialog.query_one(FormBody).values
        assert (values["final_score"], values["ticket"], values["reason"]) == ("320", "ZD-4821", "crashed")


async def test_typing_after_the_end_key_extends_a_prefilled_text() -> None:
    async with running(Host(lambda: TicketDialog("ZD-48"))) as pilot:
        dialog = await opened(pilot)
        await pilot.press("end", *"21")
        assert dialog.line.value == "ZD-4821"


@pytest.mark.parametrize("pasted", ["ZD-9", "some words"])
async def test_a_paste_replaces_it_too(pasted: str) -> None:
    for make in (lambda: TicketDialog("ZD-1"), lambda: FilterDialog("attempts", "stuck")):
        async with running(Host(make)) as pilot:
            dialog = await opened(pilot)
            pilot.app.post_message(dialog_forms.paste(pasted))
            await wait_until_idle(pilot.app)
            assert dialog.line.value == pasted


async def test_a_paste_replaces_the_example_of_a_grant() -> None:
    entries = '[{"type": "currency", "currencyKey": "gold", "amount": 7}]'
    async with running(Host(Workspace("player.grant"))) as pilot:
        dialog = await opened(pilot)
        pilot.app.post_message(dialog_forms.paste(entries))
        await wait_until_idle(pilot.app)
        assert dialog.query_one(FormBody).values["entries"] == entries
