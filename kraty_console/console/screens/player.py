"""The player screen: its keys, the search line, and the player that is looked up.

The loader owns one `PlayerState` and replaces it as answers arrive. Dialogs and other screens are imported when they
are first opened; the comments say how long that would delay the first frame.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from textual import events, on

from kraty_console.console import dialogs
from kraty_console.console.copy_actions import audit_link_copied, value_copied
from kraty_console.console.notes import show_notes
from kraty_console.console.player_finder import FoundPlayer, SeveralFit
from kraty_console.console.player_loader import PlayerLoader
from kraty_console.console.player_state import LoadStatus, PlayerState
from kraty_console.console.player_watch import PlayerWatch
from kraty_console.console.screens.action_screen import typed_key
from kraty_console.console.screens.player_audit import PlayerAudit
from kraty_console.console.screens.player_inbox import PlayerInbox
from kraty_console.console.screens.player_trail import PlayerTrail
from kraty_console.console.views.bars import Notice
from kraty_console.console.widgets.search import SearchBar
from kraty_console.console.widgets.table import RowTable
from kraty_console.console.workspace import Workspace
from kraty_console.console.write_controller import WriteController
from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.actions import BY_ID
from kraty_console.domain.keymap import key_label
from kraty_console.domain.scopes import PANES, PaneId
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.domain.next_step import OtherRow
    from kraty_console.present.table import TableRow

_PANE_OF: Final[dict[str, PaneId]] = {f"pane.{each.id}": each.id for each in PANES}
"""The pane that an action shows, by the action's id."""


