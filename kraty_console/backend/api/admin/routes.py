"""The routes of `/admin/v1` (decisions: The admin surface)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.api.admin import (
    attempts,
    audit_log,
    bans,
    catalog,
    grants,
    health,
    players,
    session,
    timeline,
    wallet,
)
from kraty_console.backend.api.admin.webhook_routes import ROUTES as WEBHOOKS
from kraty_console.backend.api.openapi.surfaces import document_route
from kraty_console.backend.api.routing import Route, RouteAccess, route_of
from kraty_console.contract.operations import Operation

_FILTERS: Final = ("gameId", "player", "actor", "action", "ticket", "outcome", "from", "to", "cursor", "limit")

ROUTES: Final[tuple[Route, ...]] = (
    document_route("admin"),
    route_of(Operation.HEALTH, health.health, RouteAccess.ANYONE, bare=True, unlimited=True),
    route_of(Operation.ME, session.me, RouteAccess.SESSION),
    route_of(Operation.END_SESSION, session.end_session, RouteAccess.SESSION, status=(204,)),
    route_of(Operation.AUDIT_LOG, audit_log.page, RouteAccess.STUDIO, query=_FILTERS),
    route_of(Operation.AUDIT_ROW, audit_log.row, RouteAccess.STUDIO),
    route_of(Operation.CATALOG, catalog.catalog, tagged=True),
    route_of(Operation.SEARCH, players.search, query=("query", "environment", "limit")),
    route_of(Operation.PLAYER, players.snapshot, query=("environment", "limit"), tagged=True),
    route_of(Operation.TIMELINE, timeline.page, query=("kinds", "environment", "cursor", "limit")),
    route_of(Operation.FORCE_COMPLETE, attempts.force_complete),
    route_of(Operation.RETRY_ROLL, attempts.retry_reward_roll),
    route_of(Operation.MANUAL_GRANT, grants.create, status=(201, 200)),
    route_of(Operation.FORCE_CLAIM, grants.force_claim),
    route_of(Operation.REVOKE_GRANT, grants.revoke),
    route_of(Operation.CREDIT, wallet.credit),
    route_of(Operation.BAN, bans.ban),
    route_of(Operation.UNBAN, bans.unban, named="player.unban"),
    *WEBHOOKS,
)
