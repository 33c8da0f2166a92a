"""Where actions that change something begin: the dialog of a change, of a replay, and the player to merge into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from kraty_console.contract.errors import NotFound
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.actions import MERGE
from kraty_console.domain.player_text import candidates

if TYPE_CHECKING:
    from kraty_console.console.app import KratyApp
    from kraty_console.console.change_dialogs import ChangeDialogs
    from kraty_console.console.screen_protocols import WriterScreen
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery


class WriteController:
    """Opens the dialogs of changes; the dialogs themselves are loaded with the first of them."""

    def __init__(self, app: KratyApp, screen: WriterScreen) -> None:
        self._app = app
        self._screen = screen
        self._workspace = app.workspace

    @cached_property
    def _dialogs(self) -> ChangeDialogs:
        from kraty_console.console.change_dialogs import ChangeDialogs  # 40 ms that lists of deliveries do not wait for

        return ChangeDialogs(self._app, self._screen)

    def open(
        self,
        spec: ActionSpec,
        context: ActionContext,
        *,
        prefill: Mapping[str, str | bool] | None = None,
        other: Snapshot | None = None,
    ) -> None:
        """Open the dialog of an action on the row under the cursor, taken by id now.

        It is pushed at once, so that keys typed ahead are its own. A merge asks first for the `other`
        player, who is looked up for the preview.
        """
        snapshot = context.snapshot
        if snapshot is None:
            return
        if spec is MERGE and other is None:
            self._screen.in_background(self._merge(snapshot), group="merge target", description="merge")
            return
        self._dialogs.open(spec, snapshot, context.row_id, prefill=prefill, other=other)

    def replay(self, delivery: Delivery, closed: Callable[[bool], None]) -> None:
        """Open the dialog that sends a delivery again; `closed` is told whether it was, once the dialog is gone."""
        self._dialogs.replay(delivery, closed)

    def compare(self) -> None:
        """Show the player beside another with what a merge would come to, and the command that makes it."""
        if (snapshot := self._screen.state.snapshot) is not None:
            self._screen.in_background(self._compare(snapshot), group="merge target", description="compare")

    async def _compare(self, snapshot: Snapshot) -> None:
        from kraty_console.console.dialogs.compared import compared  # 11 ms, which a merge does not need

        if (target := await self._ask_target(snapshot)) is not None:
            self._app.push_screen(compared(self._workspace, snapshot, target, self._app.copy), self._screen.run_id)

    async def _merge(self, snapshot: Snapshot) -> None:
        if (target := await self._ask_target(snapshot)) is not None:
            self.open(MERGE, self._screen.context(), other=target)

    async def _ask_target(self, snapshot: Snapshot) -> Snapshot | None:
        """Ask whom to merge a player into, and look that player up; None once another player is on screen."""
        from kraty_console.console.dialogs.merge_target import MergeTargetDialog  # 8 ms, as above

        player = snapshot.player.external_player_id
        target = await self._app.push_screen_wait(MergeTargetDialog(player, self._find_target))
        return target if self._screen.state.player == player else None

    async def _find_target(self, target: str) -> Snapshot | None:
        for candidate in candidates(target):
            with suppress(NotFound):
                fetched = await self._workspace.snapshot(candidate, DEFAULT_LIMIT)
                return fetched.value if fetched is not None else None
        return None
