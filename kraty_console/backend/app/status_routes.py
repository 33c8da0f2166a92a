"""Routes of health, the session, the time and the ping."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.app import session, status
from kraty_console.backend.http.routing import (
    NOTHING,
    SIGNED_IN,
    Route,
    RouteAccess,
    method_and_path,
    sdk_route,
    server_route,
)
from kraty_console.contract import holdings
from kraty_console.contract.holdings import Pong
from kraty_console.contract.operations import Operation
from kraty_console.contract.session import Health, Me

ADMIN: Final[tuple[Route, ...]] = (
    Route(
        *method_and_path(Operation.HEALTH),
        RouteAccess.ANYONE,
        NOTHING,
        status.health,
        reply=Health,
        bare=True,
        unlimited=True,
        operation="health.health",
    ),
    Route(*method_and_path(Operation.ME), RouteAccess.SESSION, SIGNED_IN, session.me, reply=Me, operation="session.me"),
    Route(
        *method_and_path(Operation.END_SESSION),
        RouteAccess.SESSION,
        SIGNED_IN,
        session.end_session,
        status=(204,),
        operation="session.end_session",
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
        operation="keys.ping",
    ),
    sdk_route(
        "GET",
        "/time",
        status.time,
        "time.read",
        access=RouteAccess.KEY,
        query=("timezone",),
        reply=holdings.ServerTime,
        operation="about.time",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route("GET", "/ping", status.ping, "ping", reply=Pong, bare=True, operation="keys.ping"),
)
