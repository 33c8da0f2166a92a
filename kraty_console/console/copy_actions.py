"""What `c`, `y` and `w` copy: always the real value, with a note about what cannot be seen in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kraty_console.console.ticket_log import ticket_log
from kraty_console.console.views.bars import Notice
from kraty_console.domain.labels import short
from kraty_console.domain.reply import Reply, reply
from kraty_console.domain.worklog import markdown
from kraty_console.present.safe import misleading_form, safe

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.present.table import TableRow

    Copy = Callable[[str], str]
    """Sends a text to the clipboard and returns the message about it."""


def value_copied(copy: Copy, row: TableRow | None, player: str) -> Notice:
    """Copy the id of a row; without a row the player's id."""
    return copied(copy, row.copies, row.copies_what) if row is not None else copied(copy, player, "player id")


def audit_link_copied(copy: Copy, workspace: Workspace, row: TableRow | None, player: str) -> Notice:
    """Copy the link of an audit row; else of the last change to the row, or to the player."""
    if row is not None and row.scope == "audit":
        return audit_row_copied(copy, workspace, row.id)
    return last_link_copied(copy, workspace, player, row.id if row is not None else None)


def audit_row_copied(copy: Copy, workspace: Workspace, row_id: str) -> Notice:
    """Copy the link of an audit row."""
    return copied(copy, workspace.audit_url(row_id), f"link of audit row {short(row_id)}")


def last_link_copied(copy: Copy, workspace: Workspace, player: str, row_id: str | None) -> Notice:
    """Copy the audit link of the last change to a row, or to a player."""
    done = workspace.last_done(player, row_id) if player else None
    if done is None:
        return Notice("nothing was changed for this player yet", "warn")
    about = done.work.what or done.work.player
    return copied(copy, done.work.audit_url, f"audit link of {done.work.title}, {about}")


def worklog_copied(copy: Copy, workspace: Workspace) -> Notice:
    """Copy what was looked at and done under the present ticket, also by earlier sessions."""
    records = ticket_log(workspace).of_ticket(workspace.ticket)
    if not records:
        return Notice("nothing was done under this ticket yet", "warn")
    return copied(copy, markdown(workspace.ticket, records), "worklog")


def reply_or_notice(workspace: Workspace, player: str) -> Reply | Notice:
    """The reply to a player about what was done under the present ticket; without a player to all of them."""
    records = ticket_log(workspace).of_ticket(workspace.ticket)
    answer = reply(each for each in records if not player or each.player == player)
    if answer.text:
        return answer
    return Notice("nothing was done for this player under this ticket that a reply could tell", "warn")


def copied(copy: Copy, value: str, what: str) -> Notice:
    """Copy a value and say what it was; a link is named in words, because its address rarely fits."""
    message = copy(value)
    lines = [line.strip() for line in value.splitlines() if line.strip()] if what == "worklog" else [value]
    odd = next((words for line in lines if (words := misleading_form(line))), None)
    shown = "" if "link of " in what else f": {safe(lines[0] if lines else '', limit=80)}"
    return Notice(f"{safe(what, limit=120)} {message}{f'; it {odd}' if odd else ''}{shown}", "warn" if odd else "good")
