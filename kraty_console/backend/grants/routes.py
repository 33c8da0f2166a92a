"""Routes of grants."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.grants import handlers
from kraty_console.backend.grants.schemas import SelfGrant, ServerGrant
from kraty_console.backend.http.request_models import GameRequest, KeyedRequest
from kraty_console.backend.http.routing import PLAYER, THE_PLAYER, Route, admin_route, sdk_route, server_route
from kraty_console.contract import holdings
from kraty_console.contract.operations import Operation
from kraty_console.contract.players import Grant

_THE_GRANT: Final = ("grant", "grantId")

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(Operation.MANUAL_GRANT, handlers.create_for_admin, status=(201, 200), operation_id="grants.create"),
    admin_route(Operation.FORCE_CLAIM, handlers.force_claim, operation_id="grants.force_claim"),
    admin_route(Operation.REVOKE_GRANT, handlers.revoke, operation_id="grants.revoke"),
)

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        f"{PLAYER}/pending-grants",
        handlers.pending_grants,
        "grant.list",
        THE_PLAYER,
        strangers=True,
        query=("limit",),
        reply=holdings.PendingGrants,
        operation_id="collecting.pending_grants",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/grants",
        handlers.give,
        "grant.self",
        THE_PLAYER,
        SelfGrant,
        status=(201, 200),
        reply=Grant,
        operation_id="collecting.give",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/grants/{{grantId}}/claim",
        handlers.claim,
        "grant.claim",
        _THE_GRANT,
        GameRequest,
        reply=Grant,
        operation_id="collecting.claim",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/crates/{{grantId}}/open",
        handlers.open_crate,
        "crate.open",
        _THE_GRANT,
        GameRequest,
        reply=holdings.CrateOpened,
        operation_id="collecting.open_crate",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{PLAYER}/grants",
        handlers.create_for_server,
        "grant.create",
        THE_PLAYER,
        ServerGrant,
        status=(201, 200),
        reply=Grant,
        operation_id="grants.create",
    ),
)

SERVER_CLAIMS: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{PLAYER}/grants/{{grantId}}/ack",
        handlers.acknowledge,
        "grant.ack",
        ("grant", "grantId"),
        KeyedRequest,
        reply=Grant,
        operation_id="grants.acknowledge",
    ),
)
