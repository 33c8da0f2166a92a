"""Ban and unban players; a banned player's game cannot write."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.audit import trail
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import formats, idempotency, outbox
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.versions import version_of
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName


async def ban(tx: Transaction, ctx: Context, external_id: str) -> RuleResult:
    """Ban for the context's reason. A second ban updates the reason, answers `applied: false` and fires nothing."""
    earlier = await idempotency.replay(tx, ctx, "player.ban", {"player": external_id})
    if earlier is not None:
        return earlier
    player = await players.lock(tx, ctx, external_id)
    players.refuse_stale(ctx, player)
    before = _state(player)
    first = player.banned_at is None
    since = ctx.now_ms if first else player.banned_at
    tx.change(player, banned_at=since, ban_reason=ctx.reason, updated_at=ctx.now_ms)
    after = _state(player)
    if first:
        outbox.emit(tx, ctx, EventName.PLAYER_BANNED, player, after)
    data = {**_ids(player), **after, "applied": first}
    return await _finish(tx, ctx, "player.ban", player, before, data)


async def unban(tx: Transaction, ctx: Context, external_id: str) -> RuleResult:
    """Lift the ban; `applied: false` if there was none."""
    earlier = await idempotency.replay(tx, ctx, "player.unban", {"player": external_id})
    if earlier is not None:
        return earlier
    player = await players.lock(tx, ctx, external_id)
    players.refuse_stale(ctx, player)
    before = _state(player)
    applied = player.banned_at is not None
    if applied:
        tx.change(player, banned_at=None, ban_reason=None, updated_at=ctx.now_ms)
    data = {**_ids(player), "unbannedAt": formats.timestamp(ctx.now_ms), "applied": applied}
    return await _finish(tx, ctx, "player.unban", player, before, data)


def _ids(player: PlayerRecord) -> dict[str, Any]:
    return {"playerId": player.player_id, "externalPlayerId": player.external_player_id}


def _state(player: PlayerRecord) -> dict[str, Any]:
    return {"bannedAt": formats.timestamp(player.banned_at), "reason": player.ban_reason}


async def _finish(
    tx: Transaction, ctx: Context, action: str, player: PlayerRecord, before: dict[str, Any], data: dict[str, Any]
) -> RuleResult:
    audit_id = trail.record(
        tx,
        ctx,
        action,
        target_kind="player",
        target_id=player.player_id,
        player=player,
        metadata={"reason": ctx.reason, "applied": data["applied"]},
        before=before,
        after=_state(player),
    )
    if ctx.surface == "admin":
        data |= {"version": version_of(player), "audit": trail.audit_link(ctx, audit_id)}
    return await idempotency.keep(tx, ctx, action, 200, data)
