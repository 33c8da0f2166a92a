"""What every dialog keeps to: deaf until it is seen, quiet at rest, inside 80×24."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.draft import Draft
from kraty_console.console.dialogs.phases import DialogUse
from kraty_console.console.dialogs.ticket import TicketDialog
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host, opened, running
from tests.harness.console.idle import wait_until_idle


def make(action_id: str, environment: str = "live", sent: list[Any] | None = None) -> Any:
    async def submit(filled: Any) -> Any:
        if sent is not None:
            sent.append(dict(filled.values))
        return dialog_forms.applied()

    return lambda: ActionDialog(
        DialogUse(
            dialog_forms.form(action_id),
            Draft(lambda: "kc_1"),
            environment,
            submit=submit,
            resolve=submit,
            see=dialog_forms.seen,
        )
    )


async def test_the_key_that_opened_it_never_confirms() -> None:
    sent: list[Any] = []
    async with running(Host(make("grant.force_claim", sent=sent))) as pilot:
        pilot.app.type_at_once("O", "O", "O")
        await opened(pilot, press=None)
        await pilot.press("O")
        assert sent == []
        assert len(pilot.app.screen_stack) == 2


async def test_keys_do_not_reach_the_screen_below_a_dialog() -> None:
    async with running(Host(lambda: TicketDialog("ZD-1"))) as pilot:
        dialog = await opened(pilot)
        await pilot.press("j")
        assert pilot.app.beneath == 0
        assert dialog.line.value == "j"


@pytest.mark.parametrize("action_id", ["attempt.force_complete", "attempt.retry_roll", "player.grant", "player.ban"])
@pytest.mark.parametrize("environment", ["live", "test"])
async def test_the_environment_is_shown_in_words_and_by_the_border(action_id: str, environment: str) -> None:
    async with running(Host(make(action_id, environment))) as pilot:
        dialog = await opened(pilot)
        await wait_until_idle(pilot.app)
        top = dialog_forms.screen_lines(pilot.app)[dialog.box.region.y]
        assert environment.upper() in top
        assert ("━" in top) == (environment == "live")
        assert ("─" in top) == (environment == "test")


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 15), (40, 12)])
async def test_the_buttons_stay_in_sight(size: tuple[int, int]) -> None:
    async with running(Host(make("player.grant")), size=size) as pilot:
        dialog = await opened(pilot)
        await wait_until_idle(pilot.app)
        assert dialog.box.region.width <= min(78, size[0])
        assert dialog.box.region.height <= size[1]
        assert dialog.size.region.contains_region(dialog.confirm.region)
        assert dialog.confirm.region.height == 1
        assert dialog.body.max_scroll_x == 0


async def test_a_resize_keeps_what_was_typed() -> None:
    async with running(Host(make("attempt.force_complete"))) as pilot:
        dialog = await opened(pilot)
        await pilot.press("enter", "enter", "enter", *"crash")
        await pilot.resize_terminal(60, 16)
        await wait_until_idle(pilot.app)
        await wait_until_idle(pilot.app)
        assert dialog.draft.values["reason"] == "crash"
        assert dialog.focused.name == "reason"
        assert dialog.size.region.contains_region(dialog.confirm.region)


async def test_an_idle_dialog_has_no_timers() -> None:
    async with running(Host(make("attempt.force_complete"))) as pilot:
        dialog = await opened(pilot)
        for node in (dialog, *dialog.walk_children()):
            assert [timer for timer in node._timers if timer._active.is_set()] == []
