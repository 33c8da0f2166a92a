"""Routes of leaderboards."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import PLAYER, Route, RouteAccess, sdk_route, server_route
from kraty_console.backend.leaderboards import handlers
from kraty_console.backend.leaderboards.schemas import Joining, PlayerScore, Score
from kraty_console.contract import boards as shapes
from kraty_console.contract.boards import Scored

_READING: Final = ("limit", "includeSelf", "externalId", "progression")
_EVENT_BOARD: Final = "/event-leaderboards/{leaderboardId}"
_BOARD: Final = "/leaderboards/{boardKey}"

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        _EVENT_BOARD,
        handlers.read_event_board,
        "event_leaderboard.read",
        ("leaderboard", "leaderboardId"),
        access=RouteAccess.KEY,
        query=_READING,
        reply=shapes.EventLeaderboard,
        operation_id="boards.read_event_board",
    ),
    sdk_route(
        "GET",
        f"{_EVENT_BOARD}/stream",
        handlers.event_board_stream,
        "event_leaderboard.stream",
        ("leaderboard", "leaderboardId"),
        access=RouteAccess.KEY,
        stream=True,
        operation_id="streaming.event_board",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}{_EVENT_BOARD}/join",
        handlers.join_event_board,
        "event_leaderboard.join",
        ("leaderboard", "leaderboardId"),
        GameRequest,
        query=("limit",),
        reply=shapes.EventLeaderboard,
        operation_id="boards.join_event_board",
    ),
    sdk_route(
        "GET",
        _BOARD,
        handlers.read,
        "leaderboard.read",
        ("leaderboard", "boardKey"),
        access=RouteAccess.KEY,
        query=(*_READING, "segment", "period"),
        reply=shapes.Leaderboard,
        operation_id="boards.read",
    ),
    sdk_route(
        "GET",
        f"{_BOARD}/standings",
        handlers.standings,
        "leaderboard.standings",
        ("leaderboard", "boardKey"),
        access=RouteAccess.KEY,
        query=("scope", "segment", "period", "limit", "maxSegments", "externalId", "progression"),
        reply=shapes.BoardStandings,
        operation_id="boards.standings",
    ),
    sdk_route(
        "GET",
        f"{_BOARD}/periods",
        handlers.periods,
        "leaderboard.periods",
        ("leaderboard", "boardKey"),
        access=RouteAccess.KEY,
        query=("limit",),
        reply=shapes.LeaderboardPeriods,
        operation_id="boards.periods",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}{_BOARD}/join",
        handlers.join,
        "leaderboard.join",
        ("leaderboard", "boardKey"),
        Joining,
        query=("limit",),
        reply=shapes.Leaderboard,
        operation_id="boards.join",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}{_BOARD}/score",
        handlers.score_for_game,
        "leaderboard.score_own",
        ("leaderboard", "boardKey"),
        Score,
        reply=shapes.Scored,
        operation_id="boards.score",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        "/leaderboards/{boardKey}/score",
        handlers.score_for_server,
        "leaderboard.score",
        ("leaderboard", "boardKey"),
        PlayerScore,
        reply=Scored,
        operation_id="boards.score",
    ),
)
