"""What the practice reports: as a table with remarks, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from kraty_console.config.inbox import TicketState
from kraty_console.domain.formatting import counted
from kraty_console.practice.evaluation import TicketVerdict, is_under
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow, cell
from kraty_console.present.text_output import table_text
from kraty_console.present.width import clip

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.practice.evaluation import PracticeResult, TicketResult
    from kraty_console.practice.tickets import PracticeTicket

_COLUMNS: Final = (
    Column("ticket", "TICKET", 8, priority=1),
    Column("player", "PLAYER", 8, priority=2),
    Column("verdict", "RESULT", 8, priority=1),
    Column("keys", "KEYS", 4, priority=3, right=True),
)
_LIST: Final = (
    Column("ticket", "TICKET", 8, priority=1),
    Column("text", "BEGINS", 8, priority=2),
)

_LEFT: Final = {TicketState.GIVEN_UP: ", given up", TicketState.OPEN: ", not answered"}
"""How a ticket was left, if that explains the result."""
_BEGINNING: Final = 70
"""Cells of a ticket in the list, so that a line fits 80."""


def report_text(result: PracticeResult, again: str) -> str:
    """The table, what is to be said about each ticket that was not solved, and the totals.

    Args:
        result: What became of the tickets.
        again: The command that deals the same tickets.
    """
    rows = [_row(each) for each in result.results]
    remarks = [line for each in result.results if each.verdict is not TicketVerdict.SOLVED for line in _remarks(each)]
    if result.stray:
        remarks += ["", "Changes that belong to no ticket:", *(f"  {_change(row)}" for row in result.stray)]
    solved = sum(each.verdict is TicketVerdict.SOLVED for each in result.results)
    keys = sum(each.keys for each in result.results)
    totals = f"{solved} of {counted(len(rows), 'ticket')} solved, {counted(keys, 'key')}. The same tickets again:"
    return "\n".join([table_text(_COLUMNS, rows).rstrip("\n"), *remarks, "", totals, f"  {again}"]) + "\n"


def report_json(result: PracticeResult, *, role: str, seed: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "role": role,
        "seed": seed,
        "solved": sum(each.verdict is TicketVerdict.SOLVED for each in result.results),
        "keys": sum(each.keys for each in result.results),
        "tickets": [
            {
                "ticket": each.ticket.number,
                "player": each.ticket.player,
                "result": each.verdict.name.lower(),
                "state": each.state.value,
                "keys": each.keys,
                "solution": each.ticket.solution,
                "right": [_change_json(row) for row in each.right],
                "wrong": [_change_json(row) for row in each.wrong],
            }
            for each in result.results
        ],
        "stray": [_change_json(row) for row in result.stray],
    }


def list_text(tickets: Sequence[PracticeTicket]) -> str:
    """What `--list` prints: each number, and how its text begins."""
    rows = [
        TableRow(each.number, "player", (cell(each.number), Cell(_beginning(each.text))), (), each.number, "ticket")
        for each in tickets
    ]
    return table_text(_LIST, rows)


def list_json(tickets: Sequence[PracticeTicket]) -> list[dict[str, str]]:
    """The same for programs, with the whole texts."""
    return [{"ticket": each.number, "text": each.text} for each in tickets]


def _beginning(text: str) -> SafeText:
    return clip(safe(" ".join(text.split())), _BEGINNING)


def _row(result: TicketResult) -> TableRow:
    ticket = result.ticket
    cells = (cell(ticket.number), cell(ticket.player), Cell(_verdict_words(result)), Cell(safe(str(result.keys))))
    return TableRow(ticket.number, "player", cells, (), ticket.number, "ticket")


def _verdict_words(result: TicketResult) -> SafeText:
    more = _LEFT.get(result.state, "") if result.verdict is not TicketVerdict.SOLVED else ""
    return SafeText(result.verdict.value + more)


def _remarks(result: TicketResult) -> Iterator[str]:
    """What was wrong about a ticket, and what is right."""
    yield ""
    yield f"{result.ticket.number} {safe(result.ticket.player, limit=80)}: {_verdict_words(result)}"
    for row in result.right:
        if not is_under(row, result.ticket):
            yield f"  {_change(row)}: recorded {_ticket_words(row)}"
        elif not (row.reason or "").strip():
            yield f"  {_change(row)}: no reason was given"
    for row in result.wrong:
        yield f"  {_change(row)}: not what the ticket needs"
    yield f"  {result.ticket.solution}"


def _ticket_words(row: AuditRow) -> str:
    return f"under {safe(row.ticket, limit=60)}" if row.ticket else "without a ticket"


def _change(row: AuditRow) -> str:
    player = row.player.external_player_id if row.player is not None else None
    return f"{safe(row.action, limit=60)} on {safe(player, limit=80)}"


def _change_json(row: AuditRow) -> dict[str, Any]:
    return {
        "auditId": row.id,
        "action": row.action,
        "player": row.player.external_player_id if row.player is not None else None,
        "targetId": row.target.id if row.target is not None else None,
        "ticket": row.ticket,
        "reason": row.reason,
    }
