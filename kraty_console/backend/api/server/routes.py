"""The routes of `/server/v1` (kraty-api 3). Each asks for a `server_integration` key."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from kraty_console.backend.api.routing import Access, Handler, Route
from kraty_console.backend.api.server import grants, keys, players, wallet
from kraty_console.backend.api.server.requests import Adjustment, ServerGrant
from kraty_console.backend.auth.keys import SERVER_INTEGRATION

_PLAYER: Final = "/players/{externalPlayerId}"
_BALANCE: Final = f"{_PLAYER}/wallet/{{economyKey}}"

_THE_PLAYER: Final = ("player", "externalPlayerId")
_THE_BALANCE: Final = ("wallet", "economyKey")


def _route(
    method: str,
    path: str,
    handler: Handler,
    named: str,
    target: tuple[str, str] | None = None,
    body: type[BaseModel] | None = None,
    status: tuple[int, ...] = (200,),
) -> Route:
    """A route of this surface; `named` is what the audit log calls an attempt at it."""
    return Route(
        method, f"/server/v1{path}", Access.KEY, SERVER_INTEGRATION, handler, target, named, body=body, status=status
    )


ROUTES: Final[tuple[Route, ...]] = (
    _route("GET", "/ping", keys.ping, "ping"),
    _route("GET", _PLAYER, players.snapshot, "player.read", _THE_PLAYER),
    _route("POST", f"{_PLAYER}/grants", grants.create, "grant.create", _THE_PLAYER, ServerGrant, (201, 200)),
    _route("POST", f"{_BALANCE}/credit", wallet.credit, "wallet.credit", _THE_BALANCE, Adjustment),
    _route("POST", f"{_BALANCE}/debit", wallet.debit, "wallet.debit", _THE_BALANCE, Adjustment),
)
