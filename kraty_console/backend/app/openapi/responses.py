"""Responses of an operation: success, and every error with its codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from kraty_console.backend.http.envelope import EVENTS_TYPE, JSON_TYPE
from kraty_console.backend.http.routing import Route, RouteAccess
from kraty_console.contract.errors import STATUS, Code

Schemas = Mapping[type[BaseModel], Mapping[str, Any]]
"""A model → the reference to its schema."""

_REFUSALS: Final[Mapping[int, tuple[str, str]]] = {
    202: ("Forming", "The lobby is forming: ask again when it plays."),
    400: ("Invalid", "A parameter or a field is wrong; `details.fields` names each."),
    401: ("Unknown", "No credential, or one that is not or no longer valid."),
    402: ("TooPoor", "The player has less than the entry costs."),
    403: ("NotAllowed", "Known, and not allowed to do this."),
    404: ("NotFound", "Nothing there that this caller can see."),
    409: ("Conflict", "Understood, and declined: the state does not allow it."),
    412: ("Stale", "The row is not of the version in `If-Match`; `details.current` is the row now."),
    413: ("TooLarge", "The body is larger than a mebibyte."),
    415: ("NotPlain", "The body is compressed."),
    422: ("Impossible", "These two players cannot be merged."),
    429: ("TooMany", "Too many calls, or attempts; wait as long as `Retry-After` says, where it is there."),
    500: ("Failed", "Something went wrong in the backend; it is logged under the request id."),
    503: ("Away", "The database, or the backend, is in trouble that passes: try again."),
}
"""Status → the name of the component, and its words."""

_TEXT: Final = {"type": "string"}

HEADERS: Final[Mapping[str, Any]] = {
    "RequestId": {
        "description": "Names this call, in the logs and in the audit log.",
        "required": True,
        "schema": _TEXT,
    },
    "ETag": {"description": "Send it as `If-None-Match` to hear of changes only.", "required": True, "schema": _TEXT},
    "Replayed": {
        "description": "`true` when the key was used before, and the first answer is given again.",
        "schema": _TEXT,
    },
    "RetryAfter": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    "Challenge": {"description": "How to say who is calling.", "required": True, "schema": _TEXT},
}
"""Components by name."""

_MORE_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"WWW-Authenticate": "Challenge"},
    409: {"Idempotent-Replayed": "Replayed"},
    429: {"Retry-After": "RetryAfter"},
    503: {"Retry-After": "RetryAfter"},
}


def responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    """All responses of a route, by status."""
    result: dict[str, Any] = {}
    for status in route.status:
        if status != 202:
            result[str(status)] = _success(route, status, schemas)
    if route.tagged:
        result["304"] = {"description": "Nothing changed since that tag.", "headers": _headers({"ETag": "ETag"})}
    for status in sorted(_refused(route)):
        result[str(status)] = {"$ref": f"#/components/responses/{_REFUSALS[status][0]}"}
    return result


def refusals() -> dict[str, Any]:
    """The components of error responses."""
    return {name: _refusal(status, words) for status, (name, words) in _REFUSALS.items()}


def _success(route: Route, status: int, schemas: Schemas) -> dict[str, Any]:
    replayed = {"Idempotent-Replayed": "Replayed"} if route.body is not None else {}
    tagged = {"ETag": "ETag"} if route.tagged else {}
    result: dict[str, Any] = {"description": _words(route, status), "headers": _headers({**replayed, **tagged})}
    if status == 204:
        return result
    if route.stream:
        return {**result, "content": {EVENTS_TYPE: {"schema": _TEXT}}}
    data = schemas[route.reply] if route.reply else {"type": "object"}
    envelope = {"type": "object", "properties": {"data": data}, "required": ["data"], "additionalProperties": False}
    return {**result, "content": {JSON_TYPE: {"schema": data if route.bare else envelope}}}


def _words(route: Route, status: int) -> str:
    if status == 201:
        return "Done."
    return "Done before, under the same key." if route.status[0] == 201 else "Done." if route.body else "Found."


def _refused(route: Route) -> set[int]:
    """The error statuses of a route."""
    result = {500, 503}
    if "{" in route.path:
        result |= {400, 404}
    if route.query:
        result.add(400)
    if route.access is not RouteAccess.ANYONE:
        result |= {401, 429}
    if route.access not in (RouteAccess.ANYONE, RouteAccess.SESSION):
        result |= {403}
    if route.access is not RouteAccess.ANYONE and route.path.startswith("/admin/") and "{" in route.path:
        result.add(404)
    if route.body is not None:
        result |= {400, 403, 404, 409, 413, 415}
    elif route.method not in ("GET", "HEAD"):
        result |= {403, 409} if "{" in route.path else set()
    if route.versioned:
        result.add(412)
    if 202 in route.status:
        result |= {202, 402}
    if "/merge-into/" in route.path:
        result.add(422)
    return result


def _refusal(status: int, words: str) -> dict[str, Any]:
    codes = sorted(code for code, usual in STATUS.items() if usual == status) or [Code.CONFLICT]
    details = {
        "type": "object",
        "properties": {"requestId": _TEXT},
        "required": ["requestId"],
    }
    error = {
        "type": "object",
        "properties": {
            "code": {"enum": [str(code) for code in codes]},
            "message": {"type": "string", "minLength": 1},
            "details": details,
        },
        "required": ["code", "message", "details"],
        "additionalProperties": False,
    }
    schema = {"type": "object", "properties": {"error": error}, "required": ["error"], "additionalProperties": False}
    headers = _headers(_MORE_HEADERS.get(status, {}))
    return {"description": words, "headers": headers, "content": {JSON_TYPE: {"schema": schema}}}


def _headers(more: Mapping[str, str]) -> dict[str, Any]:
    named = {"X-Request-Id": "RequestId", **more}
    return {header: {"$ref": f"#/components/headers/{name}"} for header, name in named.items()}
