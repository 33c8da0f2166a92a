"""Routes of a studio's backend that claim for a player, give and take items, and score (kraty-api 3.4, 3.5, 3.8)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.economy import server_inventory_handlers as inventory
from kraty_console.backend.economy.schemas import ItemChange
from kraty_console.backend.grants import server_handlers as grants
from kraty_console.backend.http.request_models import KeyedRequest
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.server_route import PLAYER, server_route
from kraty_console.backend.leaderboards import server_handlers as boards
from kraty_console.backend.leaderboards.schemas import PlayerScore
from kraty_console.contract.boards import Scored
from kraty_console.contract.holdings import ItemAdjusted
from kraty_console.contract.players import Grant

_ITEM: Final = f"{PLAYER}/inventory/{{itemKey}}"
_THE_ITEM: Final = ("item", "itemKey")

ROUTES: Final[tuple[Route, ...]] = (
    server_route(
        "POST",
        f"{PLAYER}/grants/{{grantId}}/ack",
        grants.acknowledge,
        "grant.ack",
        ("grant", "grantId"),
        KeyedRequest,
        reply=Grant,
        operation="grants.acknowledge",
    ),
    server_route(
        "POST",
        f"{_ITEM}/grant",
        inventory.grant,
        "inventory.grant",
        _THE_ITEM,
        ItemChange,
        reply=ItemAdjusted,
        operation="inventory.grant",
    ),
    server_route(
        "POST",
        f"{_ITEM}/revoke",
        inventory.revoke,
        "inventory.revoke",
        _THE_ITEM,
        ItemChange,
        reply=ItemAdjusted,
        operation="inventory.revoke",
    ),
    server_route(
        "POST",
        "/leaderboards/{boardKey}/score",
        boards.score,
        "leaderboard.score",
        ("leaderboard", "boardKey"),
        PlayerScore,
        reply=Scored,
        operation="boards.score",
    ),
)
