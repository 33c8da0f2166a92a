"""Dialogs that are mounted once, while nothing else is to be done, and opened again and again.

Mounting and styling is most of what a dialog costs. A kept dialog begins again with each use (`renew`) and keeps
nothing when it is closed (`forget`). One that is open, or has a message of an earlier use to handle, is not free; a new
one is made instead.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kraty_console.console import dialogs

if TYPE_CHECKING:
    from collections.abc import Callable

    from kraty_console.console.app import KratyApp
    from kraty_console.console.dialogs.frame import Dialog

DialogT = TypeVar("DialogT", bound="Dialog[Any]")

FIRST_REST: Final = 1.0
"""Seconds without a key before the work begins."""

REST: Final = 0.3
"""Seconds without a key before each piece of it."""


class SpareDialogs:
    """The dialog of changes, the palette and the help of an application."""

    def __init__(self, app: KratyApp) -> None:
        self._app = app
        self._spares: dict[type[Dialog[Any]], Dialog[Any]] = {}
        self._begun = False

    def free(self, kind: type[DialogT]) -> DialogT | None:
        """The mounted dialog of a kind, for one use that begins with `renew`; None if it is in use or not there."""
        return next((spare for spare in self.mounted if isinstance(spare, kind) and spare.is_free), None)

    @property
    def mounted(self) -> list[Dialog[Any]]:
        """Those that are ready, also while they are in use."""
        return list(self._spares.values())

    async def mount(self, first_rest: float = FIRST_REST, rest: float = REST) -> None:
        """Mount them one by one, each after so many seconds without a key; once, however often there is a session."""
        if self._begun:
            return
        self._begun = True
        bottom, environment = self._app.bottom, self._app.workspace.environment
        await self._pause(first_rest)
        bottom.changes.load()
        await self._mount(rest, lambda: dialogs.ActionDialog.spare(environment))
        await self._mount(rest, lambda: dialogs.PaletteDialog(bottom.context(), bottom.keymap))
        await self._mount(rest, lambda: dialogs.KeysDialog(bottom.context(), bottom.keymap))

    async def _mount(self, rest: float, make: Callable[[], Dialog[Any]]) -> None:
        await self._pause(rest)
        dialog = make()
        self._app.mount_apart(dialog)
        for step in (dialog.set_first_focus, dialog.rehearse, dialog.forget):
            await self._settled(dialog, rest)
            step()
        self._spares[type(dialog)] = dialog

    async def _settled(self, dialog: Dialog[Any], rest: float) -> None:
        while True:
            await self._pause(rest)
            if dialog.is_free:
                return

    async def _pause(self, rest: float) -> None:
        left = rest
        while True:
            await asyncio.sleep(left)
            left = rest - self._app.seconds_since_key
            if left <= 0:
                return
