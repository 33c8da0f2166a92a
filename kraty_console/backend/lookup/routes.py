"""Routes to search and read players."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.routing import PLAYER, THE_PLAYER, Route, RouteAccess, method_and_path, server_route
from kraty_console.backend.lookup import handlers
from kraty_console.contract.operations import Operation
from kraty_console.contract.players import SearchResult, Snapshot
from kraty_console.contract.session import Permission
from kraty_console.contract.timeline import TimelinePage

ADMIN: Final[tuple[Route, ...]] = (
    Route(
        *method_and_path(Operation.SEARCH),
        RouteAccess.GAME,
        Permission.PLAYER_READ,
        handlers.search,
        query=("query", "environment", "limit"),
        reply=SearchResult,
        operation="players.search",
    ),
    Route(
        *method_and_path(Operation.PLAYER),
        RouteAccess.GAME,
        Permission.PLAYER_READ,
        handlers.snapshot_for_admin,
        THE_PLAYER,
        query=("environment", "limit"),
        reply=Snapshot,
        tagged=True,
        operation="players.snapshot",
    ),
    Route(
        *method_and_path(Operation.TIMELINE),
        RouteAccess.GAME,
        Permission.PLAYER_READ,
        handlers.timeline,
        THE_PLAYER,
        query=("kinds", "environment", "cursor", "limit"),
        reply=TimelinePage,
        operation="timeline.page",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route(
        "GET",
        PLAYER,
        handlers.snapshot_for_server,
        "player.read",
        THE_PLAYER,
        query=("limit",),
        reply=Snapshot,
        tagged=True,
        operation="players.snapshot",
    ),
)
