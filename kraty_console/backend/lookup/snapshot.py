"""The snapshot of a player: everything that one look-up returns.

A constant number of queries, each by an index and capped by the limit, whatever the player's history; totals come from
the player's row, where the engine keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import sqlalchemy as sa

from kraty_console.backend.audit.denial_counts import with_counts
from kraty_console.backend.audit.serializers import serialize_audit_row
from kraty_console.backend.economy.serializers import (
    serialize_balance,
    serialize_item,
    serialize_item_entry,
    serialize_wallet_entry,
)
from kraty_console.backend.lookup.player_rows import PlayerPlace, attempts, belongs_to, lobbies
from kraty_console.backend.players.serializers import serialize_player, serialize_totals
from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import InventoryRecord, PlayerRecord, WalletRecord
from kraty_console.backend.storage.tables.record import RecordT, RecordTable
from kraty_console.backend.storage.transaction import Transaction

QUERIES: Final = 11
"""How many queries an admin look-up takes at most."""

Surface = Literal["admin", "server"]


async def build(
    tx: Transaction, tenant: Tenant, environment: str, external_id: str, *, limit: int = 50, surface: Surface = "admin"
) -> dict[str, Any] | None:
    """The snapshot of the player with this external id, None when there is none; every list newest first.

    The admin look-up adds e-mail, both ledgers and the player's audit rows.
    """
    player = await tx.record(
        PlayerRecord,
        sa.select(tables.players).where(*player_refs.by_external_id(tenant, environment, external_id)),
    )
    if player is None:
        return None
    place = (player.studio_id, player.game_id, player.player_id)
    merged_into = await _external_id(tx, place, player.merged_into)
    grants = [
        serialize_grant(row) for row in await _newest(tx, tables.grants, place, ("created_at", "grant_id"), limit)
    ]
    snapshot: dict[str, Any] = {
        "player": serialize_player(player, merged_into=merged_into, with_email=surface == "admin"),
        "attempts": [row.data for row in await attempts(tx, place, limit)],
        "grants": grants,
        "recentGrants": grants,
        "lobbies": [row.data for row in await lobbies(tx, place, limit)],
        "summary": serialize_totals(player),
        "inventory": await _inventory(tx, place, limit),
        "wallet": await _wallet(tx, place, limit),
    }
    if surface == "admin":
        order = ("occurred_at", "position")
        wallet_rows = await _newest(tx, tables.wallet_ledger, place, order, limit)
        item_rows = await _newest(tx, tables.item_ledger, place, order, limit)
        audit_rows = await _newest(tx, tables.audit, place, ("occurred_at", "audit_id"), limit)
        snapshot["walletLedger"] = [serialize_wallet_entry(row) for row in wallet_rows]
        snapshot["itemLedger"] = [serialize_item_entry(row) for row in item_rows]
        snapshot["audit"] = [serialize_audit_row(row) for row in audit_rows]
        await with_counts(tx, player.studio_id, snapshot["audit"])
    return snapshot


async def _newest(
    tx: Transaction, table: RecordTable[RecordT], place: PlayerPlace, order: Sequence[str], limit: int
) -> list[RecordT]:
    return await tx.records(
        table.record,
        sa.select(table)
        .where(*belongs_to(table, place))
        .order_by(*(table.columns[name].desc() for name in order))
        .limit(limit),
    )


async def _external_id(tx: Transaction, place: PlayerPlace, player_id: str | None) -> str | None:
    if player_id is None:
        return None
    found: str | None = await tx.scalar(
        sa.select(tables.players.c.external_player_id).where(
            *belongs_to(tables.players, (place[0], place[1], player_id))
        )
    )
    return found


async def _inventory(tx: Transaction, place: PlayerPlace, limit: int) -> list[dict[str, Any]]:
    """What the player has now; items used up are left out (contract/README.md#snapshot)."""
    table = tables.inventory
    rows = await tx.records(
        InventoryRecord,
        sa.select(table)
        .where(*belongs_to(table, place), table.c.quantity > 0)
        .order_by(table.c.updated_at.desc(), table.c.item_key)
        .limit(limit),
    )
    return [serialize_item(row) for row in rows]


async def _wallet(tx: Transaction, place: PlayerPlace, limit: int) -> list[dict[str, Any]]:
    """Every balance, zero included (contract/README.md#snapshot)."""
    table = tables.wallets
    rows = await tx.records(
        WalletRecord,
        sa.select(table)
        .where(*belongs_to(table, place))
        .order_by(table.c.updated_at.desc(), table.c.economy_key)
        .limit(limit),
    )
    return [serialize_balance(row) for row in rows]
