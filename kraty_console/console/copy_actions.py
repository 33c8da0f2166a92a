"""What `c`, `y` and `w` copy: always the real value, with a word about what cannot be seen in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.console.host import Host
from kraty_console.console.views.bars import Notice
from kraty_console.console.workspace import Workspace
from kraty_console.domain.labels import short
from kraty_console.present.safe import misleading_form, safe

if TYPE_CHECKING:
    from kraty_console.console.screens.player import PlayerScreen


class Copying:
    """Copies through the host and answers what there is to say about it: what was sent where."""

    def __init__(self, screen: PlayerScreen, workspace: Workspace, host: Host) -> None:
        self._screen = screen
        self._workspace = workspace
        self._host = host

    def value(self) -> Notice:
        """The id of the row under the cursor; without a row the player's id."""
        row = self._screen.table.row
        if row is None:
            return self._copy(self._screen.state.player, "player id")
        return self._copy(row.copies, row.copies_what)

    def audit_link(self) -> Notice:
        """The link of the audit row under the cursor; else of the last change to this row, or to this player."""
        row = self._screen.table.row
        if row is not None and row.scope == "audit":
            return self._copy(self._workspace.audit_url(row.id), f"link of audit row {short(row.id)}")
        done = self._workspace.last_done(self._screen.state.player, row.id if row is not None else None)
        if done is None:
            return Notice("nothing was changed for this player yet", "warn")
        about = done.work.what or done.work.player
        return self._copy(done.work.audit_url, f"audit link of {done.work.title}, {about}")

    def _copy(self, value: str, what: str) -> Notice:
        return copied(self._host, value, what)


def copied(host: Host, value: str, what: str) -> Notice:
    """Copy a value and say what it was; a link is named in words, for its address seldom finds room."""
    said = host.copy(value)
    lines = [line.strip() for line in value.splitlines() if line.strip()] if what == "worklog" else [value]
    odd = next((words for line in lines if (words := misleading_form(line))), None)
    shown = "" if "link of " in what else f": {safe(lines[0] if lines else '', limit=80)}"
    return Notice(f"{safe(what, limit=120)} {said}{f'; it {odd}' if odd else ''}{shown}", "warn" if odd else "good")
