"""A player's balances and items."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kraty_console.backend.economy.serializers import serialize_balance, serialize_item
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import InventoryRecord, PlayerRecord, WalletRecord
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]


async def inventory(tx: Transaction, player: PlayerRecord) -> list[Json]:
    """The items that the player has, by key; none if the studio keeps the inventory."""
    game = await tx.get(tables.games, player.studio_id, player.game_id)
    if game is None or game.inventory_management == "studio":
        return []
    table = tables.inventory
    rows = await tx.records(
        InventoryRecord, sa.select(table).where(*_of(table, player), table.c.quantity > 0).order_by(table.c.item_key)
    )
    return [serialize_item(row) for row in rows]


async def wallet(tx: Transaction, player: PlayerRecord) -> list[Json]:
    """Every balance that the player ever had, by key, including zero."""
    table = tables.wallets
    rows = await tx.records(WalletRecord, sa.select(table).where(*_of(table, player)).order_by(table.c.economy_key))
    return [serialize_balance(row) for row in rows]


def _of(table: sa.Table, player: PlayerRecord) -> tuple[sa.ColumnElement[bool], ...]:
    return tuple(table.c[name] == value for name, value in player.owner().items())
