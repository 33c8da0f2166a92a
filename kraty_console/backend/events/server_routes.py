"""Routes of a studio's backend about playing: progress, finish, lobbies (kraty-api 3.7, 3.8)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.events import handlers as playing
from kraty_console.backend.events.schemas import ReportProgress
from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.server_route import PLAYER, server_route
from kraty_console.backend.lobbies import handlers as lobbies
from kraty_console.backend.lobbies.schemas import LobbyPush
from kraty_console.contract import play
from kraty_console.contract.players import Lobby

_GAME: Final = "/games/{gameId}"
_ATTEMPT: Final = f"{PLAYER}/events/{{eventKey}}/attempts/{{attemptId}}"
_THE_ATTEMPT: Final = ("attempt", "attemptId")

ROUTES: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{_ATTEMPT}/progress",
        playing.progress,
        "attempt.progress",
        _THE_ATTEMPT,
        ReportProgress,
        reply=play.AttemptProgressed,
        operation="playing.progress",
    ),
    server_route(
        "POST",
        f"{_ATTEMPT}/finish",
        playing.finish,
        "attempt.finish",
        _THE_ATTEMPT,
        GameRequest,
        reply=play.Finished,
        operation="playing.finish",
    ),
    server_route(
        "POST",
        f"{_GAME}/events/{{eventKey}}/lobbies",
        lobbies.push,
        "lobby.push",
        ("event", "eventKey"),
        LobbyPush,
        status=(201, 200),
        reply=Lobby,
        operation="lobbies.push",
    ),
    server_route(
        "GET",
        f"{_GAME}/lobbies/{{lobbyId}}",
        lobbies.read_of_game,
        "lobby.read",
        ("lobby", "lobbyId"),
        reply=Lobby,
        operation="lobbies.read_of_game",
    ),
)
