"""What each key of the registry does on the player screen.

Looking is done here; changing goes through `changes`, which opens the action's dialog. Dialogs are imported when they
are first opened.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from kraty_console.console.common_actions import CommonActions, row_moves
from kraty_console.console.host import Host
from kraty_console.console.player_state import LoadStatus
from kraty_console.console.workspace import Workspace
from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.actions import BY_ID, for_key
from kraty_console.domain.keymap import effective_keys, key_label
from kraty_console.domain.scopes import PANES, PaneId, pane
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.console.copy_actions import Copying
    from kraty_console.console.row_document import OpenedRow
    from kraty_console.console.screens.player import PlayerScreen
    from kraty_console.console.write_controller import WriteController
    from kraty_console.domain.next_step import NextStep, OtherRow
    from kraty_console.present.table import TableRow


class Commands:
    """Turns keys, palette choices and the next step into what they mean."""

    def __init__(self, screen: PlayerScreen, workspace: Workspace, host: Host) -> None:
        self._screen = screen
        self._workspace = workspace
        self._host = host
        self.keys = effective_keys(workspace.launch.profile.keymap)
        self._do: dict[str, Callable[[], object]] = {
            "search.focus": self._focus_search,
            "pane.next": lambda: self._turn(1),
            "pane.previous": lambda: self._turn(-1),
            **row_moves(lambda: screen.table),
            "row.open": self._open_current,
            "view.json": self._open_json,
            "view.back": self._back,
            "pane.sort": lambda: screen.tell(screen.table.next_sort()),
            "pane.filter": self._filter,
            "copy.value": self._copy_value,
            "copy.audit_link": self._copy_audit_link,
            "player.recent": self._recent,
            "audit.open": self._audit_log,
            "webhooks.open": self._deliveries,
            "view.refresh": screen.loader.refresh,
            "view.retry": self._retry,
            "app.back_or_quit": self._back_or_quit,
            "next.step": self._next_step,
            **CommonActions(
                workspace,
                host,
                self.keys,
                context=screen.context,
                run_id=self.run_id,
                redraw=screen.draw,
                tell=screen.tell,
            ).by_id(),
            "player.compare": self._compare,
            **{f"pane.{each.id}": partial(screen.switch, each.id) for each in PANES},
        }

    @cached_property
    def changes(self) -> WriteController:
        """What opens the dialogs of changes."""
        from kraty_console.console.write_controller import WriteController

        return WriteController(self._screen, self._workspace, self._host)

    @cached_property
    def copying(self) -> Copying:
        """What copies."""
        from kraty_console.console.copy_actions import Copying

        return Copying(self._screen, self._workspace, self._host)

    @cached_property
    def opened_row(self) -> OpenedRow:
        """What shows a row as a document."""
        from kraty_console.console.row_document import OpenedRow

        return OpenedRow(self._screen, self._workspace, self._host, self.copying, self.keys, self.run_id)

    def press(self, key: str) -> bool:
        """Do what a key means; False when it means nothing here."""
        screen = self._screen
        had_notice = screen.keys.notice is not None
        screen.keys.tell(None)
        spec = for_key(key, screen.context(), self.keys)
        if spec is None:
            return had_notice and key not in ("tab", "shift+tab")
        self.run(spec)
        return True

    def press_in_search(self, key: str) -> bool:
        """Do what a key means beside typing: the palette opens from everywhere. False when it is the field's own."""
        return key in self.keys["palette.open"] and self.press(key)

    def run(self, spec: ActionSpec) -> None:
        """Do an action, or say why it is off."""
        context = self._screen.context()
        reason = spec.disabled_reason(context)
        if reason is not None:
            self._screen.tell(safe(reason, limit=300), "warn")
        elif spec.is_write:
            self.changes.open(spec, context)
        else:
            self._do[spec.id]()

    def run_id(self, action_id: str | None) -> None:
        """Do the action of that id (from the palette or the list of keys)."""
        if action_id is not None and action_id in BY_ID:
            self.run(BY_ID[action_id])

    def _copy_value(self) -> None:
        self._screen.keys.tell(self.copying.value())

    def _copy_audit_link(self) -> None:
        self._screen.keys.tell(self.copying.audit_link())

    # -- moving about --------------------------------------------------------------------------------------------

    def _focus_search(self) -> None:
        """What stands in the field is selected: what is typed next replaces it."""
        self._screen.search.input.focus()
        self._screen.search.input.action_select_all()

    def _turn(self, step: int) -> None:
        names: list[PaneId] = [each.id for each in PANES]
        self._screen.switch(names[(names.index(self._screen.pane) + step) % len(names)])

    def _back(self) -> bool:
        """One step back: stop waiting, drop the filter, leave the field; never quits. True when there was a step."""
        screen = self._screen
        if screen.state.status is LoadStatus.LOADING:
            screen.loader.give_up()
        elif screen.place.filter:
            screen.place.filter = ""
            screen.draw()
        elif screen.state.status is not LoadStatus.IDLE:
            screen.close_player()
        else:
            return False
        return True

    def _back_or_quit(self) -> None:
        if not self._back():
            self._host.leave()

    def _retry(self) -> None:
        """Ask again what was asked: for the player, and who we are where that is not known."""
        if self._workspace.access is None or not self._screen.state.player:
            self._screen.begin()
        self._screen.loader.refresh()

    def _open_current(self) -> None:
        self._screen.table.action_open()

    def open_row(self, row: TableRow) -> None:
        """Enter on a row: open the player of the first screen, or the row as a document."""
        if row.scope == "player":
            self._screen.open_player(row.id)
        else:
            self.opened_row.show(row, raw=False)

    def _open_json(self) -> None:
        row = self._screen.table.row
        if row is not None and row.scope != "player":
            self.opened_row.show(row, raw=True)

    def _compare(self) -> None:
        self.changes.compare()

    # -- dialogs that look ---------------------------------------------------------------------------------------

    def _filter(self) -> None:
        from kraty_console.console.dialogs.filter import FilterDialog

        screen = self._screen
        place = screen.place

        def preview(text: str) -> int | None:
            place.filter = text
            screen.draw()
            return screen.table.rows_shown

        def answered(text: str | None) -> None:
            if text is not None:
                preview(text)

        self._host.show(FilterDialog(pane(screen.pane).title, place.filter, preview=preview), answered)

    def _recent(self) -> None:
        from kraty_console.console.dialogs.recent import RecentDialog

        def answered(player: str | None) -> None:
            if player is not None:
                self._screen.open_player(player)

        waiting = self._workspace.players.waiting
        recents = [player for player in self._workspace.players.recent if player not in waiting]
        players = [*((player, "pasted, not opened yet") for player in waiting), *((player, "") for player in recents)]
        other = next((player for player, _ in players if player != self._screen.state.player), None)
        self._host.show(RecentDialog(players, other), answered)

    def _audit_log(self) -> None:
        from kraty_console.console.screens.audit_log import AuditLogScreen

        self._host.show(AuditLogScreen(self._workspace, self._host))

    def _deliveries(self) -> None:
        from kraty_console.console.screens.deliveries import DeliveriesScreen

        player = self._screen.state.player if self._screen.state.snapshot is not None else None
        self._host.show(DeliveriesScreen(self._workspace, self._host, self.changes, player))

    # -- the next step -------------------------------------------------------------------------------------------

    def _next_step(self) -> None:
        """Open the dialog of the row under the cursor, filled in; or go to the row that needs mending.

        What is opened is always about the row that the person looks at: another row takes the key twice.
        """
        step = self._screen.step
        if step is None:
            return
        if step.action_id is not None:
            self._open_step(step)
        elif step.other is not None:
            self._go_to(step.other)
        else:
            self._screen.tell(safe(step.words, limit=300))

    def _go_to(self, row: OtherRow) -> None:
        self._screen.show_row(row.pane, row.row_id)
        there = self._screen.step
        again = (
            f"; {key_label(self.keys['next.step'][0])} again opens {BY_ID[there.action_id].title.lower()}"
            if (there is not None and there.action_id is not None)
            else ""
        )
        self._screen.tell(f"now at {safe(row.name, limit=80)}{again}")

    def _open_step(self, step: NextStep) -> None:
        spec = BY_ID[step.action_id or ""]
        context = self._screen.context()
        reason = spec.disabled_reason(context)
        if reason is not None:
            self._screen.tell(safe(reason, limit=300), "warn")
        else:
            self.changes.open(spec, context, prefill=step.prefill)
