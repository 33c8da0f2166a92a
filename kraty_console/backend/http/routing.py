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
    """What the caller must have; `NOTHING` or `SIGNED_IN` where that is all."""
    handler: Handler
    target: tuple[str, str] | None = None
    """What kind of thing the call acts on, and the segment that names it."""
    named: str | None = None
    """What the audit log calls an attempt at this, where the permission is not its name."""
    body: type[BaseModel] | None = None
    """What the request's body is read as; None where none is looked at."""
    query: tuple[str, ...] = ()
    """The parameters of the query that are looked at."""
    status: tuple[int, ...] = (200,)
    """What a call that succeeds may answer with, the usual one first."""
    reply: type[BaseModel] | None = None
    """The shape of `data` in the answer (of all of it where the answer is bare)."""
    bare: bool = False
    """Whether the answer stands alone, without the envelope."""
    tagged: bool = False
    """Whether the answer carries an ETag, and may be a 304."""
    strangers: bool = False
    """Whether an unknown player may read without a secret, and gets an empty answer."""

    unlimited: bool = False
    """Whether it is answered however many calls there are: health, which costs next to nothing."""
    stream: bool = False
    """Whether it answers with server-sent events, until either side ends them."""
    versioned: bool = False
    """Whether `If-Match` may name the version of the row that it changes."""
    operation: str = ""
    """Its tag and name in the OpenAPI document, as `tag.name`."""

    @property
    def action(self) -> str:
        """What the audit log calls an attempt that was refused."""
        return self.named or self.permission


def method_and_path(operation: Operation) -> tuple[str, str]:
    """Method and path of an operation, from the contract's table."""
    spec = OPERATIONS[operation]
    return spec.method, spec.path


NOTHING: Final = "nothing"
"""The permission of a route that answers anyone."""

SIGNED_IN: Final = "signed in"
"""The permission of a route that asks for a session and no more."""

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
"""What kind of thing an id of a path names, in the words of the audit log."""


def admin_route(
    admin_operation: Operation,
    handler: Handler,
    access: RouteAccess = RouteAccess.GAME,
    *,
    named: str | None = None,
    query: tuple[str, ...] = (),
    status: tuple[int, ...] = (200,),
    bare: bool = False,
    tagged: bool = False,
    unlimited: bool = False,
    operation: str,
) -> Route:
    """The route of an operation of the admin surface; the contract's table gives path, permission and models."""
    spec = OPERATIONS[admin_operation]
    without = NOTHING if access is RouteAccess.ANYONE else SIGNED_IN
    return Route(
        *method_and_path(admin_operation),
        access,
        spec.permission or without,
        handler,
        (_KINDS[spec.target], spec.target) if spec.target else None,
        named,
        body=model_of(spec.request) if spec.request else None,
        query=("environment",) if spec.is_write else query,
        status=status,
        reply=model_of(spec.answer) if spec.answer else None,
        bare=bare,
        tagged=tagged,
        unlimited=unlimited,
        versioned=spec.versioned,
        operation=operation,
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
    operation: str,
) -> Route:
    """A route that asks for a server key; `named` is what the audit log calls an attempt at it."""
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
        operation=operation,
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
    operation: str,
) -> Route:
    """A route that asks for a client key and, unless `access` says otherwise, for the secret of the player in the path.

    `named` is what the audit log calls an attempt at it.
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
        operation=operation,
    )
