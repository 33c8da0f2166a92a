"""The routes about a player as a whole."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import ExplainedRequest
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.server_route import PLAYER, THE_PLAYER, server_route
from kraty_console.backend.lifecycle import handlers as whole_players
from kraty_console.backend.lifecycle.schemas import Erasure
from kraty_console.contract.server import DeletePlayerResult, MergePlayerResult, PlayerExport

ROUTES: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{PLAYER}/merge-into/{{toExternalPlayerId}}",
        whole_players.merge,
        "player.merge",
        THE_PLAYER,
        ExplainedRequest,
        reply=MergePlayerResult,
        operation="whole_players.merge",
    ),
    server_route(
        "POST",
        f"{PLAYER}/delete",
        whole_players.delete,
        "player.delete",
        THE_PLAYER,
        Erasure,
        reply=DeletePlayerResult,
        operation="whole_players.delete",
    ),
    server_route(
        "GET",
        f"{PLAYER}/export",
        whole_players.export,
        "player.export",
        THE_PLAYER,
        reply=PlayerExport,
        operation="whole_players.export",
    ),
)
