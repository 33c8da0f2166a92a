"""Give, take and consume items outside of grants.

If the studio keeps its own inventory, these calls are answered and change nothing.
"""

from __future__ import annotations

from kraty_console.backend.audit import trail
from kraty_console.backend.catalog import definitions
from kraty_console.backend.economy.ledger import LedgerChange, change_inventory
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import amounts, idempotency, player_refs
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import not_found
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

GRANT = "inventory.grant"
REVOKE = "inventory.revoke"
CONSUME = "inventory.consume"

CONSUMED = "consume"
"""The default ledger reason of consumed items (contract/SDK.md#wallet-and-inventory)."""


async def grant(
    tx: Transaction, ctx: Context, external_id: str, item_key: str, quantity: int, *, source_ref_id: str | None = None
) -> RuleResult:
    """Give a quantity of an item to a player, who is created on first contact; 404 for an item not in the catalog."""
    return await _adjust(tx, ctx, GRANT, external_id, item_key, quantity, source_ref_id)


async def revoke(
    tx: Transaction, ctx: Context, external_id: str, item_key: str, quantity: int, *, source_ref_id: str | None = None
) -> RuleResult:
    """Take a quantity of an item, which may be archived; 409 if the player has fewer."""
    return await _adjust(tx, ctx, REVOKE, external_id, item_key, quantity, source_ref_id)


async def consume(tx: Transaction, ctx: Context, external_id: str, item_key: str, quantity: int) -> RuleResult:
    """Consume a quantity of an item for the player's game; 409 if the player has fewer."""
    return await _adjust(tx, ctx, CONSUME, external_id, item_key, quantity, None)


async def _adjust(
    tx: Transaction,
    ctx: Context,
    action: str,
    external_id: str,
    item_key: str,
    quantity: int,
    source_ref_id: str | None,
) -> RuleResult:
    amounts.check_amount(quantity, "quantity")
    if ctx.surface == "server" and (await definitions.game(tx, ctx)).inventory_management == "studio":
        return await _inert(tx, ctx, action, external_id, item_key)
    request = {"player": external_id, "itemKey": item_key, "quantity": quantity, "sourceRefId": source_ref_id}
    earlier = await idempotency.replay(tx, ctx, action, request)
    if earlier is not None:
        # A replay changes nothing, and says so (contract/README.md#idempotency).
        return RuleResult(earlier.status, {**earlier.data, "applied": False}, replayed=True)
    player = await (players.upsert if action == GRANT else players.lock)(tx, ctx, external_id)
    players.refuse_banned_caller(ctx, player)
    item = await definitions.item(tx, ctx, item_key)
    if item is None or (action == GRANT and item.archived_at is not None):
        not_found("Item", item_key)
    before = await _held(tx, player, item_key)
    delta = quantity if action == GRANT else -quantity
    reason = ctx.reason or (CONSUMED if action == CONSUME else None)
    entry = await change_inventory(tx, ctx, player, LedgerChange(item_key, delta, reason, source_ref_id))
    if ctx.surface != "sdk":
        trail.record(
            tx,
            ctx,
            action,
            target_kind="item",
            target_id=item_key,
            player=player,
            metadata={"itemKey": item_key, "quantity": quantity, "reason": ctx.reason, "ledgerId": entry["ledgerId"]},
            before={"itemKey": item_key, "quantity": before},
            after={"itemKey": item_key, "quantity": entry["quantity"]},
        )
    data = {"itemKey": item_key, "quantity": entry["quantity"], "applied": True}
    return await idempotency.keep(tx, ctx, action, 200, data)


async def _inert(tx: Transaction, ctx: Context, action: str, external_id: str, item_key: str) -> RuleResult:
    """The answer if the studio keeps the inventory: no change, no key taken (contract/GAME.md#game-settings)."""
    if action != GRANT:
        await player_refs.get_by_external_id(tx, ctx.tenant, ctx.environment, external_id)
    if await definitions.item(tx, ctx, item_key) is None:
        not_found("Item", item_key)
    return RuleResult(200, {"itemKey": item_key, "quantity": 0, "applied": False})


async def _held(tx: Transaction, player: PlayerRecord, item_key: str) -> int:
    held = await tx.get(tables.inventory, *player.primary_key(), item_key)
    return 0 if held is None else int(held.quantity)
