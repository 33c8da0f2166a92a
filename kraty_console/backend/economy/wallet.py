"""Credit and debit balances, and move progression resources."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.audit import trail
from kraty_console.backend.catalog import definitions
from kraty_console.backend.economy.ledger import LedgerChange, change_wallet, move_wallet
from kraty_console.backend.economy.serializers import serialize_balance
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import amounts, idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError, not_found
from kraty_console.backend.rules.versions import is_stale, refuse_stale, version_of
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import CurrencyRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

PROGRESS = "wallet.progress"


async def credit(
    tx: Transaction,
    ctx: Context,
    external_id: str,
    economy_key: str,
    amount: int,
    *,
    source_ref_id: str | None = None,
) -> RuleResult:
    """Add to a balance. 404 for an unknown key, 409 if the balance would pass 2^53-1.

    A credit of the studio's backend creates an unknown player, as its grants do (contract/SERVER.md#grants); any other
    credit is 404 then.
    """
    return await _adjust(tx, ctx, "wallet.credit", external_id, economy_key, amount, source_ref_id)


async def debit(
    tx: Transaction,
    ctx: Context,
    external_id: str,
    economy_key: str,
    amount: int,
    *,
    source_ref_id: str | None = None,
) -> RuleResult:
    """Take from a balance. 404 for an unknown player or key, 409 if the player has less."""
    return await _adjust(tx, ctx, "wallet.debit", external_id, economy_key, amount, source_ref_id)


async def progress(tx: Transaction, ctx: Context, external_id: str, economy_key: str, amount: int) -> RuleResult:
    """Move a progression resource up, or down to 0, for the player's game (contract/SDK.md#wallet-and-inventory).

    `{economyKey, balance, applied, derived}`. 403 unless it is a progression that the catalog lets games write.
    """
    request = {"player": external_id, "economyKey": economy_key, "amount": amount}
    earlier = await idempotency.replay(tx, ctx, PROGRESS, request)
    if earlier is not None:
        return RuleResult(earlier.status, {**earlier.data, "applied": False}, replayed=True)
    player = await players.lock(tx, ctx, external_id)
    players.refuse_banned(player)
    currency = await _currency(tx, ctx, economy_key)
    if currency.kind != "progression" or not currency.client_writable:
        raise RuleError(
            Code.FORBIDDEN,
            f"players' games may not move '{economy_key}'",
            {"economyKey": economy_key, "kind": currency.kind, "clientWritable": bool(currency.client_writable)},
        )
    balance = await _balance(tx, player, economy_key)
    delta = max(amount, -balance)
    derived: list[dict[str, Any]] = []
    if delta != 0:
        entry, derived = await move_wallet(tx, ctx, player, LedgerChange(economy_key, delta, ctx.reason or "progress"))
        balance = entry["balance"]
    data = {"economyKey": economy_key, "balance": balance, "applied": True, "derived": derived}
    return await idempotency.keep(tx, ctx, PROGRESS, 200, data)


async def _adjust(
    tx: Transaction,
    ctx: Context,
    action: str,
    external_id: str,
    economy_key: str,
    amount: int,
    source_ref_id: str | None,
) -> RuleResult:
    amounts.check_amount(amount, "amount")
    request = {"player": external_id, "economyKey": economy_key, "amount": amount, "sourceRefId": source_ref_id}
    earlier = await idempotency.replay(tx, ctx, action, request)
    if earlier is not None:
        # A replay changes nothing, and says so (contract/README.md#idempotency).
        return RuleResult(earlier.status, {**earlier.data, "applied": False}, replayed=True)
    gives = ctx.surface == "server" and action == "wallet.credit"
    player = await (players.upsert if gives else players.lock)(tx, ctx, external_id)
    players.refuse_banned_caller(ctx, player)
    await _currency(tx, ctx, economy_key)
    held = await tx.get(tables.wallets, *player.primary_key(), economy_key)
    if is_stale(ctx, held):
        shown = {"economyKey": economy_key, "balance": 0} if held is None else serialize_balance(held)
        refuse_stale("balance", held, shown)
    before = 0 if held is None else int(held.balance)
    delta = amount if action == "wallet.credit" else -amount
    entry = await change_wallet(tx, ctx, player, LedgerChange(economy_key, delta, ctx.reason, source_ref_id))
    data: dict[str, Any] = {"economyKey": economy_key, "balance": entry["balance"], "applied": True}
    if ctx.surface == "sdk":
        return await idempotency.keep(tx, ctx, action, 200, data)
    audit_id = trail.record(
        tx,
        ctx,
        action,
        target_kind="wallet",
        target_id=economy_key,
        player=player,
        metadata={"economyKey": economy_key, "amount": amount, "reason": ctx.reason, "ledgerId": entry["ledgerId"]},
        before={"economyKey": economy_key, "balance": before},
        after={"economyKey": economy_key, "balance": entry["balance"]},
    )
    if ctx.surface == "admin":
        held = await tx.get(tables.wallets, *player.primary_key(), economy_key)
        data |= {"version": version_of(held), "audit": trail.audit_link(ctx, audit_id)}
    return await idempotency.keep(tx, ctx, action, 200, data)


async def _currency(tx: Transaction, ctx: Context, economy_key: str) -> CurrencyRecord:
    currency = await definitions.currency(tx, ctx, economy_key)
    if currency is None or currency.archived_at is not None:
        not_found("Currency", economy_key)
    return currency


async def _balance(tx: Transaction, player: PlayerRecord, economy_key: str) -> int:
    held = await tx.get(tables.wallets, *player.primary_key(), economy_key)
    return 0 if held is None else int(held.balance)
