"""Correct the ticket of a change: rows of the log never change, so a new row points to the first
(contract/README.md#corrections)."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.audit import trail
from kraty_console.backend.audit.serializers import serialize_audit_row
from kraty_console.backend.rules import idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import conflict, not_found
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AuditRecord
from kraty_console.backend.storage.transaction import Transaction

CORRECT: Final = "audit.correct"

_IS_CORRECTION: Final = sa.text(f"action = '{CORRECT}'")
"""As the index of these rows has it, letter for letter."""


async def correct_ticket(tx: Transaction, ctx: Context, audit_id: str) -> RuleResult:
    """Record the context's ticket as the one that the row belongs to.

    404 if the game has no such row; 409 if it is a refused attempt, or a correction itself (`details.corrects` is the
    row to correct), or has that ticket already.
    """
    earlier = await idempotency.replay(tx, ctx, CORRECT, {"auditId": audit_id})
    if earlier is not None:
        return earlier
    column = tables.audit.c
    here = (column.studio_id == ctx.tenant.studio_id, column.game_id == ctx.tenant.game_id)
    # Locked, so that of two corrections each knows the other.
    row = await tx.find(tables.audit, *here, column.audit_id == audit_id, lock=True)
    if row is None:
        not_found("Audit row", audit_id)
    if row.action == CORRECT:
        conflict("This row is a correction itself: correct the row that it points to", corrects=row.target_id)
    if row.outcome != "ok":
        conflict("This row is a refused attempt, which belongs to no ticket", outcome=row.outcome)
    last = await tx.record(
        AuditRecord,
        sa.select(column.ticket)
        .where(*here, _IS_CORRECTION, column.target_id == audit_id)
        .order_by(column.occurred_at.desc(), column.audit_id.desc())
        .limit(1),
    )
    known = row.ticket if last is None else last.ticket
    if known == ctx.ticket:
        conflict(f"The row belongs to the ticket '{ctx.ticket}' already", ticket=known)
    player = None
    if row.player_id is not None:
        player = await tx.get(tables.players, ctx.tenant.studio_id, ctx.tenant.game_id, row.player_id)
    new_id = trail.record(
        tx,
        ctx,
        CORRECT,
        target_kind="audit",
        target_id=audit_id,
        player=player,
        metadata={"reason": ctx.reason, "action": row.action, "target": {"kind": row.target_kind, "id": row.target_id}},
        before={"ticket": known},
        after={"ticket": ctx.ticket},
    )
    made = await tx.get(tables.audit, ctx.tenant.studio_id, new_id)
    assert made is not None, "it was just written"
    data = {"row": serialize_audit_row(made), "audit": trail.audit_link(ctx, new_id)}
    return await idempotency.keep(tx, ctx, CORRECT, 201, data)
