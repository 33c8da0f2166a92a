"""What a route is: its path, who may call it, and what answers (trust: Who may do what)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from pydantic import BaseModel

from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import HandlerReply
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
    """Such a key, and the secret of the player in the path in `X-Player-Secret` (kraty-api 1.4)."""


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
    """Whether a player nobody has heard of is let in without a secret, to see that there is nothing."""

    unlimited: bool = False
    """Whether it is answered however many calls there are: health, which costs next to nothing."""
    stream: bool = False
    """Whether it answers with server-sent events, until either side ends them."""

    @property
    def action(self) -> str:
        """What the audit log calls an attempt that was refused."""
        return self.named or self.permission


NOTHING: Final = "nothing"
"""The permission of a route that answers anyone."""

SIGNED_IN: Final = "signed in"
"""The permission of a route that asks for a session and no more."""

_KINDS: Final = {
    "externalPlayerId": "player",
    "attemptId": "attempt",
    "grantId": "grant",
    "economyKey": "wallet",
    "auditId": "audit",
    "deliveryId": "webhook_delivery",
}
"""What kind of thing an id of a path names, in the words of the audit log."""


def place_of(operation: Operation) -> tuple[str, str]:
    """Method and path of an operation, from the table that the console goes by as well."""
    spec = OPERATIONS[operation]
    return spec.method, spec.path


def route_of(
    operation: Operation,
    handler: Handler,
    access: RouteAccess = RouteAccess.GAME,
    *,
    named: str | None = None,
    query: tuple[str, ...] = (),
    status: tuple[int, ...] = (200,),
    bare: bool = False,
    tagged: bool = False,
    unlimited: bool = False,
) -> Route:
    """The route of an operation of the admin surface; what the contract's table says of it is taken from there."""
    spec = OPERATIONS[operation]
    unnamed = NOTHING if access is RouteAccess.ANYONE else SIGNED_IN
    return Route(
        spec.method,
        spec.path,
        access,
        spec.permission or unnamed,
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
    )
