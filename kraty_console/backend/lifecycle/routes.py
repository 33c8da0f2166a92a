"""Routes of import, merge, erase and export."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import ExplainedRequest
from kraty_console.backend.http.routing import PLAYER, THE_PLAYER, Route, server_route
from kraty_console.backend.lifecycle import handlers, import_handlers
from kraty_console.backend.lifecycle.schemas import Erasure
from kraty_console.contract import server
from kraty_console.contract.server import DeletePlayerResult, MergePlayerResult, PlayerExport

SERVER: Final[tuple[Route, ...]] = (
    *(
        server_route(
            "POST",
            f"/migrate/{what}",
            rule,
            f"migrate.{what}",
            body=body,
            reply=server.Migrated,
            operation_id=f"migrate.{what}",
        )
        for what, rule, body in (
            ("players", import_handlers.players, import_handlers.PlayerBatch),
            ("wallet", import_handlers.wallet, import_handlers.WalletBatch),
            ("inventory", import_handlers.inventory, import_handlers.InventoryBatch),
        )
    ),
    server_route(
        "POST",
        f"{PLAYER}/merge-into/{{toExternalPlayerId}}",
        handlers.merge,
        "player.merge",
        THE_PLAYER,
        ExplainedRequest,
        reply=MergePlayerResult,
        operation_id="whole_players.merge",
    ),
    server_route(
        "POST",
        f"{PLAYER}/delete",
        handlers.delete,
        "player.delete",
        THE_PLAYER,
        Erasure,
        reply=DeletePlayerResult,
        operation_id="whole_players.delete",
    ),
    server_route(
        "GET",
        f"{PLAYER}/export",
        handlers.export,
        "player.export",
        THE_PLAYER,
        reply=PlayerExport,
        operation_id="whole_players.export",
    ),
)
