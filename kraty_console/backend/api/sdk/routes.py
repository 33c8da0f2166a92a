"""The routes of `/sdk/v1` (kraty-api 4). Each asks for a `client_sdk` key; most of a player's for the secret, too."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from kraty_console.backend.api.routing import Access, Handler, Route
from kraty_console.backend.api.sdk import registration
from kraty_console.backend.api.sdk.requests import Registration
from kraty_console.backend.auth.keys import CLIENT_SDK
from kraty_console.contract import sdk

_PLAYER: Final = "/players/{externalPlayerId}"

_THE_PLAYER: Final = ("player", "externalPlayerId")


def _route(
    method: str,
    path: str,
    handler: Handler,
    named: str,
    target: tuple[str, str] | None = None,
    body: type[BaseModel] | None = None,
    *,
    access: Access = Access.PLAYER,
    query: tuple[str, ...] = (),
    status: tuple[int, ...] = (200,),
    reply: type[BaseModel] | None = None,
) -> Route:
    """A route of this surface; `named` is what the audit log calls an attempt at it."""
    return Route(
        method, f"/sdk/v1{path}", access, CLIENT_SDK, handler, target, named, body, query, status=status, reply=reply
    )


ROUTES: Final[tuple[Route, ...]] = (
    _route(
        "POST",
        f"{_PLAYER}/register",
        registration.register,
        "player.register",
        _THE_PLAYER,
        Registration,
        access=Access.KEY,
        query=("force",),
        status=(201,),
        reply=sdk.PlayerRegistration,
    ),
)
