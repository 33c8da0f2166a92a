"""Say which ticket a change was made for, where a wrong one was recorded (contract/README.md#corrections)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kraty_console.contract.operations import Operation
from kraty_console.domain import actions, snapshot_lookup
from kraty_console.domain.corrections import corrected_tickets, ticket_change
from kraty_console.domain.fields import (
    CannotOpen,
    ChangeDialog,
    Effect,
    EffectContext,
    Form,
    FormContext,
    Values,
    ticket_and_reason,
)
from kraty_console.domain.formatting import since
from kraty_console.domain.labels import actor_name, short

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.corrections import TicketCorrected
    from kraty_console.contract.players import Snapshot

NONE: Final = "none"


def form(context: FormContext) -> Form:
    """Asks for the right ticket and the reason; both are needed."""
    row = context.audit_row or snapshot_lookup.audit(context.snapshot, context.row_id)
    if row is None:
        raise CannotOpen("this audit row is no longer in the list")
    known = corrected_tickets(context.snapshot.audit).get(row.id, row.ticket)
    ticket, reason = ticket_and_reason(context)

    def check(text: str) -> str | None:
        return "the row has this ticket already" if text == known else ticket.check(text)

    when = f", {since(row.occurred_at, context.now)}" if row.occurred_at is not None else ""
    player = player_of(row)
    return Form(
        actions.CORRECT_TICKET.id,
        Operation.CORRECT_TICKET,
        "Correct ticket",
        (
            " · ".join(part for part in (player, row.action, f"audit row {short(row.id)}") if part),
            f"by {actor_name(row.actor) or 'nobody known'}{when}",
            f"ticket {known or NONE}",
        ),
        (replace(ticket, label="right ticket", required=True, doubtful=True, hint="", check=check), reason),
        "Correct",
        "correcting",
        player,
        context.now,
        row.id[-8:],
        target_id=row.id,
    )


def player_of(row: AuditRow) -> str:
    """The external id of its player; empty if it has none."""
    return (row.player.external_player_id or "") if row.player is not None else ""


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The tickets, and that the row itself stays."""
    del context
    known = form.subject_lines[-1].removeprefix("ticket ")
    right = form.text(values, "ticket")
    return [
        Effect("ticket", f"{known} → {right or 'the right one'}"),
        Effect("note", "the row stays as it is; a new one points to it, and is found by either ticket", note=True),
    ]


def summary(_call: ChangeRequest, answer: TicketCorrected, _before: Snapshot | None) -> str:
    """`ticket ZD-1 → ZD-2`."""
    change = ticket_change(answer.row)
    return f"ticket {change.wrong or NONE} → {change.right or NONE}" if change is not None else "ticket corrected"


CHANGE: Final = ChangeDialog(actions.CORRECT_TICKET, form, effects, summary)
