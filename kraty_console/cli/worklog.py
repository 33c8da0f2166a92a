"""`kraty-console worklog`: what was done under a ticket, from the worklog on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.cli.session import profile_of
from kraty_console.console.ticket_log import kept_records
from kraty_console.contract.wire import iso
from kraty_console.domain.formatting import counted
from kraty_console.domain.reply import reply
from kraty_console.domain.worklog import TicketTimes, WorkRecord, markdown, merged, tickets
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kraty_console.cli.options import Options

_LONGEST = 1_000_000


def print_worklog(options: Options, ticket: str | None, *, as_reply: bool, as_json: bool) -> int:
    """Print the worklog of a ticket, or the tickets, and return the exit code."""
    profile, paths = profile_of(options)
    records = list(kept_records(paths.state_dir, profile.url))
    if ticket is None:
        return _print_tickets(tickets(records), as_json=as_json)
    own = merged(each for each in records if each.ticket == ticket)
    if not own:
        print_message(f"Nothing was recorded under the ticket {ticket}; kraty-console worklog lists those that were.")
        return Exit.NOT_FOUND
    if as_reply:
        return _print_reply(own)
    if as_json:
        emit_json({"ticket": ticket, "records": [_record_json(each) for each in own]})
    else:
        emit(safe(markdown(ticket, own), limit=_LONGEST, multiline=True))
    return Exit.FOUND


def _print_tickets(found: Sequence[TicketTimes], *, as_json: bool) -> int:
    if as_json:
        names = [
            {
                "ticket": each.ticket,
                "first": iso(each.first),
                "last": iso(each.last),
                "players": each.players,
                "changes": each.changes,
            }
            for each in found
        ]
        emit_json({"tickets": names})
    else:
        for each in found:
            when = f"{each.first:%Y-%m-%d %H:%M} – {each.last:%Y-%m-%d %H:%M} UTC"
            what = f"{counted(each.players, 'player')}, {counted(each.changes, 'change')}"
            emit(f"{when}  {safe(each.ticket, limit=60)}  {what}")
    if not found:
        print_message("Nothing was recorded yet: the console and act record what is done under a ticket.")
        return Exit.NOT_FOUND
    return Exit.FOUND


def _print_reply(records: Sequence[WorkRecord]) -> int:
    answer = reply(records)
    if answer.open_changes:
        print_message(
            f"{counted(answer.open_changes, 'change')} of unknown outcome left out: o in the console settles it."
        )
    if not answer.text:
        print_message("Nothing was done under this ticket that a reply could tell.")
        return Exit.NOT_FOUND
    emit(safe(answer.text, limit=_LONGEST, multiline=True))
    return Exit.FOUND


def _record_json(record: WorkRecord) -> dict[str, Any]:
    """The record with its own names; what is empty is null."""
    is_change = record.kind != "looked"
    head = {"at": iso(record.at), "kind": record.kind, "player": record.player, "game": record.game or None}
    if not is_change:
        return {**head, "found": list(record.found)}
    audit = {"id": record.audit_id, "url": record.audit_url or None} if record.audit_id else None
    return {
        **head,
        "change": record.title,
        "row": record.what or None,
        "outcome": record.state,
        "summary": record.words or None,
        "audit": audit,
        "requestId": record.request_id or None,
        "idempotencyKey": record.key,
    }
