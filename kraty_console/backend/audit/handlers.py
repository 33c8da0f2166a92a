"""Handlers of the audit log: a page, and a single row."""

from __future__ import annotations

from kraty_console.backend.audit import corrections
from kraty_console.backend.audit import queries as audit_log
from kraty_console.backend.audit.queries import AuditFilters, AuditScope
from kraty_console.backend.http import query_parameters
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import milliseconds
from kraty_console.backend.rules.errors import not_found
from kraty_console.contract.corrections import CorrectTicket


async def page(call: Call) -> HandlerReply:
    """A page of rows that match every filter, newest first."""
    view = _view(call)
    filters = AuditFilters(
        game_id=call.tenant.game_id if call.tenant else None,
        player=call.query("player"),
        actor=call.query("actor"),
        action=call.query("action"),
        ticket=call.query("ticket"),
        outcome=call.query("outcome"),
        since=milliseconds(call.query("from"), "from"),
        until=milliseconds(call.query("to"), "to"),
    )
    after, limit = query_parameters.position(call), call.limit()
    async with call.services.db.read() as tx:
        rows, next_cursor = await audit_log.audit_page(tx, view, filters, after, limit)
    return HandlerReply({"rows": rows, "nextCursor": next_cursor})


async def row(call: Call) -> HandlerReply:
    """One audit row."""
    audit_id = call.id("auditId", "Audit row")
    async with call.services.db.read() as tx:
        data = await audit_log.audit_row(tx, _view(call), audit_id)
    if data is None:
        not_found("Audit row", audit_id)
    return HandlerReply(data)


async def correct_ticket(call: Call) -> HandlerReply:
    """Correct the ticket of a change, by a new row that points to the first."""
    audit_id = call.id("auditId", "Audit row")
    body = await call.body(CorrectTicket)
    return await call.change(body, lambda tx, ctx: corrections.correct_ticket(tx, ctx, audit_id))


def _view(call: Call) -> AuditScope:
    return AuditScope(call.roles[0].studio_id, [role.game_id for role in call.roles])
