"""The routes of `/server/v1` (kraty-api 3). Each asks for a `server_integration` key."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.app import ping
from kraty_console.backend.app.openapi.surfaces import document_route
from kraty_console.backend.economy import server_wallet_handlers as wallet
from kraty_console.backend.economy.schemas import Adjustment
from kraty_console.backend.economy.server_routes import ROUTES as COLLECTING
from kraty_console.backend.events.server_routes import ROUTES as PLAY
from kraty_console.backend.grants import server_handlers as grants
from kraty_console.backend.grants.schemas import ServerGrant
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.server_route import PLAYER, THE_PLAYER, server_route
from kraty_console.backend.lifecycle.routes import ROUTES as WHOLE_PLAYERS
from kraty_console.backend.lookup import server_handlers as players
from kraty_console.backend.players.server_routes import ROUTES as PLAYERS
from kraty_console.contract.holdings import BalanceAdjusted, Pong
from kraty_console.contract.players import Grant, Snapshot

_BALANCE: Final = f"{PLAYER}/wallet/{{economyKey}}"

_THE_BALANCE: Final = ("wallet", "economyKey")

ROUTES: Final[tuple[Route, ...]] = (
    document_route("server"),
    server_route("GET", "/ping", ping.ping, "ping", reply=Pong, bare=True, operation="keys.ping"),
    server_route(
        "GET",
        PLAYER,
        players.snapshot,
        "player.read",
        THE_PLAYER,
        query=("limit",),
        reply=Snapshot,
        tagged=True,
        operation="players.snapshot",
    ),
    server_route(
        "POST",
        f"{PLAYER}/grants",
        grants.create,
        "grant.create",
        THE_PLAYER,
        ServerGrant,
        status=(201, 200),
        reply=Grant,
        operation="grants.create",
    ),
    server_route(
        "POST",
        f"{_BALANCE}/credit",
        wallet.credit,
        "wallet.credit",
        _THE_BALANCE,
        Adjustment,
        reply=BalanceAdjusted,
        operation="wallet.credit",
    ),
    server_route(
        "POST",
        f"{_BALANCE}/debit",
        wallet.debit,
        "wallet.debit",
        _THE_BALANCE,
        Adjustment,
        reply=BalanceAdjusted,
        operation="wallet.debit",
    ),
    *PLAYERS,
    *WHOLE_PLAYERS,
    *COLLECTING,
    *PLAY,
)
