"""The correction of a ticket that was recorded wrongly (contract/README.md#corrections)."""

from __future__ import annotations

from kraty_console.contract.actions import Changed, IdempotencyKey, Reason, Ticket
from kraty_console.contract.audit import AuditRow
from kraty_console.contract.wire import Request


class CorrectTicket(Request):
    """Say which ticket a change was made for."""

    ticket: Ticket
    """The right one."""
    reason: Reason
    idempotency_key: IdempotencyKey


class TicketCorrected(Changed):
    """The new row, which points to the corrected one."""

    row: AuditRow
