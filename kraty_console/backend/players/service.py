"""Find, create and lock players. Every change of a player's data locks the player's row first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kraty_console.backend.players import names
from kraty_console.backend.players.serializers import serialize_player
from kraty_console.backend.rules import player_refs, versions
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError, conflict, not_found
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code


async def peek(tx: Transaction, ctx: Context, external_id: str) -> PlayerRecord | None:
    """The player, not locked, for reads before the player's turn in the lock order."""
    known: PlayerRecord | None = tx.memo.get(("player", ctx.tenant, ctx.environment, external_id))
    if known is not None:
        return known
    return await player_refs.find_by_external_id(tx, ctx.tenant, ctx.environment, external_id)


async def find_or_create(tx: Transaction, ctx: Context, external_id: str) -> str:
    """The internal id of a player, who is created on first contact; an existing player is not locked."""
    player = await peek(tx, ctx, external_id) or await _first_contact(tx, ctx, external_id)
    player_id: str = player.player_id
    return player_id


async def find_locked(tx: Transaction, ctx: Context, external_id: str) -> PlayerRecord | None:
    """The player, locked until the transaction ends; None if there is none."""
    memo_key = ("player", ctx.tenant, ctx.environment, external_id)
    known: PlayerRecord | None = tx.memo.get(memo_key)
    if known is None:
        known = await player_refs.find_by_external_id(tx, ctx.tenant, ctx.environment, external_id, lock=True)
        if known is not None:
            tx.memo[memo_key] = known
    return known


async def lock(tx: Transaction, ctx: Context, external_id: str) -> PlayerRecord:
    """The player, locked until the transaction ends; 404 `not_found` if there is none."""
    player = await find_locked(tx, ctx, external_id)
    if player is None:
        not_found("Player", external_id)
    return player


async def lock_by_id(tx: Transaction, ctx: Context, player_id: str) -> PlayerRecord:
    """The player with this internal id, locked; 409 if the player has been merged since the id was read."""
    player = await tx.get(tables.players, ctx.tenant.studio_id, ctx.tenant.game_id, player_id, lock=True)
    if player is None:
        not_found("Player", player_id)
    if player.merged_into is not None:
        conflict("The player was merged into another in this moment; ask again")
    return player


async def upsert(
    tx: Transaction,
    ctx: Context,
    external_id: str,
    *,
    email: str | None = None,
    display_name: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> PlayerRecord:
    """The player, locked, created on first contact (contract/SDK.md#start) and updated with the given values."""
    player = await find_locked(tx, ctx, external_id)
    if player is None:
        player = await _first_contact(tx, ctx, external_id)
    changes: dict[str, Any] = {}
    if email is not None:
        changes |= {"email": email, "email_folded": player_refs.fold_email(email)}
    if display_name is not None:
        changes |= identity_columns({"name": display_name})
    if context is not None:
        changes["last_context"] = dict(context)
    if changes:
        tx.change(player, **changes, updated_at=ctx.now_ms)
    return player


async def _first_contact(tx: Transaction, ctx: Context, external_id: str) -> PlayerRecord:
    """Create the player, locked; an alias with this id is removed."""
    if await tx.insert_if_absent(tables.players, new_player(ctx, external_id)):
        await player_refs.delete_alias(tx, ctx.tenant, ctx.environment, external_id)
    return await lock(tx, ctx, external_id)


def new_player(ctx: Context, external_id: str) -> dict[str, Any]:
    """The row of a new player, with a name from the pool."""
    pooled = names.draw_from_pool(ctx.random_bytes)
    return {**_new(ctx, external_id), "anonymized_identity": pooled, "name_folded": fold_name(pooled["name"])}


def cache_locked(tx: Transaction, ctx: Context, external_id: str, player: PlayerRecord) -> None:
    """Cache the locked player of this id for later rules in the same transaction."""
    tx.memo[("player", ctx.tenant, ctx.environment, external_id)] = player


def insert_new(tx: Transaction, ctx: Context, external_id: str) -> PlayerRecord:
    """Create a player without checks for concurrent creation, in a game that this transaction creates."""
    player = tx.add(tables.players, _new(ctx, external_id))
    cache_locked(tx, ctx, external_id, player)
    return player


def mark_seen(tx: Transaction, ctx: Context, player: PlayerRecord) -> None:
    """Record that the player's game made a request."""
    if ctx.now_ms > player.last_seen_at:
        tx.change(player, last_seen_at=ctx.now_ms)


def identity_columns(identity: Mapping[str, Any]) -> dict[str, Any]:
    """The columns for a chosen identity, `{name, avatar?}`."""
    return {"display_identity": dict(identity), "name_folded": fold_name(identity["name"])}


def fold_name(name: str) -> str:
    """A name as it is searched by: case does not matter."""
    return name.casefold()


def refuse_stale(ctx: Context, player: PlayerRecord) -> None:
    """412 `stale` if the caller decided on another version of the player."""
    if versions.is_stale(ctx, player):
        versions.refuse_stale("player", player, serialize_player(player, for_admin=True))


def refuse_banned(player: PlayerRecord) -> None:
    """403 if the player is banned (contract/SERVER.md#ban); administrative writes skip this check."""
    if player.banned_at is not None:
        raise RuleError(
            Code.PLAYER_BANNED,
            f"Player '{player.external_player_id}' is banned",
            {"reason": player.ban_reason},
        )


def refuse_banned_caller(ctx: Context, player: PlayerRecord) -> None:
    """As `refuse_banned`, if it is the player's own game that writes."""
    if ctx.surface == "sdk":
        refuse_banned(player)


def _new(ctx: Context, external_id: str) -> dict[str, Any]:
    return {
        "studio_id": ctx.tenant.studio_id,
        "game_id": ctx.tenant.game_id,
        "player_id": ctx.new_id(),
        "environment": ctx.environment,
        "external_player_id": external_id,
        "first_seen_at": ctx.now_ms,
        "last_seen_at": ctx.now_ms,
        "created_at": ctx.now_ms,
        "updated_at": ctx.now_ms,
    }
