"""Webhook deliveries, of one player or of the game: what was sent where, what came of it, and sending it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.console.copy_actions import copied
from kraty_console.console.host import Host
from kraty_console.console.screens.paged_list import Page, PagedList, Wording
from kraty_console.console.views.bars import Notice
from kraty_console.console.views.context import list_context
from kraty_console.console.views.rows import TableSection
from kraty_console.console.workspace import Workspace
from kraty_console.console.write_controller import WriteController
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.actions import REPLAY
from kraty_console.present import deliveries
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.domain.worklog import PerformedChange

NONE_KEPT = "This backend keeps no webhook deliveries."
"""What a Kraty says that does not know the question (contract/README.md#admin-surface)."""


class DeliveriesScreen(PagedList["Delivery"]):
    """Loaded page by page as one goes down; `esc` or `q` goes back to the player."""

    def __init__(self, workspace: Workspace, host: Host, changes: WriteController, player: str | None) -> None:
        """
        Args:
            desk: Asks the backend.
            host: Shows and copies.
            changes: Opens the dialog of a replay.
            player: Whose deliveries; None for those of the whole game.
        """
        super().__init__(
            workspace,
            host,
            Wording(
                heading=f"webhooks of {safe(player, limit=60)}" if player else "webhooks",
                subject="webhook deliveries",
                row_id="delivery id",
                loading="Loading the deliveries.",
            ),
        )
        self._changes = changes
        self._player = player
        self._do[REPLAY.id] = self._replay

    # -- the rows ------------------------------------------------------------------------------------------------

    async def _ask(self, client: KratyClient, cursor: str | None) -> Page[Delivery]:
        from kraty_console.contract.errors import OperationMissing

        try:
            page = await client.deliveries(player=self._player, cursor=cursor)
        except OperationMissing:
            return Page((), None, NONE_KEPT)
        whom = "of this player " if self._player else ""
        return Page(page.deliveries, page.next_cursor, f"Nothing was sent to a webhook endpoint {whom}yet.")

    def _section(self, rows: Sequence[Delivery], now: datetime, empty: str) -> TableSection:
        of_game = self._player is None
        columns = deliveries.GAME_COLUMNS if of_game else deliveries.COLUMNS
        shown = tuple(deliveries.row(each, now, with_player=of_game) for each in rows)
        return TableSection("deliveries", columns, shown, empty=empty)

    # -- one of them ---------------------------------------------------------------------------------------------

    def _show(self, found: Delivery, *, raw: bool) -> None:
        self.in_background(self._open(found, raw=raw), group="delivery", description="delivery")

    async def _open(self, listed: Delivery, *, raw: bool) -> None:
        """Show the whole of a delivery; what the list told of it where the rest cannot be read."""
        from textual.content import Content

        from kraty_console.console.dialogs.text import TextDialog
        from kraty_console.contract.errors import KratyError
        from kraty_console.present.errors import error_text

        found = listed
        try:
            found = await (await self._workspace.game_client()).delivery(listed.id)
        except KratyError as error:
            self.tell(error_text(error).title, "warn")
        shown = deliveries.delivery_document(found, self._workspace.now())
        replays = REPLAY.disabled_reason(self._context_of(found)) is None
        self._host.show(
            TextDialog(
                shown.title,
                Content("\n".join(shown.plain_lines())),
                raw=Content("\n".join(shown.raw_lines)),
                raw_first=raw,
                copy=self._host.copy,
                press=lambda key: self._press_in_opened(found, key),
                keys=self._hint(REPLAY.id, "replay") if replays else "",
            ),
            lambda action_id: self._replay_of(found) if action_id == REPLAY.id else self._run_id(action_id),
        )

    def _link(self, row: Delivery) -> Notice:
        done = self._last_done(row)
        if done is None:
            return Notice("nothing was changed for this player yet", "warn")
        about = done.work.what or done.work.player
        return copied(self._host, done.work.audit_url, f"audit link of {done.work.title}, {about}")

    def _last_done(self, row: Delivery | None) -> PerformedChange | None:
        """The last change to the player of a delivery: its replay, where there is one."""
        named = row.player.external_player_id if row is not None and row.player is not None else None
        player = named or self._player
        return self._workspace.last_done(player, row.id if row is not None else None) if player else None

    # -- sending again -------------------------------------------------------------------------------------------

    def _context_of(self, row: Delivery | None) -> ActionContext:
        context = list_context(self._workspace, "delivery", row.id if row is not None else None)
        return replace(context, audit_link=self._last_done(row) is not None, delivery=row)

    def _replay(self) -> None:
        self._replay_of(self._current())

    def _replay_of(self, delivery: Delivery | None) -> None:
        reason = REPLAY.disabled_reason(self._context_of(delivery))
        if reason is not None or delivery is None:
            self.tell(safe(reason or "there is no delivery", limit=300), "warn")
            return
        self._changes.replay(delivery, self._replayed)

    def _replayed(self, applied: bool) -> None:
        if applied:
            self.tell("Replay applied: it is sent at once", "good")
            self._refresh()
