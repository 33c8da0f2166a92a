"""Routes of balances, items and purchases."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.economy import handlers
from kraty_console.backend.economy.schemas import (
    Adjustment,
    Consumption,
    Debit,
    ItemChange,
    MoveProgression,
    PurchaseToTrack,
)
from kraty_console.backend.http.routing import PLAYER, THE_PLAYER, Route, admin_route, sdk_route, server_route
from kraty_console.contract import holdings
from kraty_console.contract.holdings import BalanceAdjusted, ItemAdjusted
from kraty_console.contract.operations import Operation
from kraty_console.contract.purchases import PlayerSpend, PurchaseTracked

_THE_BALANCE: Final = ("wallet", "economyKey")
_BALANCE: Final = f"{PLAYER}/wallet/{{economyKey}}"
_ITEM: Final = f"{PLAYER}/inventory/{{itemKey}}"
_THE_ITEM: Final = ("item", "itemKey")

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(Operation.CREDIT, handlers.credit_for_admin, operation_id="wallet.credit"),
)

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        f"{PLAYER}/inventory",
        handlers.inventory,
        "inventory.read",
        THE_PLAYER,
        reply=holdings.PlayerInventory,
        operation_id="collecting.inventory",
    ),
    sdk_route(
        "GET",
        f"{PLAYER}/inventory/stream",
        handlers.inventory_stream,
        "inventory.stream",
        THE_PLAYER,
        stream=True,
        operation_id="streaming.inventory",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/inventory/{{itemKey}}/consume",
        handlers.consume,
        "inventory.consume",
        _THE_ITEM,
        Consumption,
        reply=holdings.ItemAdjusted,
        operation_id="collecting.consume",
    ),
    sdk_route(
        "GET",
        f"{PLAYER}/wallet",
        handlers.balances,
        "wallet.read",
        THE_PLAYER,
        reply=holdings.PlayerWallet,
        operation_id="collecting.balances",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/wallet/{{economyKey}}/debit",
        handlers.debit_for_game,
        "wallet.debit",
        _THE_BALANCE,
        Debit,
        reply=holdings.BalanceAdjusted,
        operation_id="collecting.debit",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/wallet/{{economyKey}}/progress",
        handlers.progress,
        "wallet.progress",
        _THE_BALANCE,
        MoveProgression,
        reply=holdings.ProgressionMoved,
        operation_id="collecting.progress",
    ),
)

SDK_PURCHASES: Final[tuple[Route, ...]] = (
    sdk_route(
        "POST",
        f"{PLAYER}/purchases",
        handlers.track,
        "purchase.track",
        THE_PLAYER,
        PurchaseToTrack,
        status=(201, 200),
        reply=PurchaseTracked,
        operation_id="purchases.track",
    ),
)

SERVER_INVENTORY: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{_ITEM}/grant",
        handlers.grant,
        "inventory.grant",
        _THE_ITEM,
        ItemChange,
        reply=ItemAdjusted,
        operation_id="inventory.grant",
    ),
    server_route(
        "POST",
        f"{_ITEM}/revoke",
        handlers.revoke,
        "inventory.revoke",
        _THE_ITEM,
        ItemChange,
        reply=ItemAdjusted,
        operation_id="inventory.revoke",
    ),
)

SERVER_SPEND: Final[tuple[Route, ...]] = (
    server_route(
        "GET",
        f"{PLAYER}/spend",
        handlers.spend,
        "purchase.read",
        THE_PLAYER,
        reply=PlayerSpend,
        operation_id="standing.spend",
    ),
)

SERVER_WALLET: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{_BALANCE}/credit",
        handlers.credit_for_server,
        "wallet.credit",
        _THE_BALANCE,
        Adjustment,
        reply=BalanceAdjusted,
        operation_id="wallet.credit",
    ),
    server_route(
        "POST",
        f"{_BALANCE}/debit",
        handlers.debit_for_server,
        "wallet.debit",
        _THE_BALANCE,
        Adjustment,
        reply=BalanceAdjusted,
        operation_id="wallet.debit",
    ),
)
