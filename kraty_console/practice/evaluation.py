"""Judges what was done about each ticket, from the backend's audit log and the players' states before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kraty_console.config.inbox import TicketState
from kraty_console.contract.operations import OPERATIONS, Operation
from kraty_console.domain.actions import ADD_NOTE, FORCE_CLAIM
from kraty_console.practice.repairs import RepairKind

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Snapshot
    from kraty_console.practice.tickets import PracticeTicket

_CORRECTION: Final = OPERATIONS[Operation.CORRECT_TICKET].permission
_HARMLESS: Final = ("session.", "webhook.", ADD_NOTE.permission, _CORRECTION)
"""Beginnings of actions that change nothing of a player."""


class TicketVerdict(StrEnum):
    """How a ticket ended, from the best to the worst."""

    SOLVED = "solved"
    WITHOUT_REASON = "solved without a reason"
    WITHOUT_TICKET = "solved without its ticket"
    UNNECESSARY = "unnecessary changes"
    PARTLY = "partly solved"
    MISSED = "missed"
    WRONG_ACTION = "wrong action"
    WRONG_PLAYER = "wrong player"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class PlayerStates:
    """A player before and after the session, as the backend tells."""

    before: Snapshot
    after: Snapshot


@dataclass(frozen=True, slots=True)
class TicketResult:
    """What became of one ticket."""

    ticket: PracticeTicket
    state: TicketState
    keys: int
    """Key presses while it was open."""
    verdict: TicketVerdict
    right: tuple[AuditRow, ...] = ()
    """The changes that solved it, or a part of it."""
    wrong: tuple[AuditRow, ...] = ()
    """Other changes to the ticket's player, or to any player under the ticket's number."""


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """What became of all tickets."""

    results: tuple[TicketResult, ...]
    """In the order in which they were dealt."""
    stray: tuple[AuditRow, ...]
    """Changes that belong to no ticket: neither by number nor by player."""

    @property
    def is_perfect(self) -> bool:
        """Whether every ticket was solved, and nothing else was changed."""
        return not self.stray and all(each.verdict is TicketVerdict.SOLVED for each in self.results)


def evaluate(
    tickets: Sequence[PracticeTicket],
    states: Sequence[TicketState],
    keys: Sequence[int],
    players: Mapping[str, PlayerStates],
    log: Sequence[AuditRow],
) -> PracticeResult:
    """Judge a session.

    Args:
        tickets: As dealt.
        states: What the person made of each.
        keys: Key presses for each.
        players: The player of each ticket, by external id.
        log: The audit log of the session.
    """
    changes = _changes(log)
    right = {ticket.number: _right(ticket, players[ticket.player], changes) for ticket in tickets}
    solving = {row.id for rows in right.values() for row in rows}
    rest = [row for row in changes if row.id not in solving]
    wrong = {ticket.number: [row for row in rest if _concerns(row, ticket, tickets)] for ticket in tickets}
    results = tuple(
        TicketResult(
            ticket,
            state,
            pressed,
            _verdict(ticket, state, players[ticket.player], right[ticket.number], wrong[ticket.number]),
            right[ticket.number],
            tuple(wrong[ticket.number]),
        )
        for ticket, state, pressed in zip(tickets, states, keys, strict=True)
    )
    blamed = {row.id for rows in wrong.values() for row in rows}
    return PracticeResult(results, tuple(row for row in rest if row.id not in blamed))


def is_under(row: AuditRow, ticket: PracticeTicket) -> bool:
    """Whether a change was recorded under the number of the ticket."""
    return (row.ticket or "").strip().casefold() == ticket.number.casefold()


def _changes(log: Sequence[AuditRow]) -> list[AuditRow]:
    """The changes that people made to players, oldest first, with their tickets as corrected."""
    corrected = {
        row.target.id: row.ticket
        for row in sorted(log, key=lambda row: row.id)
        if row.action == _CORRECTION and row.outcome == "ok" and row.target is not None
    }
    return [
        row.model_copy(update={"ticket": corrected[row.id]}) if row.id in corrected else row
        for row in sorted(log, key=lambda row: row.id)
        if row.outcome == "ok"
        and row.actor is not None
        and row.actor.kind in ("member", "api_key")
        and row.player is not None
        and not row.action.startswith(_HARMLESS)
    ]


def _right(ticket: PracticeTicket, states: PlayerStates, changes: Sequence[AuditRow]) -> tuple[AuditRow, ...]:
    """The changes that repaired something, each repair by one, and what may follow a repair."""
    rows: list[AuditRow] = []
    own = [row for row in changes if _is_about(row, ticket)]
    given: set[str] = set()
    for repair in ticket.repairs:
        if not repair.is_done(states.before, states.after):
            continue
        found = [row for row in own if repair.is_right(row, states.before, states.after)]
        rows += found if repair.kind is RepairKind.MERGE else found[:1]  # a merge is recorded for both players
        given |= repair.brought(states.before, states.after) if found else set()
    # A grant that the repair brought about may be delivered at once.
    rows += [
        row for row in own if row.action == FORCE_CLAIM.permission and row.target is not None and row.target.id in given
    ]
    return tuple({row.id: row for row in rows}.values())


def _is_about(row: AuditRow, ticket: PracticeTicket) -> bool:
    names = {ticket.player, *(repair.into for repair in ticket.repairs if repair.into)}
    return row.player is not None and row.player.external_player_id in names


def _concerns(row: AuditRow, ticket: PracticeTicket, tickets: Sequence[PracticeTicket]) -> bool:
    """Whether a change that solved nothing belongs to the ticket: by its number, else by its player."""
    if any(is_under(row, each) for each in tickets):
        return is_under(row, ticket)
    return _is_about(row, ticket)


def _verdict(
    ticket: PracticeTicket,
    state: TicketState,
    states: PlayerStates,
    right: Sequence[AuditRow],
    wrong: Sequence[AuditRow],
) -> TicketVerdict:
    if state is TicketState.UNREAD and not right and not wrong:
        return TicketVerdict.NOT_REACHED
    if any(not _is_about(row, ticket) for row in wrong):
        return TicketVerdict.WRONG_PLAYER
    repaired = [
        repair.is_done(states.before, states.after)
        and any(repair.is_right(row, states.before, states.after) for row in right)
        for repair in ticket.repairs
    ]
    if not all(repaired):
        if any(repaired):
            return TicketVerdict.PARTLY
        return TicketVerdict.WRONG_ACTION if wrong else TicketVerdict.MISSED
    if wrong:
        return TicketVerdict.UNNECESSARY
    if not ticket.repairs and state is not TicketState.ANSWERED:
        return TicketVerdict.MISSED
    if not all(is_under(row, ticket) for row in right):
        return TicketVerdict.WITHOUT_TICKET
    return TicketVerdict.SOLVED if all((row.reason or "").strip() for row in right) else TicketVerdict.WITHOUT_REASON
