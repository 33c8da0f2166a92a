"""Routes of lobbies."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.routing import Route, RouteAccess, sdk_route, server_route
from kraty_console.backend.lobbies import handlers
from kraty_console.backend.lobbies.schemas import LobbyPush
from kraty_console.contract.players import Lobby

_GAME: Final = "/games/{gameId}"

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        "/lobbies/{lobbyId}",
        handlers.read,
        "lobby.read",
        ("lobby", "lobbyId"),
        access=RouteAccess.KEY,
        reply=Lobby,
        operation_id="lobbies.read",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{_GAME}/events/{{eventKey}}/lobbies",
        handlers.push,
        "lobby.push",
        ("event", "eventKey"),
        LobbyPush,
        status=(201, 200),
        reply=Lobby,
        operation_id="lobbies.push",
    ),
    server_route(
        "GET",
        f"{_GAME}/lobbies/{{lobbyId}}",
        handlers.read_of_game,
        "lobby.read",
        ("lobby", "lobbyId"),
        reply=Lobby,
        operation_id="lobbies.read_of_game",
    ),
)
