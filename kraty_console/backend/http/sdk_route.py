"""What the routes of `/sdk/v1` have in common; the tables of routes are made with it, one for each family."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from kraty_console.backend.auth.api_keys import CLIENT_SDK
from kraty_console.backend.http.routing import Handler, Route, RouteAccess

PLAYER: Final = "/players/{externalPlayerId}"
THE_PLAYER: Final = ("player", "externalPlayerId")


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