class PlayerScreen(PlayerAudit, PlayerInbox, PlayerTrail):
    """The bottom of the console: it has every action of the registry."""

    def __init__(self, workspace: Workspace, state: PlayerState | None = None, typed: str = "") -> None:
        """Before there was a screen, `state` was looked up, and `typed` was typed into the search field."""
        super().__init__(workspace)
        self._typed = typed
        self.loader = PlayerLoader(self, workspace, state)
        self._initial = workspace.launch.initial_player if state is None else None
        self.opened_player()

    @cached_property
    def changes(self) -> WriteController:
        """What opens the dialogs of changes."""
        return WriteController(self.app, self)

    @cached_property
    def player_watch(self) -> PlayerWatch:
        """What reads the player on screen again and again, when asked to."""
        return PlayerWatch(self, self.loader, self.workspace)

    @property
    def is_watched(self) -> bool:
        """Whether the player on screen is read again every few seconds."""
        return self.player_watch.is_on

    def on_mount(self) -> None:
        """Draw the prefetched player, or request the session; nothing if the console is closing."""
        if not self.query(RowTable):
            return
        self.call_after_refresh(self.arrived)
        if self.state.snapshot is None:
            if self.workspace.member:  # the top line was painted before
                self._draw_header()
            if not self._initial:
                self.search.input.focus()
                self.search.input.value = self._typed
            self.call_after_refresh(self.begin)
        else:
            self.set_focus(self.table)
            self._draw()
            self.call_after_refresh(self._go_on)

    def on_unmount(self) -> None:
        """Stop all workers: the console ends with this screen, and they may draw on it."""
        self.app.workers.cancel_all()

    def begin(self) -> None:
        """Ask who we are; a player named at launch is looked up at the same time."""
        launch = self.workspace.launch
        if not launch.profile.url or not launch.token:
            self.app.first_sign_in()
            return
        self.loader.sign_in()
        if self.workspace.facts.names_ids:
            self.open_initial()

    def _go_on(self) -> None:
        """The parts have their sizes: show the player as painted before, then send the other requests."""
        if not self.can_draw:
            return
        self.draw_row()
        self.app.drawn()
        self.call_after_refresh(self._begun)

    def open_initial(self) -> None:
        """Look up the launch player once: together with the session, or after it if it determines the game."""
        if self._initial and not self.state.player:
            self.loader.open(self._initial, typed=True)
        self._initial = None

    def signed_in(self) -> None:
        """Ask for the game if there are several, and continue in it."""
        self.draw()
        if self.workspace.choices:
            self.app.choose_game()
        else:
            self.enter_game()

    def _begun(self) -> None:
        """The session and the player were there before the screen was."""
        self.workspace.players.opened(self.state.player)
        self.loader.record_look()
        self.enter_game()
        self.loader.read_notes()

    def enter_game(self) -> None:
        """The player named at launch is opened, and open changes are looked up."""
        self.draw()
        self.open_initial()
        self.app.signed_in()

    # -- keys ----------------------------------------------------------------------------------------------------

    def press(self, event: events.Key) -> bool:
        """While the search field has the focus, only the keys that are not its own are commands."""
        if self.has_class("-small"):
            if typed_key(event) in self.keymap["app.back_or_quit"]:  # other effects would not be visible
                self.app.exit()
            return True
        if not self.search.input.has_focus:
            return super().press(event)
        if event.key in ("tab", "shift+tab"):
            self.leave_search()
            return True
        opens_palette = not event.is_printable and event.key in self.keymap["palette.open"]
        return opens_palette and super().press(event)

    def find_action(self, action_id: str) -> Callable[[], object] | None:
        """A change opens its dialog; a pane is shown; the rest are methods."""
        if action_id in _PANE_OF:
            return partial(self.switch, _PANE_OF[action_id])
        spec = BY_ID[action_id]
        if spec.is_write:
            return lambda: self.changes.open(spec, self.context())
        return super().find_action(action_id)

    def refusal(self, spec: ActionSpec) -> Notice | None:
        """As everywhere; where the next step is only words, those."""
        notice = super().refusal(spec)
        if notice is not None or spec.id != "next.step":
            return notice
        step = self._step
        if step is None or not step.leads:
            return Notice(safe(step.words if step is not None else "there is no next step", limit=300))
        return super().refusal(BY_ID[step.action_id]) if step.action_id is not None else None

    def action_search_focus(self) -> None:
        """Select the text of the field, so that typing replaces it."""
        self.search.input.focus()
        self.search.input.action_select_all()

    def action_view_back(self) -> bool:
        """One step back: stop waiting, drop the filter, return to a row, close the player. True if there was one."""
        player = self.state.player
        if self.state.status is LoadStatus.LOADING:
            self.loader.give_up()
            self.audit_visits.go_back(player)
        elif not self.table_state.filter and self.step_back():
            pass
        elif not self.go_back() and not self.audit_visits.go_back(player):
            if self.state.status is LoadStatus.IDLE:
                return False
            self.close_player()
        return True

    def action_app_back_or_quit(self) -> None:
        """One step back; where there is none, end the console."""
        if not self.action_view_back():
            self.app.exit()

    def action_view_refresh(self) -> None:
        """Read the player again."""
        self.loader.refresh()

    def action_view_retry(self) -> None:
        """Repeat the last requests: for the player, and for the session if it is not known."""
        if self.shows_timeline and self.timeline.loader.retry():
            self.draw()
            return
        if self.workspace.access is None or not self.state.player:
            self.begin()
        self.loader.refresh()

    def action_copy_value(self) -> None:
        """Copy the id of the row under the cursor; without a row the player's id."""
        self.tell(*value_copied(self.app.copy, self.table.row, self.state.player))

    def audit_link(self) -> Notice:
        """Copy the link of the audit row under the cursor, or of the last change."""
        return audit_link_copied(self.app.copy, self.workspace, self.table.row, self.state.player)

    def action_player_compare(self) -> None:
        """Show the player beside another."""
        self.changes.compare()

    def action_player_notes(self) -> None:
        """Show all notes on the player."""
        self.in_background(partial(show_notes, self), group="all notes", description="notes of the player")

    def action_player_watch(self) -> None:
        """Watch the player on screen, or no longer."""
        self.player_watch.toggle()

    def action_player_recent(self) -> None:
        """Choose from the players opened before."""
        waiting = self.workspace.players.waiting
        recents = [player for player in self.workspace.players.recent if player not in waiting]
        players = [*((player, "pasted, not opened yet") for player in waiting), *((player, "") for player in recents)]
        other = next((player for player, _ in players if player != self.state.player), None)
        self.app.push_screen(dialogs.RecentDialog(players, other), self._open_recent)

    def _open_recent(self, player: str | None) -> None:
        if player is not None:
            self.open_player(player)

    def action_webhooks_open(self) -> None:
        """Show webhook deliveries, of the player on screen or of the game."""
        from kraty_console.console.screens.deliveries import DeliveriesScreen  # 40 ms with its documents

        player = self.state.player if self.state.snapshot is not None else None
        self.app.push_screen(DeliveriesScreen(self.workspace, self.changes, player, self.show_grant), self.run_id)

    # -- the next step -------------------------------------------------------------------------------------------

    def action_next_step(self) -> None:
        """Open the dialog of the row under the cursor, filled in; or go to the row that needs fixing.

        What is opened is always about the row that the person looks at: another row takes the key twice.
        """
        step = self._step
        if step is not None and step.action_id is not None:
            self.changes.open(BY_ID[step.action_id], self.context(), prefill=step.prefill)
        elif step is not None and step.other is not None:
            self._go_to(step.other)

    def _go_to(self, row: OtherRow) -> None:
        self.show_row(row.pane, row.row_id)
        there = self.step
        again = (
            f"; {key_label(self.keymap['next.step'][0])} again opens {BY_ID[there.action_id].title.lower()}"
            if (there is not None and there.action_id is not None)
            else ""
        )
        self.tell(f"now at {safe(row.name, limit=80)}{again}")

    # -- the rows ------------------------------------------------------------------------------------------------

    @on(RowTable.Resized)
    def _resized(self) -> None:
        if self.state.snapshot is not None:
            self.draw_row()

    @on(RowTable.AtEnd)
    def _at_end(self) -> None:
        if self.shows_timeline:
            self.timeline.loader.more()
            self.draw()
        elif any(len(section.rows) >= self.loader.limit for section in self._sections):
            self.loader.more()

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        self.open_row(event.row)

    def open_row(self, row: TableRow, *, raw: bool = False) -> None:
        """Open the player of the first screen, the row as a document, or what a row of the timeline is related to."""
        if row.scope == "player":
            if not raw:
                self.open_player(row.id)
        elif self.shows_timeline:
            self.timeline.open(row, raw=raw)
        else:
            self.show_document(row, raw=raw)

    def action_view_json(self) -> None:
        """Open the row under the cursor as raw JSON."""
        if self.table.row is not None:
            self.open_row(self.table.row, raw=True)

    def show_document(self, row: TableRow, *, raw: bool) -> None:
        """Open a row, or the player, as a document."""
        from kraty_console.console.row_document import opened_hints, row_dialog  # 20 ms with its dialog

        snapshot = self.state.snapshot
        if snapshot is None:
            return
        hints = opened_hints(self.context(), self._step, self.keymap) if row.scope != "player" else ""
        dialog = row_dialog(row, snapshot, self.workspace.now(), copy=self.app.copy, hints=hints, raw=raw)
        if dialog is not None:
            self.app.push_screen(dialog, self.run_id)

    # -- search --------------------------------------------------------------------------------------------------

    def leave_search(self) -> None:
        """Back to the rows."""
        self.table.focus()

    @on(SearchBar.Left)
    def _left(self) -> None:
        if self.state.status is LoadStatus.LOADING:
            self.loader.give_up()
        self.leave_search()

    @on(SearchBar.Empty)
    def _empty(self) -> None:
        """Back to the rows; on the first screen the cursor already points at a player."""
        self.leave_search()
        if self.state.snapshot is None and (row := self.table.row) is not None:
            self.open_row(row)

    @on(SearchBar.Asked)
    def _asked(self, event: SearchBar.Asked) -> None:
        self.keys.tell(None)
        self.draw_footer()
        self.suggest_soon(event.query)

    @on(SearchBar.Entered)
    def _entered(self, event: SearchBar.Entered) -> None:
        self.open_player(event.text, typed=True, step=event.step)

    @on(SearchBar.Queued)
    def _queued(self, event: SearchBar.Queued) -> None:
        self.workspace.players.queue(event.players)
        self.open_player(event.players[0], typed=True, whole=event.text)
        self.tell(f"{len(event.players)} players: the others wait under p")

    # -- the player ----------------------------------------------------------------------------------------------

    def open_player(
        self, player: str, *, typed: bool = False, step: int = 0, found: FoundPlayer | None = None, whole: str = ""
    ) -> None:
        """Look a player up; `typed` text may be no id, and match several players, of which `step` chooses one."""
        self.audit_visits.forget()
        try:
            self.loader.open(player, typed=typed, step=step, found=found, whole=whole)
        except SeveralFit as several:
            self.offer(player, several)
            return
        self.search.clear()
        self.table.focus()

    def left_player(self) -> None:
        """Another player is turned to, or none any more; a ticket that something was done under stays with this one."""
        super().left_player()
        self.player_watch.end()
        self.workspace.leave_player()
        self._table_states.clear()
        ticket = self.workspace.ticket
        if ticket and any(done.ticket == ticket for done in self.workspace.done):
            self.workspace.ticket = ""
            self.tell(f"ticket {safe(ticket, limit=60)} put away; t sets the next one")

    def changed_player(self, player: str) -> None:
        """A change was applied: where this player is on screen, they are read again."""
        if self.can_draw and self.state.player == player:
            self.loader.refresh()

    def close_player(self) -> None:
        """Back to the first screen."""
        self.player_watch.end()
        self.loader.close()
        self.workspace.leave_player()
        self.draw()
        self.leave_search()
