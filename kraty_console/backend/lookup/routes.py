"""Routes to search and read players."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.routing import PLAYER, THE_PLAYER, Route, admin_route, server_route
from kraty_console.backend.lookup import handlers
from kraty_console.contract.operations import Operation
from kraty_console.contract.players import Snapshot

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(
        Operation.SEARCH, handlers.search, query=("query", "environment", "limit"), operation_id="players.search"
    ),
    admin_route(
        Operation.RESOLVE,
        handlers.resolve,
        query=("q", "environment", "limit"),
        repeatable=("q",),
        operation_id="players.resolve",
    ),
    admin_route(
        Operation.PLAYER,
        handlers.snapshot_for_admin,
        query=("environment", "limit"),
        tagged=True,
        operation_id="players.snapshot",
    ),
    admin_route(
        Operation.TIMELINE,
        handlers.timeline,
        query=("kinds", "environment", "cursor", "limit"),
        operation_id="timeline.page",
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
        operation_id="players.snapshot",
    ),
)
