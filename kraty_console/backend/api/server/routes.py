"""The routes of `/server/v1` (kraty-api 3). Each asks for a `server_integration` key."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.api.routing import Route
from kraty_console.backend.api.server import grants, keys, players, wallet
from kraty_console.backend.api.server.collecting_routes import ROUTES as COLLECTING
from kraty_console.backend.api.server.play_routes import ROUTES as PLAY
from kraty_console.backend.api.server.player_routes import ROUTES as PLAYERS
from kraty_console.backend.api.server.requests import Adjustment, ServerGrant
from kraty_console.backend.api.server.route import PLAYER, THE_PLAYER, server_route
from kraty_console.backend.api.server.whole_player_routes import ROUTES as WHOLE_PLAYERS

_BALANCE: Final = f"{PLAYER}/wallet/{{economyKey}}"

_THE_BALANCE: Final = ("wallet", "economyKey")

ROUTES: Final[tuple[Route, ...]] = (
    server_route("GET", "/ping", keys.ping, "ping"),
    server_route("GET", PLAYER, players.snapshot, "player.read", THE_PLAYER),
    server_route("POST", f"{PLAYER}/grants", grants.create, "grant.create", THE_PLAYER, ServerGrant, status=(201, 200)),
    server_route("POST", f"{_BALANCE}/credit", wallet.credit, "wallet.credit", _THE_BALANCE, Adjustment),
    server_route("POST", f"{_BALANCE}/debit", wallet.debit, "wallet.debit", _THE_BALANCE, Adjustment),
    *PLAYERS,
    *WHOLE_PLAYERS,
    *COLLECTING,
    *PLAY,
)
