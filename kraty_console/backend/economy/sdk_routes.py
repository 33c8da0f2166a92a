"""Routes of a game about what its player has and is owed, and about what there is to have (kraty-api 4)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.app import about, ping
from kraty_console.backend.economy import sdk_handlers as collecting
from kraty_console.backend.economy.schemas import Consumption, Debit, MoveProgression
from kraty_console.backend.grants.schemas import SelfGrant
from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import Route, RouteAccess
from kraty_console.backend.http.sdk_route import PLAYER, THE_PLAYER, sdk_route
from kraty_console.backend.lookup import stream_handlers as streaming
from kraty_console.contract import holdings
from kraty_console.contract.players import Grant

_GRANT: Final = ("grant", "grantId")
_ITEM: Final = ("item", "itemKey")
_WALLET: Final = ("wallet", "economyKey")

ROUTES: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET", "/ping", ping.ping, "ping", access=RouteAccess.KEY, reply=holdings.Pong, bare=True, operation="keys.ping"
    ),
    sdk_route(
        "GET",
        "/time",
        about.time,
        "time.read",
        access=RouteAccess.KEY,
        query=("timezone",),
        reply=holdings.ServerTime,
        operation="about.time",
    ),
    sdk_route(
        "GET",
        "/catalog",
        about.catalog,
        "catalog.read",
        access=RouteAccess.KEY,
        reply=holdings.GameCatalog,
        tagged=True,
        operation="about.catalog",
    ),
    sdk_route(
        "GET",
        f"{PLAYER}/pending-grants",
        collecting.pending_grants,
        "grant.list",
        THE_PLAYER,
        strangers=True,
        query=("limit",),
        reply=holdings.PendingGrants,
        operation="collecting.pending_grants",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/grants",
        collecting.give,
        "grant.self",
        THE_PLAYER,
        SelfGrant,
        status=(201, 200),
        reply=Grant,
        operation="collecting.give",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/grants/{{grantId}}/claim",
        collecting.claim,
        "grant.claim",
        _GRANT,
        GameRequest,
        reply=Grant,
        operation="collecting.claim",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/crates/{{grantId}}/open",
        collecting.open_crate,
        "crate.open",
        _GRANT,
        GameRequest,
        reply=holdings.CrateOpened,
        operation="collecting.open_crate",
    ),
    sdk_route(
        "GET",
        f"{PLAYER}/inventory",
        collecting.inventory,
        "inventory.read",
        THE_PLAYER,
        reply=holdings.PlayerInventory,
        operation="collecting.inventory",
    ),
    sdk_route(
        "GET",
        f"{PLAYER}/inventory/stream",
        streaming.inventory,
        "inventory.stream",
        THE_PLAYER,
        stream=True,
        operation="streaming.inventory",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/inventory/{{itemKey}}/consume",
        collecting.consume,
        "inventory.consume",
        _ITEM,
        Consumption,
        reply=holdings.ItemAdjusted,
        operation="collecting.consume",
    ),
    sdk_route(
        "GET",
        f"{PLAYER}/wallet",
        collecting.balances,
        "wallet.read",
        THE_PLAYER,
        reply=holdings.PlayerWallet,
        operation="collecting.balances",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/wallet/{{economyKey}}/debit",
        collecting.debit,
        "wallet.debit",
        _WALLET,
        Debit,
        reply=holdings.BalanceAdjusted,
        operation="collecting.debit",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/wallet/{{economyKey}}/progress",
        collecting.progress,
        "wallet.progress",
        _WALLET,
        MoveProgression,
        reply=holdings.ProgressionMoved,
        operation="collecting.progress",
    ),
)
