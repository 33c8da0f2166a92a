"""Routes: method, path, who may call them, and their handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from pydantic import BaseModel

from kraty_console.backend.auth.api_keys import CLIENT_SDK, SERVER_INTEGRATION
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.contract.operations import OPERATIONS, Operation, model_of

Handler = Callable[[Call], Awaitable[HandlerReply]]


class RouteAccess(Enum):
    """How far a caller must be known."""

    ANYONE = auto()
    """No credential is looked at."""
    SESSION = auto()
    """Any member with a live session; the permission is to be signed in."""
    STUDIO = auto()
    """A member who has the permission in some game of the studio in the path; the answer is kept to those games."""
    GAME = auto()
    """A member who has the permission in the game of the path."""
    KEY = auto()
    """An API key whose permission set is the permission."""
    PLAYER = auto()
    """Such a key, and the secret of the player in the path in `X-Player-Secret` (contract/SDK.md#registration)."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path. In a path, `{name}` is one segment, still encoded while it is matched."""

    method: str
    path: str
    access: RouteAccess
    permission: str
    """The permission that the caller needs; `NOTHING` or `SIGNED_IN` if there is none."""
    handler: Handler
    target: tuple[str, str] | None = None
    """The kind of the call's target, and the path segment with its id."""
    named: str | None = None
    """The action in the audit log, if it is not the permission."""
    body: type[BaseModel] | None = None
    """The model of the request's body; None if it is ignored."""
    query: tuple[str, ...] = ()
    """The query parameters that are read."""
    repeatable: tuple[str, ...] = ()
    """Those of them that may be given several times."""
    status: tuple[int, ...] = (200,)
    """The statuses of a successful call, the usual one first."""
    reply: type[BaseModel] | None = None
    """The model of `data` in the answer (of the whole answer if it is bare)."""
    bare: bool = False
    """Whether the answer has no envelope."""
    tagged: bool = False
    """Whether the answer carries an ETag, and may be a 304."""
    strangers: bool = False
    """Whether an unknown player may read without a secret, and gets an empty answer."""

    unlimited: bool = False
    """Whether it is exempt from the rate limit, as health is."""
    stream: bool = False
    """Whether it answers with server-sent events until either side ends the stream."""
    versioned: bool = False
    """Whether `If-Match` may name the version of the row that it changes."""
    operation_id: str = ""
    """Tag and name in the OpenAPI document, as `tag.name`."""

    @property
    def action(self) -> str:
        """The action of a refused attempt in the audit log."""
        return self.named or self.permission


def method_and_path(operation: Operation) -> tuple[str, str]:
    """Method and path of an operation, from the contract's table."""
    spec = OPERATIONS[operation]
    return spec.method, spec.path


NOTHING: Final = "nothing"
"""The permission of a route that answers anyone."""

SIGNED_IN: Final = "signed in"
"""The permission of a route that needs a session only."""

PLAYER: Final = "/players/{externalPlayerId}"
THE_PLAYER: Final = ("player", "externalPlayerId")


_KINDS: Final = {
    "externalPlayerId": "player",
    "attemptId": "attempt",
    "grantId": "grant",
    "economyKey": "wallet",
    "auditId": "audit",
    "deliveryId": "webhook_delivery",
}
"""The kind of target that an id of a path names, as in the audit log."""


def admin_route(
    operation: Operation,
    handler: Handler,
    access: RouteAccess = RouteAccess.GAME,
    *,
    named: str | None = None,
    query: tuple[str, ...] = (),
    repeatable: tuple[str, ...] = (),
    status: tuple[int, ...] = (200,),
    bare: bool = False,
    tagged: bool = False,
    unlimited: bool = False,
    operation_id: str,
) -> Route:
    """The route of an operation of the admin surface; the contract's table gives path, permission and models."""
    spec = OPERATIONS[operation]
    without = NOTHING if access is RouteAccess.ANYONE else SIGNED_IN
    return Route(
        *method_and_path(operation),
        access,
        spec.permission or without,
        handler,
        (_KINDS[spec.target], spec.target) if spec.target else None,
        named,
        body=model_of(spec.request) if spec.request else None,
        query=("environment",) if spec.is_write else query,
        repeatable=repeatable,
        status=status,
        reply=model_of(spec.answer) if spec.answer else None,
        bare=bare,
        tagged=tagged,
        unlimited=unlimited,
        versioned=spec.versioned is not None,
        operation_id=operation_id,
    )


def server_route(
    method: str,
    path: str,
    handler: Handler,
    named: str,
    target: tuple[str, str] | None = None,
    body: type[BaseModel] | None = None,
    *,
    query: tuple[str, ...] = (),
    status: tuple[int, ...] = (200,),
    reply: type[BaseModel] | None = None,
    bare: bool = False,
    tagged: bool = False,
    operation_id: str,
) -> Route:
    """A route that needs a server key; `named` is its action in the audit log."""
    return Route(
        method,
        f"/server/v1{path}",
        RouteAccess.KEY,
        SERVER_INTEGRATION,
        handler,
        target,
        named,
        body,
        query,
        status=status,
        reply=reply,
        bare=bare,
        tagged=tagged,
        operation_id=operation_id,
    )


def sdk_route(
    method: str,
    path: str,
    handler: Handler,
    named: str,
    target: tuple[str, str] | None = None,
    body: type[BaseModel] | None = None,
    *,
    access: RouteAccess = RouteAccess.PLAYER,
    query: tuple[str, ...] = (),
    status: tuple[int, ...] = (200,),
    reply: type[BaseModel] | None = None,
    bare: bool = False,
    tagged: bool = False,
    strangers: bool = False,
    stream: bool = False,
    operation_id: str,
) -> Route:
    """A route that needs a client key and, unless `access` says otherwise, the secret of the player in the path.

    `named` is its action in the audit log.
    """
    return Route(
        method,
        f"/sdk/v1{path}",
        access,
        CLIENT_SDK,
        handler,
        target,
        named,
        body,
        query,
        status=status,
        reply=reply,
        bare=bare,
        tagged=tagged,
        strangers=strangers,
        stream=stream,
        operation_id=operation_id,
    )
