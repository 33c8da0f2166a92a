"""The table while no player is open: the ticket to solve, tickets to try, recent players, or why it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.console.player_state import LoadStatus, PlayerState
from kraty_console.console.views.rows import TableSection
from kraty_console.console.views.text import wrap
from kraty_console.domain.keymap import effective_keys, key_label
from kraty_console.domain.missing_operations import no_search
from kraty_console.domain.player_resolution import looks_like_email
from kraty_console.present.errors import error_text
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kraty_console.config.inbox import InboxTicket, TicketInbox
    from kraty_console.console.workspace import Workspace

_COLUMNS: Final = (
    Column("player", "PLAYER", 12, priority=1, middle=True),
    Column("about", "TICKET", 20, priority=2),
)
_NOTHING_KNOWN: Final = "Nothing in this text names a player of this game"
_MOST_TRIED: Final = 8

_MEASURE: Final = 74
"""Cells of a line of a ticket; fewer where the terminal is narrow."""
_TICKET_LINES: Final = 14
"""Lines of a ticket on the first screen; the whole ticket is a key away."""
_TICKET_CHARACTERS: Final = 20_000

_RECENT: Final = (Column("player", "", 12, middle=True),)


def start_sections(workspace: Workspace, state: PlayerState) -> tuple[TableSection, ...]:
    """The lists of the first screen, and what to say when a look-up found nothing."""
    if state.status is LoadStatus.LOADING:
        return (TableSection("wait", _RECENT, (), empty=f"Looking up {safe(state.player, limit=80)}."),)
    sections: list[TableSection] = []
    if state.status is LoadStatus.MISSING:
        near = tuple(_player_row(each) for each in state.nearest)
        are = "nearest of those that could be read are" if state.not_offered else "nearest are"
        if state.tried:
            sections.append(TableSection("tried", _RECENT, (), title=_NOTHING_KNOWN, empty=_tried(state)))
        nobody = f"No player is called {safe(state.player, limit=60)}"
        sections.append(
            TableSection(
                "near",
                _RECENT,
                near,
                title=(are.capitalize() if near else "") if state.tried else nobody + (f": {are}" if near else ""),
                empty=_nobody(workspace, state),
            )
        )
    elif state.status is LoadStatus.FAILED and state.error is not None:
        words = error_text(state.error)
        more = words.text.removeprefix(words.title).strip()
        sections.append(
            TableSection(
                "failed", _RECENT, (), title=words.title, empty="\n".join(line for line in (more, words.hint) if line)
            )
        )
    if workspace.launch.inbox is not None:
        sections.append(_open_ticket(workspace.launch.inbox, workspace.launch.profile.keymap))
    if workspace.launch.tries:
        rows = tuple(
            TableRow(
                each.player,
                "player",
                (Cell(safe(each.player, limit=60), "accent"), Cell(safe(each.complaint, limit=200))),
                (each.player, each.complaint),
                each.player,
                "player id",
            )
            for each in workspace.launch.tries
        )
        sections.append(TableSection("tries", _COLUMNS, rows, title="Tickets to try in this demo world"))
    if workspace.players.recent:
        rows = tuple(_player_row(each) for each in workspace.players.recent[:10])
        sections.append(TableSection("recent", _RECENT, rows, title="Players opened before"))
    if not sections:
        what = "a player's id or e-mail" if workspace.facts.can_search else "a player's id, whole"
        sections.append(TableSection("empty", _RECENT, (), empty=f"Type {what}; several at once can be pasted."))
    return tuple(sections)


def _open_ticket(inbox: TicketInbox, keymap: Mapping[str, str]) -> TableSection:
    """The ticket to solve, as far as there is room for it beside what a look-up found."""
    keys = effective_keys(keymap)
    if inbox.current is None:
        back, leave = (key_label(keys[each][0]) for each in ("ticket.previous", "app.back_or_quit"))
        words = f"{leave} ends the console, {back} goes back to the last ticket."
        return TableSection("ticket", _RECENT, (), title="Every ticket is done", empty=words)
    lines = wrap(ticket_text(inbox.current), _MEASURE)
    if len(lines) > _TICKET_LINES + 1:  # a single line takes no more room than to say so
        more = f"({len(lines) - _TICKET_LINES} more lines: {key_label(keys['ticket.read'][0])} shows all)"
        lines = [*lines[:_TICKET_LINES], more]
    return TableSection("ticket", _RECENT, (), title=ticket_title(inbox), empty="\n".join(lines), tone="plain")


def ticket_title(inbox: TicketInbox) -> SafeText:
    """Number and place of the open ticket."""
    number = safe(inbox.current.number if inbox.current is not None else None, limit=60)
    return SafeText(f"Ticket {number} · {inbox.position + 1} of {len(inbox.tickets)}")


def ticket_text(ticket: InboxTicket) -> SafeText:
    """What the customer wrote, as it can be shown."""
    return safe(ticket.text.replace("\r\n", "\n"), limit=_TICKET_CHARACTERS, multiline=True)


def _tried(state: PlayerState) -> str:
    """What of the text was looked up."""
    lines = [f"Looked up {safe(each, limit=100)}" for each in state.tried[:_MOST_TRIED]]
    if more := len(state.tried) - _MOST_TRIED:
        lines += [f"and {more} more"] if more > 0 else []
    if state.not_searched:
        lines.append(safe(state.not_searched[:1].upper() + state.not_searched[1:] + ".", limit=200))
    return "\n".join(lines)


def _nobody(workspace: Workspace, state: PlayerState) -> str:
    """What to do when there is no such player, and none whose id begins like it, as far as that is known."""
    if not workspace.facts.can_search:
        return safe(
            no_search(workspace.facts.portal(), by_email=looks_like_email(state.player)), limit=400, multiline=True
        )
    if state.not_offered:
        return safe(f"{state.not_offered}\nCheck the id, or try the e-mail with /.", limit=400, multiline=True)
    if looks_like_email(state.player):
        return "An e-mail is found only when all of it is typed. Check it, or try the id with /."
    return "Nothing begins like it either. Check the id, or try the e-mail with /."


def _player_row(player: str) -> TableRow:
    return TableRow(player, "player", (Cell(safe(player, limit=80)),), (player,), player, "player id")
