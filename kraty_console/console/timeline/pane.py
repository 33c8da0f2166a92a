"""The Timeline pane of the player screen: its rows, its filter, and the way from a row to its cause or effect."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kraty_console.console import dialogs
from kraty_console.console.row_document import document_dialog, opened_hints, row_dialog
from kraty_console.console.timeline.loader import TimelineLoader
from kraty_console.console.timeline.state import TimelineState
from kraty_console.console.timeline.view import TimelineView, foot
from kraty_console.console.views.detail import detail_lines, summary_lines
from kraty_console.contract.errors import KratyError
from kraty_console.contract.timeline import TimelineRow
from kraty_console.contract.timeline_kinds import TimelineKind
from kraty_console.domain import snapshot_lookup
from kraty_console.domain.scopes import PANE_OF
from kraty_console.domain.timeline_filter import TimelineFilter, read_timeline_filter
from kraty_console.domain.timeline_links import LinkedRow, related
from kraty_console.present.deliveries import delivery_document
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe
from kraty_console.present.timeline_rows import delivery_summary, row

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.screen import Screen

    from kraty_console.console.screens.player_panes import PlayerPanes
    from kraty_console.console.views.rows import TableRows, TableSection, TableState
    from kraty_console.console.views.text import Line
    from kraty_console.contract.players import Snapshot
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.present.table import TableRow

_FINDS = {
    "attempt": (TimelineKind.ATTEMPT,),
    "grant": (TimelineKind.GRANT,),
    "lobby": (TimelineKind.LOBBY,),
    "ledger": (TimelineKind.WALLET, TimelineKind.ITEM),
    "audit": (TimelineKind.AUDIT, TimelineKind.BAN),
}
"""The kinds in which a row of a scope is looked for."""


class TimelinePane:
    """Used by the player screen while the pane is open, and never before."""

    def __init__(self, screen: PlayerPanes) -> None:
        self._screen = screen
        self.loader = TimelineLoader(screen, screen.workspace, screen.loader)
        self._view = TimelineView()
        self._found: tuple[Snapshot, tuple[TimelineRow, ...]] | None = None
        """Rows that were looked for and are not in the list, of the player who was then on screen."""
        self.in_full: TableRow | None = None
        """The row that a document shows in place of the one under the cursor."""

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def state(self) -> TimelineState:
        """What is loaded."""
        return self._screen.state.timeline or TimelineState(is_loading=True)

    def sections(self, snapshot: Snapshot, table_state: TableState, now: datetime) -> tuple[TableSection, ...]:
        """The rows."""
        return self._view.sections(self.state, snapshot.player, table_state, now)

    def known(self, snapshot: Snapshot) -> Snapshot:
        """The player with all rows that are loaded."""
        return self._view.known(snapshot, self.state.rows)

    def delivery(self, row: TableRow | None) -> Delivery | None:
        """The delivery that a row is about."""
        event = self._event(row.id) if row is not None and row.scope == "delivery" else None
        return event.webhook if event is not None else None

    def detail(
        self,
        snapshot: Snapshot,
        table_row: TableRow | None,
        now: datetime,
        rows: TableRows,
        size: tuple[int, int],
        *,
        beside: bool,
    ) -> Callable[[int, int], list[Line]]:
        """The row under the cursor in a few lines."""
        below = foot(rows, self.state, *size)
        if (delivery := self.delivery(table_row)) is not None:
            return partial(summary_lines, delivery_summary(delivery, now), below, beside=beside)
        return partial(detail_lines, self.known(snapshot), table_row, now, below, beside=beside)

    def _event(self, row_id: str) -> TimelineRow | None:
        found = self._found[1] if self._found is not None and self._found[0] is self._screen.state.snapshot else ()
        return next((each for each in (*self.state.rows, *found) if each.id == row_id), None)

    # -- the filter ----------------------------------------------------------------------------------------------

    def ask_filter(self, table_state: TableState) -> Screen[str | None]:
        """The dialog of the filter; it narrows the loaded rows while one types."""
        return dialogs.FilterDialog(
            "Timeline",
            TimelineFilter(_kinds(table_state), table_state.filter).typed,
            words=f"kind:{','.join(TimelineKind)} reads all events of these kinds; other words narrow what is loaded",
            preview=partial(self._preview, table_state),
        )

    def _preview(self, table_state: TableState, typed: str) -> int | str:
        wanted = read_timeline_filter(typed)
        table_state.kinds, table_state.filter = wanted.kinds, wanted.text
        self._screen.draw()
        return (
            f"no kind begins with {safe(wanted.unknown, limit=30)}" if wanted.unknown else len(self._screen.table.rows)
        )

    def set_filter(self, table_state: TableState, typed: str) -> None:
        """Show what was typed: kinds are requested from the backend, so that no event of them is missing."""
        wanted = read_timeline_filter(typed)
        table_state.kinds, table_state.filter = wanted.kinds, wanted.text
        self.loader.narrow(wanted.kinds)
        self._screen.draw()

    # -- from a row to its cause or effect -----------------------------------------------------------------------

    def open(self, table_row: TableRow, *, raw: bool) -> None:
        """Go to what a row came from or led to; raw: show the row itself."""
        event = self._event(table_row.id)
        if event is None:
            return
        if raw:
            self._show(event, raw=True)
        elif event.webhook is not None:
            self._screen.in_background(
                partial(self._open_delivery, event, event.webhook), group="related", description="delivery"
            )
        else:
            self._offer(event, related(event, self._known()))

    async def _open_delivery(self, event: TimelineRow, listed: Delivery) -> None:
        """A delivery's payload names the row that it is about."""
        player = self._screen.state.player
        try:
            detail = await (await self._screen.workspace.game_client()).delivery(listed.id)
        except KratyError as error:
            self._screen.tell(error_text(error).title, "warn")
            return
        if self._screen.state.player == player and self._screen.can_draw:
            full = event.model_copy(update={"webhook": detail})
            self._offer(full, related(full, self._known(), detail.data))

    def _known(self) -> Snapshot:
        snapshot = self._screen.state.snapshot
        assert snapshot is not None, "rows are of a player"
        return self.known(snapshot)

    def _offer(self, event: TimelineRow, rows: list[LinkedRow]) -> None:
        """Nothing is related: the row in full; one row: there; several: one is to be chosen."""
        if not rows:
            self._show(event, raw=False)
        elif len(rows) == 1:
            self._go(event, rows[0])
        else:

            def chosen(place: str | None) -> None:
                if place is not None:
                    at = int(place)
                    self._go(event, rows[at]) if at < len(rows) else self._show(event, raw=False)

            self._screen.app.push_screen(dialogs.RelatedDialog(rows), chosen)

    def _go(self, event: TimelineRow, to: LinkedRow) -> None:
        snapshot = self._screen.state.snapshot
        if snapshot is not None and _is_listed(to, snapshot):
            self._screen.jump(event.id, PANE_OF[to.scope], to.row_id, f"{to.how} {safe(to.name, limit=80)}")
        elif (loaded := self._event(to.row_id)) is not None:
            self._show(loaded, raw=False)
        else:
            self._screen.tell("not loaded yet: looking for it")
            self._screen.in_background(partial(self._find, event, to), group="related", description="related row")

    async def _find(self, event: TimelineRow, to: LinkedRow) -> None:
        screen, snapshot = self._screen, self._screen.state.snapshot
        try:
            found = None
            for kind in _FINDS.get(to.scope, ()):
                found = found or await self.loader.find(kind, to.row_id, event.id)
        except KratyError as error:
            screen.tell(error_text(error).title, "bad")
            return
        if not screen.can_draw or snapshot is None or screen.state.snapshot is not snapshot:
            return
        if found is None:
            screen.tell(f"{to.how} {safe(to.name, limit=80)}: not among the rows that could be read", "warn")
            return
        before = self._found[1] if self._found is not None and self._found[0] is snapshot else ()
        self._found = snapshot, (*before, found)
        screen.clear_notice()
        self._show(found, raw=False)

    def _show(self, event: TimelineRow, *, raw: bool) -> None:
        """Show an event in full; until it is closed, actions are about its row."""
        screen, snapshot = self._screen, self._screen.state.snapshot
        if snapshot is None:
            return
        now = screen.workspace.now()
        shown = row(event, now)
        self.in_full = shown

        def answered(action_id: str | None) -> None:
            screen.run_id(action_id)
            self.in_full = None

        hints = opened_hints(screen.context(), None, screen.keymap)
        if event.webhook is not None:
            document = delivery_document(event.webhook, now)
            dialog = document_dialog(document, event.webhook.id, copy=screen.app.copy, hints=hints, raw=raw)
        else:
            known = self._view.known(snapshot, (*self.state.rows, event))
            found = row_dialog(shown, known, now, copy=screen.app.copy, hints=hints, raw=raw)
            if found is None:
                self.in_full = None
                screen.tell("this row could not be read", "warn")
                return
            dialog = found
        screen.app.push_screen(dialog, answered)


def _kinds(table_state: TableState) -> tuple[TimelineKind, ...]:
    return tuple(TimelineKind(each) for each in table_state.kinds)


def _is_listed(to: LinkedRow, snapshot: Snapshot) -> bool:
    """Whether a row is in a list of the look-up."""
    finders: dict[str, Callable[[Snapshot, str | None], object]] = {
        "attempt": snapshot_lookup.attempt,
        "grant": snapshot_lookup.grant,
        "lobby": snapshot_lookup.lobby,
        "ledger": snapshot_lookup.ledger,
        "audit": snapshot_lookup.audit,
        "wallet": snapshot_lookup.balance,
        "item": snapshot_lookup.item,
    }
    return finders[to.scope](snapshot, to.row_id) is not None
