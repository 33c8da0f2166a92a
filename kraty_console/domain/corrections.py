"""Corrections of wrongly recorded tickets: rows of the audit log that point to another one
(contract/README.md#corrections)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.contract.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow

_ACTION: Final = OPERATIONS[Operation.CORRECT_TICKET].permission


class TicketChange(NamedTuple):
    """What a correction says."""

    wrong: str | None
    right: str | None


def is_correction(row: AuditRow) -> bool:
    """Whether a row corrects another one."""
    return row.action == _ACTION


def ticket_change(row: AuditRow) -> TicketChange | None:
    """The tickets of a correction that took effect; None for other rows."""
    if not is_correction(row) or row.outcome != "ok":
        return None
    wrong, right = (_ticket(value) for value in (row.before, row.after))
    return TicketChange(wrong, right if right is not None else row.ticket)


def corrected_tickets(rows: Iterable[AuditRow]) -> dict[str, str]:
    """By the id of a corrected row: its right ticket, as far as the corrections are among these rows, newest first."""
    tickets: dict[str, str] = {}
    for row in rows:
        change, target = ticket_change(row), row.target.id if row.target is not None else None
        if change is not None and change.right and target:
            tickets.setdefault(target, change.right)
    return tickets


def _ticket(value: object) -> str | None:
    ticket = value.get("ticket") if isinstance(value, dict) else None
    return ticket if isinstance(ticket, str) else None
