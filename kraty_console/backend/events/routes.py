"""Routes of events and attempts."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.events import handlers
from kraty_console.backend.events.schemas import ReportProgress, Start
from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import (
    PLAYER,
    THE_PLAYER,
    Route,
    RouteAccess,
    admin_route,
    sdk_route,
    server_route,
)
from kraty_console.contract import play
from kraty_console.contract.operations import Operation

_THE_ATTEMPT: Final = ("attempt", "attemptId")
_ATTEMPT: Final = f"{PLAYER}/events/{{eventKey}}/attempts/{{attemptId}}"
_EVENT: Final = f"{PLAYER}/events/{{eventKey}}"

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(Operation.FORCE_COMPLETE, handlers.force_complete, operation_id="attempts.force_complete"),
    admin_route(Operation.RETRY_ROLL, handlers.retry_reward_roll, operation_id="attempts.retry_reward_roll"),
)

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        f"{PLAYER}/events",
        handlers.events,
        "event.read",
        THE_PLAYER,
        access=RouteAccess.KEY,
        query=("status",),
        reply=play.EventListings,
        operation_id="playing.events",
    ),
    sdk_route(
        "POST",
        f"{_EVENT}/start",
        handlers.start,
        "attempt.start",
        THE_PLAYER,
        Start,
        status=(201, 200, 202),
        reply=play.Started,
        operation_id="playing.start",
    ),
    sdk_route(
        "POST",
        f"{_ATTEMPT}/progress",
        handlers.progress,
        "attempt.progress",
        _THE_ATTEMPT,
        ReportProgress,
        reply=play.AttemptProgressed,
        operation_id="playing.progress",
    ),
    sdk_route(
        "POST",
        f"{_ATTEMPT}/finish",
        handlers.finish,
        "attempt.finish",
        _THE_ATTEMPT,
        GameRequest,
        reply=play.Finished,
        operation_id="playing.finish",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{_ATTEMPT}/progress",
        handlers.progress,
        "attempt.progress",
        _THE_ATTEMPT,
        ReportProgress,
        reply=play.AttemptProgressed,
        operation_id="playing.progress",
    ),
    server_route(
        "POST",
        f"{_ATTEMPT}/finish",
        handlers.finish,
        "attempt.finish",
        _THE_ATTEMPT,
        GameRequest,
        reply=play.Finished,
        operation_id="playing.finish",
    ),
)
