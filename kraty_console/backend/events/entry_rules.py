"""Requirements to start an attempt: quota, conditions, entry cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.economy.ledger import LedgerChange, change_inventory, change_wallet
from kraty_console.backend.rewards.grant_issuing import DAY_MS
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import (
    EventRecord,
    EventWindowRecord,
    InventoryRecord,
    PlayerRecord,
    WalletRecord,
)
from kraty_console.backend.storage.tables.record import RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

ENTRY_COST: Final = "entry_cost"
"""The ledger reason of entry costs."""

_MOST_COUNTED: Final = 10_000

Json = Mapping[str, Any]
HoldingTable = RecordTable[WalletRecord | InventoryRecord]


async def count_starts(
    tx: Transaction, player: PlayerRecord, event: EventRecord, window: EventWindowRecord, now_ms: int
) -> tuple[int, int]:
    """How many attempts the player started in the window, and in the event since midnight UTC; both at most 10,000."""
    today = now_ms - now_ms % DAY_MS
    column = tables.attempts.c
    of_event = (
        column.studio_id == player.studio_id,
        column.game_id == player.game_id,
        column.player_id == player.player_id,
        column.event_id == event.event_id,
    )
    counts = []
    for conditions in (
        (column.started_at >= window.starts_at, column.window_id == window.window_id),
        (column.started_at >= today,),
    ):
        some = sa.select(sa.literal(1)).where(*of_event, *conditions).limit(_MOST_COUNTED).subquery()
        counts.append(int(await tx.scalar(sa.select(sa.func.count()).select_from(some))))
    return counts[0], counts[1]


async def require_quota(
    tx: Transaction, ctx: Context, player: PlayerRecord, event: EventRecord, window: EventWindowRecord
) -> None:
    """Refuse an attempt beyond the quota; the player's row is locked, so only one of many at once gets the last one.

    429 `max_attempts_reached` or `max_daily_attempts_reached` (contract/README.md#errors).
    """
    quota: Json | None = event.attempt_quota
    if not quota:
        return
    in_window, today = await count_starts(tx, player, event, window, ctx.now_ms)
    for name, count, code, span in (
        ("maxPerWindow", in_window, Code.MAX_ATTEMPTS_REACHED, "in this window"),
        ("maxPerDay", today, Code.MAX_DAILY_ATTEMPTS_REACHED, "today"),
    ):
        most = quota.get(name)
        if most is not None and count >= most:
            message = f"The event '{event.key}' takes {most} attempts of a player {span}, and had them"
            raise RuleError(code, message, {"max": most, "used": count})


def remaining(quota: Json, in_window: int, today: int) -> int | None:
    """How many attempts are left; None without a limit."""
    left = [
        max(quota[name] - count, 0)
        for name, count in (("maxPerWindow", in_window), ("maxPerDay", today))
        if quota.get(name) is not None
    ]
    return min(left) if left else None


async def require_cost(
    tx: Transaction, ctx: Context, player: PlayerRecord, event: EventRecord
) -> list[tuple[HoldingTable, str, int]]:
    """The entry cost as table, key and amount; 402 `insufficient_entry_cost` if the player has too little.

    Items cost nothing here if the studio keeps the inventory (contract/GAME.md#game-settings).
    """
    cost: Json = event.entry_cost or {}
    prices: dict[tuple[HoldingTable, str], int] = {}
    for each in cost.get("currencies", []):
        resource: tuple[HoldingTable, str] = (tables.wallets, each["key"])
        prices[resource] = prices.get(resource, 0) + each["amount"]
    if cost.get("items") and (await definitions.game(tx, ctx)).inventory_management != "studio":
        for each in cost["items"]:
            resource = (tables.inventory, each["key"])
            prices[resource] = prices.get(resource, 0) + each["quantity"]
    for (table, key), needed in prices.items():
        held = await tx.get(table, *player.primary_key(), key)
        have = 0 if held is None else held.balance if isinstance(held, WalletRecord) else held.quantity
        if have < needed:
            raise RuleError(
                Code.INSUFFICIENT_ENTRY_COST,
                f"The event '{event.key}' costs {needed} {key}, the player has {have}",
                {"resource": key, "needed": needed, "have": have},
            )
    return [(table, key, amount) for (table, key), amount in prices.items() if amount]


async def pay_cost(
    tx: Transaction,
    ctx: Context,
    player: PlayerRecord,
    prices: list[tuple[HoldingTable, str, int]],
    attempt_id: str,
) -> None:
    """Take the entry cost; the ledger names the attempt."""
    for table, key, amount in prices:
        change = LedgerChange(key, -amount, ENTRY_COST, attempt_id)
        await (change_wallet if table is tables.wallets else change_inventory)(tx, ctx, player, change)
