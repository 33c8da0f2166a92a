"""Change balances and quantities, and write their ledgers.

The sum of a ledger always equals the holding: both are written only here, under the player's lock. Derived resources
and boards that rank by a balance are updated in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kraty_console.backend.catalog import definitions
from kraty_console.backend.economy import derived_resources
from kraty_console.backend.economy.serializers import (
    serialize_balance,
    serialize_item,
    serialize_item_entry,
    serialize_wallet_entry,
)
from kraty_console.backend.leaderboards import game_boards
from kraty_console.backend.rules import amounts, outbox
from kraty_console.backend.rules.context import Context, Surface
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import CurrencyRecord, PlayerRecord
from kraty_console.backend.storage.tables.record import RecordT, RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName

ORIGIN: Final[dict[Surface, str]] = {"admin": "admin", "server": "server", "sdk": "client", "engine": "engine"}
"""The source of a change as its ledger row names it."""


@dataclass(frozen=True, slots=True)
class LedgerChange:
    """A change of one balance or quantity; negative takes."""

    key: str
    delta: int
    reason: str | None
    source_ref_id: str | None = None
    metadata: Mapping[str, Any] | None = None
    """Metadata of the item and of this ledger row (contract/README.md#grant)."""


async def change_wallet(tx: Transaction, ctx: Context, player: PlayerRecord, change: LedgerChange) -> dict[str, Any]:
    """Change a balance and return the ledger row in wire form. 409 past a bound. Fires `wallet.changed`."""
    return (await move_wallet(tx, ctx, player, change))[0]


async def move_wallet(
    tx: Transaction, ctx: Context, player: PlayerRecord, change: LedgerChange
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """As `change_wallet`, with the derived changes: `[{economyKey, previous, current, delta, grantIds}]`
    (contract/SDK.md#wallet-and-inventory)."""
    currency = await definitions.currency(tx, ctx, change.key)
    entry = await _write_wallet(tx, ctx, player, change, currency)
    derived = []
    for rule in (currency and currency.derives) or ():
        derived_change = await _derive(tx, ctx, player, rule, entry)
        if derived_change is not None:
            derived.append(derived_change)
    return entry, derived


async def update_derived(tx: Transaction, ctx: Context, player: PlayerRecord, economy_key: str) -> None:
    """Update what derives from a balance after it was changed elsewhere (`reassign`)."""
    currency = await definitions.currency(tx, ctx, economy_key)
    held = await tx.get(tables.wallets, *player.primary_key(), economy_key)
    if currency is None or held is None:
        return
    if currency.ranked_boards:
        await game_boards.update_from_balance(tx, ctx, player, currency, held.balance)
    for rule in currency.derives or ():
        if await _derive(tx, ctx, player, rule, {"balance": held.balance, "ledgerId": None}) is None:
            await _pay_late(tx, ctx, player, rule, held.balance)


async def _pay_late(tx: Transaction, ctx: Context, player: PlayerRecord, rule: Mapping[str, Any], balance: int) -> None:
    """Pay the steps that a balance has reached and that have not paid, if the derived resource is up to date."""
    level = await tx.get(tables.wallets, *player.primary_key(), rule["economyKey"])
    paid = 0 if level is None else level.metadata.get(derived_resources.PAID, 0)
    current = derived_resources.steps_reached(rule["steps"], balance)
    if level is not None and paid < current:
        await derived_resources.pay_steps(tx, ctx, player, rule, range(paid, current))
        tx.change(level, metadata={**level.metadata, derived_resources.PAID: current})


async def _derive(
    tx: Transaction, ctx: Context, player: PlayerRecord, rule: Mapping[str, Any], entry: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Set a derived resource to the number of steps that the balance has reached; None if it already has that value.

    A step pays once in a player's life, when first reached, and not for imports, which were paid where the player comes
    from. Nothing derives from a derived resource.
    """
    key: str = rule["economyKey"]
    held = await tx.get(tables.wallets, *player.primary_key(), key)
    previous = 0 if held is None else held.balance
    current = derived_resources.steps_reached(rule["steps"], entry["balance"])
    if current == previous:
        return None
    paid = 0 if held is None else held.metadata.get(derived_resources.PAID, 0)
    grants = [] if ctx.importing else await derived_resources.pay_steps(tx, ctx, player, rule, range(paid, current))
    change = LedgerChange(key, current - previous, derived_resources.DERIVED, entry["ledgerId"])
    currency = await definitions.currency(tx, ctx, key)
    await _write_wallet(tx, ctx, player, change, currency, metadata={derived_resources.PAID: max(paid, current)})
    return {
        "economyKey": key,
        "previous": previous,
        "current": current,
        "delta": current - previous,
        "grantIds": [grant.grant_id for grant in grants],
    }


async def _write_wallet(
    tx: Transaction,
    ctx: Context,
    player: PlayerRecord,
    change: LedgerChange,
    currency: CurrencyRecord | None,
    *,
    metadata: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    held = await tx.get(tables.wallets, *player.primary_key(), change.key)
    balance = amounts.add(0 if held is None else held.balance, change.delta, change.key)
    if held is None:
        held = tx.add(
            tables.wallets,
            {**player.owner(), "economy_key": change.key, "balance": balance, **_born(ctx)},
        )
    else:
        tx.change(held, balance=balance, updated_at=ctx.now_ms)
    if metadata is not None:
        tx.change(held, metadata={**held.metadata, **metadata})
    if currency is not None and currency.ranked_boards:
        await game_boards.update_from_balance(tx, ctx, player, currency, balance)
    row = _entry(tx, ctx, player, tables.wallet_ledger, change, {"economy_key": change.key, "balance": balance})
    entry = serialize_wallet_entry(row)
    outbox.emit(tx, ctx, EventName.WALLET_CHANGED, player, {**entry, "wallet": serialize_balance(held)})
    return entry


async def change_inventory(tx: Transaction, ctx: Context, player: PlayerRecord, change: LedgerChange) -> dict[str, Any]:
    """Change a quantity; as `change_wallet`. Fires `inventory.changed`."""
    held = await tx.get(tables.inventory, *player.primary_key(), change.key)
    quantity = amounts.add(0 if held is None else held.quantity, change.delta, change.key)
    if held is None:
        held = tx.add(tables.inventory, {**player.owner(), "item_key": change.key, "quantity": quantity, **_born(ctx)})
    else:
        tx.change(held, quantity=quantity, updated_at=ctx.now_ms)
    after: dict[str, Any] = {"item_key": change.key, "quantity": quantity}
    if change.metadata:
        tx.change(held, metadata={**held.metadata, **change.metadata})
        after["metadata"] = dict(change.metadata)
    row = _entry(tx, ctx, player, tables.item_ledger, change, after)
    entry = serialize_item_entry(row)
    outbox.emit(tx, ctx, EventName.INVENTORY_CHANGED, player, {**entry, "item": serialize_item(held)})
    return entry


def _entry(
    tx: Transaction,
    ctx: Context,
    player: PlayerRecord,
    where: RecordTable[RecordT],
    change: LedgerChange,
    after: dict[str, Any],
) -> RecordT:
    position = player.ledger_position + 1
    tx.change(player, ledger_position=position)
    return tx.add(where, new_entry(ctx, player, change, position, after))


def new_entry(
    ctx: Context, player: PlayerRecord, change: LedgerChange, position: int, after: Mapping[str, Any]
) -> dict[str, Any]:
    """The ledger row of a change; `after` is the key and the holding after it."""
    return {
        **player.owner(),
        "ledger_id": ctx.new_id(),
        "delta": change.delta,
        "reason": change.reason,
        "origin": ORIGIN[ctx.surface],
        "source_ref_id": change.source_ref_id,
        "occurred_at": ctx.now_ms,
        "position": position,
        **after,
    }


def _born(ctx: Context) -> dict[str, int]:
    return {"created_at": ctx.now_ms, "updated_at": ctx.now_ms}
