"""Routes of the audit log."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.audit import handlers
from kraty_console.backend.http.routing import Route, RouteAccess, method_and_path
from kraty_console.contract.audit import AuditPage, AuditRow
from kraty_console.contract.operations import Operation
from kraty_console.contract.session import Permission

_FILTERS: Final = ("gameId", "player", "actor", "action", "ticket", "outcome", "from", "to", "cursor", "limit")
_THE_ROW: Final = ("audit", "auditId")

ADMIN: Final[tuple[Route, ...]] = (
    Route(
        *method_and_path(Operation.AUDIT_LOG),
        RouteAccess.STUDIO,
        Permission.AUDIT_READ,
        handlers.page,
        query=_FILTERS,
        reply=AuditPage,
        operation="audit_log.page",
    ),
    Route(
        *method_and_path(Operation.AUDIT_ROW),
        RouteAccess.STUDIO,
        Permission.AUDIT_READ,
        handlers.row,
        _THE_ROW,
        reply=AuditRow,
        operation="audit_log.row",
    ),
)
