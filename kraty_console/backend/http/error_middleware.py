"""The outermost middleware: request ids, errors as envelopes, and failures in the log."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kraty_console.backend.http import api_errors
from kraty_console.backend.http.envelope import error_response
from kraty_console.backend.http.paths import OWN_ID, REQUEST_ID, raw_path
from kraty_console.backend.observability.call_events import CALLER, HUNG_UP, NO_ROUTE, AnsweredCall, Watch
from kraty_console.backend.observability.logs import error_origin
from kraty_console.backend.rules.errors import RuleError, invalid
from kraty_console.backend.storage.faults import BEHIND_A_POOLER, StorageFault, fault_of
from kraty_console.contract.errors import Code

log: Final = logging.getLogger("kraty.backend")

_GIVEN_ID: Final = re.compile(rb"[A-Za-z0-9-]{8,64}")


class ErrorMiddleware:
    """Wraps the routes; `new_id` makes request ids."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str], watch: Watch | None = None) -> None:
        self._app = app
        self._new_id = new_id
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and notify the watchers."""
        if scope["type"] != "http":
            raise RuntimeError(f"this backend speaks HTTP only, not {scope['type']}")
        if (watch := self._watch) is None:
            await self._answer(scope, receive, send)
            return
        begun, status = watch.clock(), HUNG_UP

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        for notify in watch.begun:
            notify()
        try:
            await self._answer(scope, receive, send_and_see)
        finally:
            call = AnsweredCall(
                request_id=scope.get(REQUEST_ID, ""),
                own_id=scope.get(OWN_ID, ""),
                method=scope["method"],
                route=_route(scope),
                status=status,
                seconds=watch.clock() - begun,
                caller=scope.get(CALLER),
            )
            for tell in watch.ended:
                tell(call)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        own_id = scope[OWN_ID] = self._new_id()
        request_id = scope[REQUEST_ID] = _given_id(scope) or own_id
        scope["path"] = raw_path(scope)
        scope["app"] = self
        started = False
        refused = _ambiguity(scope)

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode("ascii")),
                    *([] if request_id is own_id else [(b"x-server-request-id", own_id.encode("ascii"))]),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        try:
            if refused is not None:
                raise refused
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 (the one place where a failure becomes an answer)
            response = _answer_to(error, scope, request_id)
            if not started:
                await response(scope, receive, send_with_id)


_ONCE: Final = frozenset({b"host", b"authorization", b"x-player-secret", b"content-type", b"if-match"})
"""Headers that may occur once: of two, a proxy may have read the other."""


def _ambiguity(scope: Scope) -> RuleError | None:
    """The refusal of an ambiguous request: a duplicate header, or no Host (RFC 9112, 3.2); else None."""
    seen: set[bytes] = set()
    for name, _ in scope["headers"]:
        if name in _ONCE:
            if name in seen:
                return invalid(name.decode("ascii"), "is given twice")
            seen.add(name)
    if b"host" not in seen and scope["http_version"] == "1.1":
        return invalid("host", "is required")
    return None


def _given_id(scope: Scope) -> str | None:
    """The caller's request id, if it is safe to log unquoted."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return bytes(value).decode("ascii")
    return None


def _answer_to(error: Exception, scope: Scope, request_id: str) -> Response:
    match error:
        case RuleError():
            return _refusal(error, request_id)
        case HTTPException(status_code=405):
            refused = RuleError(Code.METHOD_NOT_ALLOWED, f"{scope['method']} is not for this path")
            allowed = sorted((error.headers or {}).get("Allow", "").split(", "))
            return error_response(refused, request_id, headers={"Allow": ", ".join(allowed)})
        case HTTPException(status_code=404):
            return error_response(api_errors.nothing_at_path(), request_id)
    own_id = scope[OWN_ID]
    _log_failure(error, scope, request_id if request_id == own_id else f"{request_id} ({own_id})")
    fault = fault_of(error) or (StorageFault.AWAY if isinstance(error, OperationalError) else None)
    if fault is StorageFault.POOLED:
        log.error("the database: %s", BEHIND_A_POOLER)
    if fault is not None:
        return _refusal(api_errors.unavailable(fault), request_id)
    failed = RuleError(Code.INTERNAL_ERROR, "something went wrong here; it is logged under the request id")
    return error_response(failed, request_id)


def _refusal(error: RuleError, request_id: str) -> Response:
    headers: dict[str, str] = {}
    if isinstance(wait := error.details.get("retryAfter"), int | float):
        headers["Retry-After"] = str(math.ceil(wait))
    if error.replayed:
        headers["Idempotent-Replayed"] = "true"
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return error_response(error, request_id, headers=headers)


def _route(scope: Scope) -> str:
    """The path with the names of its parameters, because the requested path holds ids of players."""
    return str(getattr(scope.get("endpoint"), "path", NO_ROUTE))


def _log_failure(error: Exception, scope: Scope, request_id: str) -> None:
    """One line with the type and place of a failure, without message or values, which may be secret."""
    log.error("request %s: %s %s failed with %s", request_id, scope["method"], _route(scope), error_origin(error))
