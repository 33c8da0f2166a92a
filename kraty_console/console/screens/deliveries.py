"""Webhook deliveries, of one player or of the game: what was sent where, with which outcome, and sending it again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from kraty_console.console.copy_actions import last_link_copied
from kraty_console.console.row_document import document_dialog
from kraty_console.console.screens.paged_list import Page, PagedList, Wording
from kraty_console.console.views.bars import Notice
from kraty_console.console.views.context import list_context
from kraty_console.console.views.rows import TableSection
from kraty_console.console.workspace import Workspace
from kraty_console.console.write_controller import WriteController
from kraty_console.contract.errors import KratyError, OperationMissing
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.actions import REPLAY
from kraty_console.domain.completeness import unreadable_count
from kraty_console.domain.related_rows import grant_in_payload
from kraty_console.present import deliveries
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.domain.worklog import PerformedChange

NONE_KEPT = "This backend keeps no webhook deliveries."
"""What a Kraty says that does not know the question (contract/README.md#admin-surface)."""


class DeliveriesScreen(PagedList["Delivery"]):
    """Loaded page by page as one goes down; `esc` or `q` goes back to the player."""

    def __init__(
        self,
        workspace: Workspace,
        changes: WriteController,
        player: str | None,
        show_grant: Callable[[str, str], None],
    ) -> None:
        """
        Args:
            workspace: Asks the backend.
            changes: Opens the dialog of a replay.
            player: Whose deliveries; None for those of the whole game.
            show_grant: Goes to a grant of a player, on the screen below.
        """
        super().__init__(
            workspace,
            Wording(
                heading=f"webhooks of {safe(player, limit=60)}" if player else "webhooks",
                subject="webhook deliveries",
                row_id="delivery id",
                loading="Loading the deliveries.",
            ),
        )
        self._changes = changes
        self._player = player
        self._show_grant = show_grant

    # -- the rows ------------------------------------------------------------------------------------------------

    async def _pages(self, client: KratyClient, cursor: str | None) -> AsyncIterator[Page[Delivery]]:
        try:
            page = await client.deliveries(player=self._player, cursor=cursor)
        except OperationMissing:
            yield Page((), None, NONE_KEPT)
            return
        whom = "of this player " if self._player else ""
        none = f"Nothing was sent to a webhook endpoint {whom}yet."
        yield Page(page.deliveries, page.next_cursor, none, unreadable_count(page.deliveries))

    def _section(self, rows: Sequence[Delivery], now: datetime, empty: str) -> TableSection:
        of_game = self._player is None
        columns = deliveries.GAME_COLUMNS if of_game else deliveries.COLUMNS
        shown = tuple(deliveries.row(each, now, with_player=of_game) for each in rows)
        return TableSection("deliveries", columns, shown, empty=empty)

    # -- one of them ---------------------------------------------------------------------------------------------

    def _show(self, item: Delivery, *, raw: bool) -> None:
        self.in_background(partial(self._open, item, raw=raw), group="delivery", description="delivery")

    async def _open(self, listed: Delivery, *, raw: bool) -> None:
        """Show the whole of a delivery; what the list shows of it where the rest cannot be read."""
        item = listed
        try:
            item = await (await self.workspace.game_client()).delivery(listed.id)
        except KratyError as error:
            self.tell(error_text(error).title, "warn")
        shown = deliveries.delivery_document(item, self.workspace.now())
        replays = REPLAY.disabled_reason(self._context_of(item)) is None
        hints = self._hint(REPLAY.id, "replay") if replays else ""
        self._open_document(item, document_dialog(shown, item.id, copy=self.app.copy, hints=hints, raw=raw))

    def _link(self, row: Delivery) -> Notice:
        return last_link_copied(self.app.copy, self.workspace, self._player_of(row) or "", row.id)

    def _last_done(self, row: Delivery | None) -> PerformedChange | None:
        """The last change to the player of a delivery: its replay, where there is one."""
        player = self._player_of(row)
        return self.workspace.last_done(player, row.id if row is not None else None) if player else None

    def _player_of(self, row: Delivery | None) -> str | None:
        named = row.player.external_player_id if row is not None and row.player is not None else None
        return named or self._player

    # -- the grant -----------------------------------------------------------------------------------------------

    def action_row_related(self) -> None:
        """Go to the grant that the delivery is about, on the player screen."""
        if (delivery := self._current()) is not None:
            self.in_background(partial(self._go_to_grant, delivery), group="grant", description="grant of a delivery")

    async def _go_to_grant(self, listed: Delivery) -> None:
        try:
            whole = await (await self.workspace.game_client()).delivery(listed.id)
        except KratyError as error:
            self.tell(error_text(error).title, "warn")
            return
        player, grant_id = self._player_of(whole) or self._player_of(listed), grant_in_payload(whole.data)
        if player is None or grant_id is None:
            self.tell("its data names no grant", "warn")
        elif self.can_draw:
            self.dismiss(None)
            self._show_grant(player, grant_id)

    # -- sending again -------------------------------------------------------------------------------------------

    def _context_of(self, row: Delivery | None) -> ActionContext:
        context = list_context(self.workspace, "delivery", row.id if row is not None else None)
        return replace(context, audit_link=self._last_done(row) is not None, delivery=row)

    def action_delivery_replay(self) -> None:
        """Open the dialog that sends the delivery again."""
        if (delivery := self._current()) is not None:
            self.app.follow(self._replay(self._changes.replay(delivery)), "replay")

    async def _replay(self, applied: Awaitable[bool]) -> None:
        if await applied and self.can_draw:
            self.tell("Replay applied: it is sent at once", "good")
            self.action_view_refresh()
