"""Routes of a game about playing: events, attempts, lobbies (kraty-api 4)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.events import handlers as playing
from kraty_console.backend.events.schemas import ReportProgress, Start
from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import Route, RouteAccess
from kraty_console.backend.http.sdk_route import PLAYER, THE_PLAYER, sdk_route
from kraty_console.backend.lobbies import handlers as lobbies
from kraty_console.contract import play
from kraty_console.contract.players import Lobby

_EVENT: Final = f"{PLAYER}/events/{{eventKey}}"
_ATTEMPT: Final = f"{_EVENT}/attempts/{{attemptId}}"
_THE_ATTEMPT: Final = ("attempt", "attemptId")

ROUTES: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        f"{PLAYER}/events",
        playing.events,
        "event.read",
        THE_PLAYER,
        access=RouteAccess.KEY,
        query=("status",),
        reply=play.EventListings,
        operation="playing.events",
    ),
    sdk_route(
        "POST",
        f"{_EVENT}/start",
        playing.start,
        "attempt.start",
        THE_PLAYER,
        Start,
        status=(201, 200, 202),
        reply=play.Started,
        operation="playing.start",
    ),
    sdk_route(
        "POST",
        f"{_ATTEMPT}/progress",
        playing.progress,
        "attempt.progress",
        _THE_ATTEMPT,
        ReportProgress,
        reply=play.AttemptProgressed,
        operation="playing.progress",
    ),
    sdk_route(
        "POST",
        f"{_ATTEMPT}/finish",
        playing.finish,
        "attempt.finish",
        _THE_ATTEMPT,
        GameRequest,
        reply=play.Finished,
        operation="playing.finish",
    ),
    sdk_route(
        "GET",
        "/lobbies/{lobbyId}",
        lobbies.read,
        "lobby.read",
        ("lobby", "lobbyId"),
        access=RouteAccess.KEY,
        reply=Lobby,
        operation="lobbies.read",
    ),
)
