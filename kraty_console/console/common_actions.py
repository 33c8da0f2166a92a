"""Actions that mean the same on every screen: palette, keys, ticket, journal, worklog, and moving in rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kraty_console.console.copy_actions import copied
from kraty_console.console.host import Host
from kraty_console.console.views.bars import Notice
from kraty_console.console.widgets.table import RowTable
from kraty_console.console.workspace import Workspace
from kraty_console.domain.action_spec import ActionContext


class CommonActions:
    """Opens their dialogs on top of a screen."""

    def __init__(
        self,
        workspace: Workspace,
        host: Host,
        keys: Mapping[str, tuple[str, ...]],
        *,
        context: Callable[[], ActionContext],
        run_id: Callable[[str | None], None],
        redraw: Callable[[], None],
        tell: Callable[[str, str], None],
    ) -> None:
        """
        Args:
            workspace: Holds the ticket and the changes made.
            host: Shows and copies.
            keys: By action id, as the profile's keymap has them.
            context: What is in front of the person at the moment.
            run_id: Does the action that was chosen in the palette or in the list of keys.
            redraw: Draws the screen again after the ticket changed.
            tell: Says something in the last line of the screen: words and tone.
        """
        self._workspace = workspace
        self._host = host
        self._keys = keys
        self._context = context
        self._run_id = run_id
        self._redraw = redraw
        self._tell = tell

    def by_id(self) -> dict[str, Callable[[], object]]:
        """What to call, by action id."""
        return {
            "palette.open": self._palette,
            "help.open": self._help,
            "ticket.set": self._ticket,
            "journal.open": self._host.show_journal,
            "copy.worklog": self._worklog,
        }

    def _worklog(self) -> None:
        notice = worklog_copied(self._workspace, self._host)
        self._tell(notice.text, notice.tone)

    def _palette(self) -> None:
        from kraty_console.console.dialogs.palette import PaletteDialog

        self._host.show(PaletteDialog(self._context(), self._keys), self._run_id)

    def _help(self) -> None:
        from kraty_console.console.dialogs.keys import KeysDialog

        self._host.show(KeysDialog(self._context(), self._keys), self._run_id)

    def _ticket(self) -> None:
        from kraty_console.console.dialogs.ticket import TicketDialog

        def answered(ticket: str | None) -> None:
            if ticket is not None:
                self._workspace.ticket = ticket
                self._redraw()

        self._host.show(TicketDialog(self._workspace.ticket), answered)


def row_moves(table: Callable[[], RowTable]) -> dict[str, Callable[[], object]]:
    """The actions that move in the rows of a screen; `table` finds them once the screen has them."""
    return {
        "row.down": lambda: table().action_move(1),
        "row.up": lambda: table().action_move(-1),
        "row.first": lambda: table().action_edge(-1),
        "row.last": lambda: table().action_edge(1),
        "row.page_down": lambda: table().action_page(1),
        "row.page_up": lambda: table().action_page(-1),
    }


def worklog_copied(workspace: Workspace, host: Host) -> Notice:
    """Copy what was done under the present ticket; what to say about it."""
    from kraty_console.domain.worklog import worklog

    return copied(host, worklog(workspace.ticket, workspace.work()), "worklog")
