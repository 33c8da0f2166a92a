"""Routes to search and read players."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.routing import PLAYER, THE_PLAYER, Route, admin_route, server_route
from kraty_console.backend.lookup import handlers, list_handlers
from kraty_console.contract.operations import Operation
from kraty_console.contract.players import Snapshot

_LIST: Final = ("order", "environment", "cursor", "limit")

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
        Operation.FAULTS,
        handlers.faults,
        query=("kind", "eventKey", "since", "environment", "cursor", "limit"),
        operation_id="faults.page",
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
    admin_route(Operation.ATTEMPTS, list_handlers.attempts, query=_LIST, operation_id="lists.attempts"),
    admin_route(Operation.GRANTS, list_handlers.grants, query=_LIST, operation_id="lists.grants"),
    admin_route(Operation.WALLET_LEDGER, list_handlers.wallet_ledger, query=_LIST, operation_id="lists.wallet_ledger"),
    admin_route(Operation.ITEM_LEDGER, list_handlers.item_ledger, query=_LIST, operation_id="lists.item_ledger"),
    admin_route(Operation.LOBBIES, list_handlers.lobbies, query=_LIST, operation_id="lists.lobbies"),
    admin_route(Operation.PLAYER_AUDIT, list_handlers.audit, query=_LIST, operation_id="lists.audit"),
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
