"""Merge a guest into the account of the same person.

It is one transaction under the locks of both players, taken in the order of their ids. Attempts, grants, deposits,
ledgers and seats become the target's; holdings are added up (`reassign` describes the ledgers); on each leaderboard the
better entry stays. The source's row is kept without personal data, under the id `__merged_<its uuid>__`. Its old id is
free at once, and leads to the target until another player registers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NoReturn

import sqlalchemy as sa

from kraty_console.backend.audit import trail
from kraty_console.backend.economy import ledger
from kraty_console.backend.economy.serializers import serialize_balance, serialize_item
from kraty_console.backend.lifecycle import reassign, relations, tombstones
from kraty_console.backend.lifecycle.reassign import ITEMS, WALLET, MergedHoldings
from kraty_console.backend.players.serializers import serialize_player, serialize_totals
from kraty_console.backend.rules import formats, idempotency, outbox, player_refs
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError, not_found
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import InventoryRecord, PlayerRecord, WalletRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from kraty_console.contract.webhooks import EventName

OPERATION: Final = "player.merge"

UNPROCESSABLE: Final = 422
"""The status of an invalid merge (contract/README.md#errors)."""

MOVED: Final = (
    tables.attempts,
    tables.attempt_rolls,
    tables.attempt_awards,
    tables.milestones_fired,
    tables.grants,
    tables.grant_deposits,
    tables.player_notes,
)
"""Tables whose rows are reassigned unchanged."""

BOARDS: Final = (tables.leaderboard_entries, tables.board_entries)
"""Tables in which one of the two entries stays."""

_TOTALS: Final = ("attempt_count", "attempts_completed", "attempts_expired", "grants_pending", "grants_claimed")
_FILLED: Final = ("display_identity", "anonymized_identity", "last_context", "country", "friend_code")
_COUNTED: Final = (
    "attemptsReassigned",
    "grantsReassigned",
    "itemsMerged",
    "itemLedgerRowsMoved",
    "walletsMerged",
    "walletLedgerRowsMoved",
    "lobbiesTouched",
    "leaderboardsScrubbed",
)


@dataclass(frozen=True, slots=True)
class _Moved:
    """What was reassigned."""

    counts: dict[str, int]
    wallet: MergedHoldings
    items: MergedHoldings
    both_active: int
    """Active lobbies that both were in."""


async def merge(tx: Transaction, ctx: Context, from_id: str, to_id: str) -> RuleResult:
    """Merge the player `from_id` into `to_id`; fires one `player.merged`.

    A pair that was merged before, directly or through later merges: `no_op_already_merged`, with zero counts. 404 if
    either is missing; 422 `conflict` if they are the same, or the target is banned or erased; 409 `conflict` if a
    holding would pass 2^53-1. A banned source is allowed: the target is banned then (contract/SERVER.md#merge).
    """
    earlier = await idempotency.replay(tx, ctx, OPERATION, {"from": from_id, "to": to_id})
    if earlier is not None:
        return earlier
    source, target = await _lock_both(tx, ctx, from_id, to_id)
    if source is None or source.merged_into is not None:
        merged = await _merged_before(tx, ctx, from_id, to_id)
        if merged is None:
            not_found("Player", from_id)
        return await idempotency.keep(tx, ctx, OPERATION, 200, await _no_op_answer(tx, from_id, merged))
    if source.deleted_at is not None:
        not_found("Player", from_id)
    if target is None:
        if await tombstones.find_erased(tx, ctx, to_id) is not None:
            _invalid(f"The player '{to_id}' was erased", "target_deleted")
        not_found("Player", to_id)
    _check(source, target)
    was = PlayerRecord.of(dict(vars(source)))  # with its old external id
    before = {"from": _state(source), "to": _state(target)}
    moved = await _move(tx, ctx, source, target)
    changes = _target_changes(ctx, source, target, moved)
    await _retire_source(tx, ctx, source, target)
    tx.change(target, **changes)
    for economy_key in moved.wallet.source:
        await ledger.update_derived(tx, ctx, target, economy_key)
    result = {
        "fromPlayerId": source.player_id,
        "fromExternalPlayerId": from_id,
        "toPlayerId": target.player_id,
        "toExternalPlayerId": to_id,
        "anonymizedExternalPlayerId": source.external_player_id,
        "counts": moved.counts,
        "mergedAt": formats.timestamp(ctx.now_ms),
        "status": "merged",
    }
    held = await _holdings(tx, target)
    _record(tx, ctx, (was, target), result, before, moved, held)
    after = {"player": serialize_player(target, for_admin=False), "summary": serialize_totals(target), **held}
    outbox.emit(tx, ctx, EventName.PLAYER_MERGED, target, {**result, **after})
    return await idempotency.keep(tx, ctx, OPERATION, 200, result)


async def _lock_both(
    tx: Transaction, ctx: Context, from_id: str, to_id: str
) -> tuple[PlayerRecord | None, PlayerRecord | None]:
    """Both players, locked in the order of their ids; if one is missing (None), neither is locked."""
    while True:
        source = await player_refs.find_by_external_id(tx, ctx.tenant, ctx.environment, from_id)
        target = await player_refs.find_by_external_id(tx, ctx.tenant, ctx.environment, to_id)
        if source is None or target is None:
            return source, target
        await reassign.lock_lobbies(tx, source)
        for player in sorted((source, target), key=lambda each: str(each.player_id)):
            await tx.get(tables.players, *player.primary_key(), lock=True)
        if (source.external_player_id, target.external_player_id) == (from_id, to_id):
            return source, target


def _check(source: PlayerRecord, target: PlayerRecord) -> None:
    if source is target:
        _invalid("A player cannot be merged into itself", "same_player")
    name = target.external_player_id
    if target.banned_at is not None:
        _invalid(f"The player '{name}' is banned; lift the ban first", "target_banned")
    if target.deleted_at is not None:
        _invalid(f"The player '{name}' was erased", "target_deleted")
    if target.merged_into is not None:
        _invalid(f"The player '{name}' was itself merged into another", "target_merged")


def _invalid(message: str, why: str) -> NoReturn:
    raise RuleError(Code.CONFLICT, message, {"why": why}, status=UNPROCESSABLE)


async def _merged_before(tx: Transaction, ctx: Context, from_id: str, to_id: str) -> PlayerRecord | None:
    """The row that the source left behind, if both ids lead to the same player; None if they do not."""
    source = await player_refs.resolve(tx, ctx.tenant, ctx.environment, from_id)
    target = await player_refs.resolve(tx, ctx.tenant, ctx.environment, to_id)
    if source is None or source.row_id is None or target is None or source.current_id != target.current_id:
        return None
    return await tx.get(tables.players, ctx.tenant.studio_id, ctx.tenant.game_id, source.row_id)


async def _no_op_answer(tx: Transaction, from_id: str, merged: PlayerRecord) -> dict[str, Any]:
    """The answer to a repeated merge."""
    target = await player_refs.follow_merge(tx, merged)
    return {
        "fromPlayerId": merged.player_id,
        "fromExternalPlayerId": from_id,
        "toPlayerId": target.player_id,
        "toExternalPlayerId": target.external_player_id,
        "anonymizedExternalPlayerId": merged.external_player_id,
        "counts": dict.fromkeys(_COUNTED, 0),
        "mergedAt": formats.timestamp(merged.updated_at),
        "status": "no_op_already_merged",
    }


async def _move(tx: Transaction, ctx: Context, source: PlayerRecord, target: PlayerRecord) -> _Moved:
    await tx.forget(*MOVED, *BOARDS, *(each for one in (WALLET, ITEMS) for each in (one.held, one.ledger)))
    await tx.forget(tables.lobby_members)
    offset = target.ledger_position
    tx.change(target, ledger_position=offset + source.ledger_position)
    wallet = await reassign.merge_holding(tx, ctx, WALLET, source, target, offset)
    items = await reassign.merge_holding(tx, ctx, ITEMS, source, target, offset)
    moved = {table: await reassign.reassign(tx, table, source, target) for table in MOVED}
    boards = [await reassign.keep_better_entries(tx, table, source, target) for table in BOARDS]
    lobbies, both_active = await reassign.move_seats(tx, source, target)
    await relations.merge_relations(tx, ctx, source, target)
    counted = (
        moved[tables.attempts],
        moved[tables.grants],
        items.merged,
        items.moved,
        wallet.merged,
        wallet.moved,
        lobbies,
        sum(boards),
    )
    return _Moved(dict(zip(_COUNTED, counted, strict=True)), wallet, items, both_active)


def _target_changes(ctx: Context, source: PlayerRecord, target: PlayerRecord, moved: _Moved) -> dict[str, Any]:
    """The changes of the target's row: totals added, gaps filled, the ban taken over; its secret stays."""
    source_values, target_values = vars(source), vars(target)
    changes: dict[str, Any] = {name: target_values[name] + source_values[name] for name in _TOTALS}
    changes |= {
        name: source_values[name] for name in _FILLED if target_values[name] is None and source_values[name] is not None
    }
    if "display_identity" in changes or target.name_folded is None:
        changes["name_folded"] = source.name_folded
    if target.email is None:
        changes |= {"email": source.email, "email_folded": source.email_folded}
    if source.metadata is not None:
        changes["metadata"] = {**source.metadata, **(target.metadata or {})}
    if source.banned_at is not None:
        changes |= {"banned_at": source.banned_at, "ban_reason": source.ban_reason}
    if source.last_active_at is not None:
        changes["last_active_at"] = max(source.last_active_at, target.last_active_at or 0)
    return {
        **changes,
        "lobbies_active": target.lobbies_active + source.lobbies_active - moved.both_active,
        "first_seen_at": min(target.first_seen_at, source.first_seen_at),
        "last_seen_at": max(target.last_seen_at, source.last_seen_at),
        "updated_at": ctx.now_ms,
    }


def _record(
    tx: Transaction,
    ctx: Context,
    pair: tuple[PlayerRecord, PlayerRecord],
    result: dict[str, Any],
    before: dict[str, Any],
    moved: _Moved,
    held: dict[str, list[dict[str, Any]]],
) -> None:
    """Write an audit row for each of the two, so that the log of either id shows the merge."""
    after = {"to": _state(pair[1])}
    for kind, merged, key, amount in (
        ("wallet", moved.wallet, "economyKey", "balance"),
        ("inventory", moved.items, "itemKey", "quantity"),
    ):
        before["from"][kind], before["to"][kind] = merged.source, merged.before
        after["to"][kind] = {row[key]: row[amount] for row in held[kind] if row[key] in merged.source}
    for player in pair:
        trail.record(
            tx,
            ctx,
            OPERATION,
            target_kind="player",
            target_id=result["toPlayerId"],
            player=player,
            metadata=result,
            before=before,
            after=after,
        )


async def _retire_source(tx: Transaction, ctx: Context, source: PlayerRecord, target: PlayerRecord) -> None:
    """Anonymize the source's row, free its id, and point every alias of it to the target."""
    external_id = source.external_player_id
    tx.change(
        source,
        **tombstones.PERSONAL,
        **dict.fromkeys((*_TOTALS, "lobbies_active", "ledger_position"), 0),
        external_player_id=f"__merged_{source.player_id}__",
        banned_at=None,
        ban_reason=None,
        merged_into=target.player_id,
        updated_at=ctx.now_ms,
    )
    tx.memo.pop(("player", ctx.tenant, ctx.environment, external_id), None)
    into = {"player_id": target.player_id}
    column, alias = tables.players.c, tables.player_aliases
    game = {"studio_id": ctx.tenant.studio_id, "game_id": ctx.tenant.game_id}
    await tx.execute(
        sa.update(tables.players)
        .where(
            *(tables.players.columns[name] == value for name, value in game.items()),
            column.merged_into == source.player_id,
        )
        .values(merged_into=target.player_id)
    )
    await tx.execute(sa.update(alias).where(*reassign.rows_of(alias, source)).values(**into))
    named = {**game, "environment": ctx.environment, "external_player_id": external_id}
    await player_refs.delete_alias(tx, ctx.tenant, ctx.environment, external_id)
    tx.add(alias, {**named, **into, "source_id": source.player_id, "created_at": ctx.now_ms})


def _state(player: PlayerRecord) -> dict[str, Any]:
    return {**serialize_totals(player), "banned": player.banned_at is not None}


async def _holdings(tx: Transaction, player: PlayerRecord) -> dict[str, list[dict[str, Any]]]:
    """The player's holdings in wire form."""
    wallet, inventory = tables.wallets, tables.inventory
    of_wallet = sa.select(wallet).where(*reassign.rows_of(wallet, player)).order_by(wallet.c.economy_key)
    of_inventory = sa.select(inventory).where(*reassign.rows_of(inventory, player)).order_by(inventory.c.item_key)
    return {
        "wallet": [serialize_balance(row) for row in await tx.records(WalletRecord, of_wallet)],
        "inventory": [serialize_item(row) for row in await tx.records(InventoryRecord, of_inventory)],
    }
