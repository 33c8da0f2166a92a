"""What a player has and is owed, read as a game reads it (kraty-api 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.economy.serializers import serialize_balance, serialize_item
from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]

_IS_PENDING: Final = sa.text("grants.status = 'pending'")
"""Word for word the condition of the index, so that both databases know that it serves."""


async def pending_grants(tx: Transaction, player: Mapping[str, Any], now_ms: int, limit: int) -> list[Json]:
    """What can be claimed or opened now, oldest first; what is past its time is left out, swept or not."""
    column = tables.grants.c
    rows = await tx.all(
        sa.select(tables.grants)
        .where(
            *_of(tables.grants, player),
            _IS_PENDING,
            sa.or_(column.expires_at.is_(None), column.expires_at > now_ms),
        )
        .order_by(column.created_at, column.grant_id)
        .limit(limit)
    )
    return [serialize_grant(row) for row in rows]


async def inventory(tx: Transaction, player: Mapping[str, Any]) -> list[Json]:
    """The items that the player has, by key; none where the studio keeps the inventory."""
    game = await tx.get(tables.games, player["studio_id"], player["game_id"])
    if game is None or game["inventory_management"] == "studio":
        return []
    table = tables.inventory
    rows = await tx.all(sa.select(table).where(*_of(table, player), table.c.quantity > 0).order_by(table.c.item_key))
    return [serialize_item(row) for row in rows]


async def wallet(tx: Transaction, player: Mapping[str, Any]) -> list[Json]:
    """Every balance that the player ever had, by key, those of 0 too."""
    table = tables.wallets
    rows = await tx.all(sa.select(table).where(*_of(table, player)).order_by(table.c.economy_key))
    return [serialize_balance(row) for row in rows]


def _of(table: sa.Table, player: Mapping[str, Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return tuple(table.c[name] == player[name] for name in ("studio_id", "game_id", "player_id"))
