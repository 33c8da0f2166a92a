"""Dialogs whose answer is awaited.

A dialog is pushed by the action itself, before it returns, so that the keys typed next reach the dialog and not the
screen below. Only its answer is awaited, in a worker of the application, since a write outlives the screen it began on:

    answer = app.show_dialog(dialog)
    app.follow(self._go_on(answer), "what is done with it")
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

from textual.app import App

if TYPE_CHECKING:
    import asyncio

    from kraty_console.console.dialogs.frame import Dialog

Result = TypeVar("Result")
Answer = TypeVar("Answer")

FLOWS: Final = "dialogs"
"""The group of the workers that wait for a dialog."""


class ShowsDialogs(App[Result]):
    """An application with dialogs that are awaited."""

    def show_dialog(self, dialog: Dialog[Answer]) -> asyncio.Future[Answer | None]:
        """Push a dialog at once; the answer is None if it is closed or removed without one."""
        self.push_screen(dialog)
        return dialog.answer

    def follow(self, flow: Coroutine[Any, Any, object], description: str) -> None:
        """Run a worker that awaits dialogs; others of its kind go on."""
        self.run_worker(flow, group=FLOWS, description=description, exclusive=False)
