"""Routes of health, the session, the time and the ping."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.app import session, status
from kraty_console.backend.http.routing import (
    Route,
    RouteAccess,
    admin_route,
    sdk_route,
    server_route,
)
from kraty_console.contract import holdings
from kraty_console.contract.holdings import Pong
from kraty_console.contract.operations import Operation

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(
        Operation.HEALTH, status.health, RouteAccess.ANYONE, bare=True, unlimited=True, operation_id="health.health"
    ),
    admin_route(Operation.ME, session.me, RouteAccess.SESSION, operation_id="session.me"),
    admin_route(
        Operation.END_SESSION,
        session.end_session,
        RouteAccess.SESSION,
        status=(204,),
        operation_id="session.end_session",
    ),
)

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        "/ping",
        status.ping,
        "ping",
        access=RouteAccess.KEY,
        reply=holdings.Pong,
        bare=True,
        operation_id="keys.ping",
    ),
    sdk_route(
        "GET",
        "/time",
        status.time,
        "time.read",
        access=RouteAccess.KEY,
        query=("timezone",),
        reply=holdings.ServerTime,
        operation_id="about.time",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route("GET", "/ping", status.ping, "ping", reply=Pong, bare=True, operation_id="keys.ping"),
)
