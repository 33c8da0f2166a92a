"""Reduce the table of routes to what a Kraty with fewer operations serves.

Routes are left out, or wrapped so that their answers lose fields; handlers and rules do not know of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from kraty_console.backend.app.reduction import Reduction
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.routing import Handler, Route, method_and_path
from kraty_console.backend.storage.wire_forms import JsonText
from kraty_console.contract.operations import ADMIN_OPERATIONS, OPERATIONS, Operation

_ADMIN: Final = "/admin/"

_OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {method_and_path(each): each for each in ADMIN_OPERATIONS}
"""By method and path."""

Shape = Mapping[str, Any]
"""The fields that are kept, each with the shape of its value (of each element in a list), or None for all of it."""


def _all(*names: str) -> Shape:
    return dict.fromkeys(names)


_HEALTH: Final = _all("ok", "version")

_SEEN: Final = _all("id", "externalPlayerId", "firstSeenAt", "lastSeenAt", "lastContextSnapshot")

_ATTEMPT: Final = _all(
    "id",
    "eventId",
    "eventWindowId",
    "leaderboardId",
    "playerId",
    "startedAt",
    "endsAt",
    "completedAt",
    "metrics",
    "metricsRaw",
    "score",
    "status",
)
"""contract/README.md#attempt."""

_GRANT: Final = _all(
    "id",
    "kind",
    "contents",
    "sourceKind",
    "sourceRefId",
    "parentGrantId",
    "status",
    "rolledAt",
    "claimedAt",
    "expiresAt",
    "createdAt",
)
"""contract/README.md#grant."""

_LOBBY: Final = _all(
    "id",
    "eventId",
    "eventWindowId",
    "leaderboardId",
    "mode",
    "status",
    "capacity",
    "fillBy",
    "participantCount",
    "botSlots",
    "startedAt",
    "endsAt",
)
"""contract/README.md#lobby."""

_SNAPSHOT: Final[Shape] = {
    "player": _SEEN,
    "attempts": _ATTEMPT,
    "grants": _GRANT,
    "lobbies": _LOBBY,
    "summary": _all(
        "attemptCount", "attemptsCompleted", "attemptsExpired", "grantsPending", "grantsClaimed", "lobbiesActive"
    ),
}
"""The snapshot as the player tools page documents it (contract/README.md#snapshot)."""

_SERVER_SNAPSHOT: Final[Shape] = {
    **_SNAPSHOT,
    "player": {**_SEEN, **_all("studioId", "gameId", "createdAt", "updatedAt")},
    "inventory": _all("itemKey", "quantity", "metadata", "createdAt", "updatedAt"),
    "wallet": _all("economyKey", "balance", "metadata", "createdAt", "updatedAt"),
    "recentGrants": _GRANT,
}
"""The same with the fields that the official SDKs read (contract/README.md#snapshot)."""

_SERVER_PLAYER: Final = "/server/v1/players/{externalPlayerId}"

_PUBLISHED: Final[Mapping[tuple[str, str], tuple[str | None, Shape]]] = {
    method_and_path(Operation.HEALTH): (None, _HEALTH),
    method_and_path(Operation.PLAYER): (None, _SNAPSHOT),
    method_and_path(Operation.MANUAL_GRANT): (OPERATIONS[Operation.MANUAL_GRANT].subject, _GRANT),
    method_and_path(Operation.FORCE_CLAIM): (OPERATIONS[Operation.FORCE_CLAIM].subject, _GRANT),
    ("GET", _SERVER_PLAYER): (None, _SERVER_SNAPSHOT),
    ("POST", f"{_SERVER_PLAYER}/grants"): (None, _GRANT),
    ("POST", f"{_SERVER_PLAYER}/grants/{{grantId}}/ack"): (None, _GRANT),
}
"""Method and path → the only field that is answered (None for the whole answer), and its published shape."""


def reduced(routes: Iterable[Route], only: Reduction) -> Iterator[Route]:
    """The remaining routes, with reduced answers."""
    for route in routes:
        endpoint = (route.method, route.path)
        operation = _OPERATIONS.get(endpoint)
        if route.path.startswith(_ADMIN) and operation not in only.operations:
            continue
        handler = route.handler
        if operation is Operation.HEALTH:
            handler = _without(handler, "features")
        if only.published_fields and endpoint in _PUBLISHED:
            handler = _cut(handler, *_PUBLISHED[endpoint])
        yield replace(route, handler=handler)


def _without(handler: Handler, name: str) -> Handler:
    """The handler's answers without a field."""

    async def answer(call: Call) -> HandlerReply:
        reply = await handler(call)
        return replace(reply, data={each: value for each, value in reply.data.items() if each != name})

    return answer


def _cut(handler: Handler, field: str | None, shape: Shape) -> Handler:
    """The handler's answers, reduced to a shape."""

    async def answer(call: Call) -> HandlerReply:
        reply = await handler(call)
        return replace(reply, data=_reduced(reply.data if field is None else reply.data[field], shape))

    return answer


def _reduced(value: Any, shape: Shape | None) -> Any:  # noqa: ANN401 (it is JSON)
    match value:
        case JsonText():
            return _reduced(json.loads(value.text), shape)
        case list() if shape is not None:
            return [_reduced(each, shape) for each in value]
        case Mapping() if shape is not None:
            return {name: _reduced(value[name], inner) for name, inner in shape.items() if name in value}
        case _:
            return value
