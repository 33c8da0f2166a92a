"""Where actions that change something begin: the dialog of a change, of a replay, and the player to merge into.

Dialogs are pushed by the action and awaited in a worker of the application (`dialog_flow.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.actions import MERGE, REPLAY

if TYPE_CHECKING:
    from kraty_console.console.app import KratyApp
    from kraty_console.console.change_dialogs import ChangeDialogs
    from kraty_console.console.merge_dialogs import MergeDialogs
    from kraty_console.console.screen_protocols import WriterScreen
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery


class WriteController:
    """Opens the dialogs of changes; the dialogs themselves are loaded with the first of them."""

    def __init__(self, app: KratyApp, screen: WriterScreen) -> None:
        self._app = app
        self._screen = screen

    @cached_property
    def _dialogs(self) -> ChangeDialogs:
        from kraty_console.console.change_dialogs import ChangeDialogs  # 40 ms that lists of deliveries do not wait for

        return ChangeDialogs(self._app, self._screen)

    @cached_property
    def _merge_dialogs(self) -> MergeDialogs:
        from kraty_console.console.merge_dialogs import MergeDialogs  # 20 ms, as above

        return MergeDialogs(self._app, self._screen)

    def load(self) -> None:
        """Load what opens dialogs before the first of them is asked for."""
        _ = self._dialogs

    def open(
        self,
        spec: ActionSpec,
        context: ActionContext,
        *,
        prefill: Mapping[str, str | bool] | None = None,
        other: Snapshot | None = None,
    ) -> None:
        """Open the dialog of an action on the row under the cursor, which is taken by its id now.

        A merge first asks for the `other` player, who is looked up for the preview.
        """
        snapshot = context.snapshot
        if snapshot is None:
            return
        if context.delivery is not None and spec is REPLAY:
            self._app.follow(self._replay(context.delivery), "replay")
            return
        if spec is MERGE and other is None:
            self._app.follow(self._merge(self._merge_dialogs.ask_target(snapshot)), "merge")
            return
        self._dialogs.open(spec, snapshot, context.row_id, prefill=prefill, other=other)

    def replay(self, delivery: Delivery) -> Coroutine[None, None, bool]:
        """Open the dialog that sends a delivery again; await whether it was sent."""
        return self._dialogs.replay(delivery)

    def correct_ticket(self, row: AuditRow) -> Coroutine[None, None, bool]:
        """Open the dialog that corrects the ticket of a row of the studio's log; await whether it was corrected."""
        return self._dialogs.correct_ticket(row)

    def compare(self) -> None:
        """Show the player beside another with the effects of a merge, and the command that makes it."""
        if (snapshot := self._screen.state.snapshot) is not None:
            self._merge_dialogs.compare(snapshot)

    async def _replay(self, delivery: Delivery) -> None:
        if await self.replay(delivery):
            self._screen.tell("Replay applied: it is sent at once", "good")

    async def _merge(self, answer: Awaitable[Snapshot | None]) -> None:
        if (target := await answer) is not None:
            self.open(MERGE, self._screen.context(), other=target)
