"""What the routes of `/server/v1` have in common; the tables of routes are made with it, one for each family."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from kraty_console.backend.auth.api_keys import SERVER_INTEGRATION
from kraty_console.backend.http.routing import Handler, Route, RouteAccess

PLAYER: Final = "/players/{externalPlayerId}"
THE_PLAYER: Final = ("player", "externalPlayerId")


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
