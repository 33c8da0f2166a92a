"""Asks which player to merge into, and shows both side by side. Imported with the first of these dialogs."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import TYPE_CHECKING

from kraty_console.console.dialogs.compared import compared
from kraty_console.console.dialogs.merge_target import MergeTargetDialog
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.domain.player_resolution import fetch_exact

if TYPE_CHECKING:
    from kraty_console.console.app import KratyApp
    from kraty_console.console.screen_protocols import WriterScreen
    from kraty_console.contract.players import Snapshot


class MergeDialogs:
    """Opens the dialogs about two players."""

    def __init__(self, app: KratyApp, screen: WriterScreen) -> None:
        self._app = app
        self._screen = screen

    def ask_target(self, snapshot: Snapshot) -> Coroutine[None, None, Snapshot | None]:
        """Ask at once which player to merge into; await that player, or None if another one is on screen by then."""
        player = snapshot.player.external_player_id
        return self._target_for(player, self._app.show_dialog(MergeTargetDialog(player, self._find_target)))

    async def _target_for(self, player: str, answer: Awaitable[Snapshot | None]) -> Snapshot | None:
        target = await answer
        return target if self._screen.state.player == player else None

    def compare(self, snapshot: Snapshot) -> None:
        """Ask for the other player, then show both with the effects of a merge and the command that makes it."""
        self._app.follow(self._compare(snapshot, self.ask_target(snapshot)), "compare")

    async def _compare(self, snapshot: Snapshot, answer: Awaitable[Snapshot | None]) -> None:
        if (target := await answer) is not None:
            dialog = compared(self._app.workspace, snapshot, target, self._app.copy)
            self._app.push_screen(dialog, self._screen.run_id)

    async def _find_target(self, target: str) -> Snapshot | None:
        fetched = await fetch_exact(target, lambda player: self._app.workspace.snapshot(player, DEFAULT_LIMIT))
        return fetched.value if fetched is not None else None
