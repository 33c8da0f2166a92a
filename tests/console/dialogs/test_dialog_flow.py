"""Awaited dialogs: they are pushed at once, and no one waits for a dialog that is gone."""

from __future__ import annotations

import asyncio

from kraty_console.console.dialog_flow import FLOWS, ShowsDialogs
from kraty_console.console.dialogs.ticket import TicketDialog
from tests.harness.console.dialog_host import Host, opened, running, until


class FlowHost(Host, ShowsDialogs[None]):
    """`O` opens the dialog; its answer is awaited in a worker."""

    def action_open_dialog(self) -> None:
        self.follow(self._answered(self.show_dialog(self.make())), "answer")

    async def _answered(self, answer: asyncio.Future[str | None]) -> None:
        self.answers.append(await answer)

    @property
    def waiting(self) -> list[str]:
        return [worker.description for worker in self.workers if worker.group == FLOWS and not worker.is_finished]


async def test_a_dialog_is_on_top_as_soon_as_it_is_shown() -> None:
    app = FlowHost(TicketDialog)
    async with running(app) as pilot:
        answer = app.show_dialog(dialog := TicketDialog())
        assert app.screen is dialog
        assert not answer.done()
        await opened(pilot, None)
        await pilot.press("Z", "enter")
        await until(pilot, lambda: answer.done() and app.screen is not dialog)
    assert answer.result() == "Z"


async def test_keys_typed_in_a_burst_go_to_the_dialog_that_the_first_one_opens() -> None:
    app = FlowHost(TicketDialog)
    async with running(app) as pilot:
        app.type_at_once("O", "j", "j")
        dialog = await opened(pilot, None)
        await until(pilot, lambda: dialog.line.value == "jj")
        assert app.beneath == 0
        await pilot.press("enter")
        await until(pilot, lambda: app.answers)
    assert app.answers == ["jj"]


async def test_a_removed_dialog_returns_none_and_ends_the_wait() -> None:
    app = FlowHost(TicketDialog)
    async with running(app) as pilot:
        await opened(pilot)
        assert app.waiting == ["answer"]
        app.pop_screen()
        await until(pilot, lambda: app.answers)
        await until(pilot, lambda: not app.waiting)
    assert app.answers == [None]


async def test_a_wait_for_a_dialog_ends_with_the_application() -> None:
    app = FlowHost(TicketDialog)
    async with running(app) as pilot:
        await opened(pilot)
        app.exit()
    assert not app.waiting
