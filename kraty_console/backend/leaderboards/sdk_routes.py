"""Routes of a game about leaderboards: those of events, and the game's own (kraty-api 4, 5.11)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import Route, RouteAccess
from kraty_console.backend.http.sdk_route import PLAYER, sdk_route
from kraty_console.backend.leaderboards import sdk_handlers as boards
from kraty_console.backend.leaderboards.schemas import Joining, Score
from kraty_console.backend.lookup import stream_handlers as streaming
from kraty_console.contract import boards as shapes

_EVENT_BOARD: Final = "/event-leaderboards/{leaderboardId}"
_BOARD: Final = "/leaderboards/{boardKey}"

_READING: Final = ("limit", "includeSelf", "externalId", "progression")

ROUTES: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        _EVENT_BOARD,
        boards.read_event_board,
        "event_leaderboard.read",
        ("leaderboard", "leaderboardId"),
        access=RouteAccess.KEY,
        query=_READING,
        reply=shapes.EventLeaderboard,
        operation="boards.read_event_board",
    ),
    sdk_route(
        "GET",
        f"{_EVENT_BOARD}/stream",
        streaming.event_board,
        "event_leaderboard.stream",
        ("leaderboard", "leaderboardId"),
        access=RouteAccess.KEY,
        stream=True,
        operation="streaming.event_board",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}{_EVENT_BOARD}/join",
        boards.join_event_board,
        "event_leaderboard.join",
        ("leaderboard", "leaderboardId"),
        GameRequest,
        query=("limit",),
        reply=shapes.EventLeaderboard,
        operation="boards.join_event_board",
    ),
    sdk_route(
        "GET",
        _BOARD,
        boards.read,
        "leaderboard.read",
        ("leaderboard", "boardKey"),
        access=RouteAccess.KEY,
        query=(*_READING, "segment", "period"),
        reply=shapes.Leaderboard,
        operation="boards.read",
    ),
    sdk_route(
        "GET",
        f"{_BOARD}/standings",
        boards.standings,
        "leaderboard.standings",
        ("leaderboard", "boardKey"),
        access=RouteAccess.KEY,
        query=("scope", "segment", "period", "limit", "maxSegments", "externalId", "progression"),
        reply=shapes.BoardStandings,
        operation="boards.standings",
    ),
    sdk_route(
        "GET",
        f"{_BOARD}/periods",
        boards.periods,
        "leaderboard.periods",
        ("leaderboard", "boardKey"),
        access=RouteAccess.KEY,
        query=("limit",),
        reply=shapes.LeaderboardPeriods,
        operation="boards.periods",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}{_BOARD}/join",
        boards.join,
        "leaderboard.join",
        ("leaderboard", "boardKey"),
        Joining,
        query=("limit",),
        reply=shapes.Leaderboard,
        operation="boards.join",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}{_BOARD}/score",
        boards.score,
        "leaderboard.score_own",
        ("leaderboard", "boardKey"),
        Score,
        reply=shapes.Scored,
        operation="boards.score",
    ),
)
