"""Erase a player who asks to be forgotten: the row stays, and names nobody.

Gone: the id, e-mail, names chosen, context, metadata, country, secret, friend code, presence, the reason of a ban, and
the ids of guests that were merged into the player. Staying, under `__deleted_<uuid>__`: attempts, scores, seats, grants
and ledgers, which others' ranks and the studio's books rest on. Of the id a hash is kept, so that a second request can
be told that it was done. Whatever else mentions the player is rewritten (`redaction`): idempotency keys and the
answers kept with them, events that were or will be told, what receivers answered, notes on grants, ledgers and
purchases.

The webhook event `player.deleted` carries the id from before the erasure. It is written only when an endpoint wants it,
and the id is removed from it after the last delivery, or when the deliveries are given up.

The audit log is append-only, also here: rows from before keep the id that they were written with, for they are the
studio's proof of what its people did, and the database refuses to change them. The row of the erasure itself holds
neither the old id nor the answer, which alone names it; no idempotency record holds it either, so that the same call
again is answered with `no_op_already_erased`.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.audit import trail
from kraty_console.backend.lifecycle import reassign, redaction, relations, tombstones
from kraty_console.backend.lifecycle.merge import BOARDS
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import formats, outbox, player_refs
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName

OPERATION: Final = "player.delete"


async def erase(tx: Transaction, ctx: Context, external_id: str) -> RuleResult:
    """Erase the player with this id, for the context's reason; fires `player.deleted` with the id that was.

    Always 200: an id erased before is `no_op_already_erased`, one that nobody had `no_op_never_existed`. An id that a
    merge left behind is forgotten; what its player had lives on in the account that it was merged into, and is erased
    with that.
    """
    player = await players.find_locked(tx, ctx, external_id)
    if player is None or player_refs.is_gone(player):
        return RuleResult(200, await _nothing(tx, ctx, external_id, player))
    anonymized = f"__deleted_{player.player_id}__"
    data = {
        "playerId": player.player_id,
        "externalPlayerId": external_id,
        "anonymizedExternalId": anonymized,
        "deletedAt": formats.timestamp(ctx.now_ms),
        "attemptsAnonymized": player.attempt_count,
        "lobbiesAnonymized": await _count(tx, tables.lobby_members, "player_id", player),
        "leaderboardsScrubbed": sum([await _count(tx, board, "participant_id", player) for board in BOARDS]),
        "status": "erased",
    }
    await redaction.redact(tx, ctx, await _traces(tx, ctx, player, anonymized))
    if await redaction.has_subscriber(tx, ctx, player.environment):
        outbox.emit(tx, ctx, EventName.PLAYER_DELETED, player, {**data, "reason": ctx.reason})
    before = {"banned": player.banned_at is not None, "registered": player.registered_at is not None}
    tx.change(
        player,
        **tombstones.PERSONAL,
        external_player_id=anonymized,
        ban_reason=None,
        erased_hash=tombstones.id_fingerprint(ctx, external_id),
        deleted_at=ctx.now_ms,
        updated_at=ctx.now_ms,
    )
    tx.memo.pop(("player", ctx.tenant, ctx.environment, external_id), None)
    await tx.execute(sa.delete(tables.player_aliases).where(*reassign.rows_of(tables.player_aliases, player)))
    await relations.erase_relations(tx, player)
    told = {name: value for name, value in data.items() if name != "externalPlayerId"}
    trail.record(
        tx,
        ctx,
        OPERATION,
        target_kind="player",
        target_id=player.player_id,
        player=player,
        metadata={**told, "reason": ctx.reason},
        before=before,
        after={"erased": True},
    )
    return RuleResult(200, data)


async def _traces(tx: Transaction, ctx: Context, player: PlayerRecord, anonymized: str) -> redaction.Traces:
    aliases, merged_ids = await redaction.names_of(tx, ctx, player)
    return redaction.find_traces(player, aliases, merged_ids, anonymized)


async def _nothing(tx: Transaction, ctx: Context, external_id: str, row: PlayerRecord | None) -> dict[str, Any]:
    """The answer where there is nobody to erase; an id that only a merge remembered is remembered no longer."""
    alias = None
    if row is None:
        alias = await player_refs.find_alias(tx, ctx.tenant, ctx.environment, external_id)
    if alias is not None:
        await player_refs.delete_alias(tx, ctx.tenant, ctx.environment, external_id)
        row = await tx.get(tables.players, ctx.tenant.studio_id, ctx.tenant.game_id, alias.source_id)
    row = row or await tombstones.find_erased(tx, ctx, external_id)
    if row is not None:
        await redaction.redact(tx, ctx, redaction.traces_of_id(external_id, row.external_player_id))
    gone = None if row is None else row.deleted_at or row.updated_at
    return {
        "playerId": None if row is None else row.player_id,
        "externalPlayerId": external_id,
        "anonymizedExternalId": None if row is None else row.external_player_id,
        "deletedAt": formats.timestamp(gone or ctx.now_ms),
        "attemptsAnonymized": 0,
        "lobbiesAnonymized": 0,
        "leaderboardsScrubbed": 0,
        "status": "no_op_never_existed" if row is None else "no_op_already_erased",
    }


async def _count(tx: Transaction, table: sa.Table, column: str, player: PlayerRecord) -> int:
    counted = await tx.scalar(
        sa.select(sa.func.count())
        .select_from(table)
        .where(
            table.c.studio_id == player.studio_id,
            table.c.game_id == player.game_id,
            table.c[column] == player.player_id,
        )
    )
    return int(counted)
