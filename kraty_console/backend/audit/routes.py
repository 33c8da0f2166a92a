"""Routes of the audit log."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.audit import handlers
from kraty_console.backend.http.routing import Route, RouteAccess, admin_route
from kraty_console.contract.operations import Operation

_FILTERS: Final = ("gameId", "player", "actor", "action", "ticket", "outcome", "from", "to", "cursor", "limit")
_THE_ROW: Final = ("audit", "auditId")

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(Operation.AUDIT_LOG, handlers.page, RouteAccess.STUDIO, query=_FILTERS, operation_id="audit_log.page"),
    admin_route(Operation.AUDIT_ROW, handlers.row, RouteAccess.STUDIO, operation_id="audit_log.row"),
    admin_route(
        Operation.CORRECT_TICKET, handlers.correct_ticket, status=(201, 200), operation_id="audit_log.correct_ticket"
    ),
)
