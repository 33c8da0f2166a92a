"""Erase a player on request: the row stays without personal data.

Removed: the id, e-mail, chosen names, context, metadata, country, secret, friend code, presence, the reason of a ban,
the ids of guests that were merged into the player, and the support staff's notes. Kept under `__deleted_<uuid>__`:
attempts, scores, seats, grants and ledgers, which ranks of others and the studio's accounts depend on. A hash of the id
is kept, so that a second request is recognized. All other mentions of the player are rewritten (`redaction`):
idempotency keys and stored answers, past and waiting events, answers of receivers, notes on grants, ledgers and
purchases.

The webhook event `player.deleted` has the id from before the erasure. It is written only if an endpoint subscribes to
it, and the id is removed after the last delivery, or when the deliveries have failed for good.

The audit log is append-only: earlier rows keep the id, because they prove what the studio's staff did, and the database
refuses changes. The row of the erasure has neither the old id nor the answer that contains it; no idempotency record
has it either, so a repeated call is answered with `no_op_already_erased`.
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
    """Erase the player with this id, for the context's reason; fires `player.deleted` with the old id.

    Always 200: an id erased before is `no_op_already_erased`, an unknown one `no_op_never_existed`. The alias of a
    merged player is deleted; the player's data belongs to the target account and is erased with it.
    """
    player = await players.find_locked(tx, ctx, external_id)
    if player is None or player_refs.is_gone(player):
        return RuleResult(200, await _no_op_answer(tx, ctx, external_id, player))
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
    await tx.execute(sa.delete(tables.player_notes).where(*reassign.rows_of(tables.player_notes, player)))
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
    metadata = {name: value for name, value in data.items() if name != "externalPlayerId"}
    trail.record(
        tx,
        ctx,
        OPERATION,
        target_kind="player",
        target_id=player.player_id,
        player=player,
        metadata={**metadata, "reason": ctx.reason},
        before=before,
        after={"erased": True},
    )
    return RuleResult(200, data)


async def _traces(tx: Transaction, ctx: Context, player: PlayerRecord, anonymized: str) -> redaction.Traces:
    aliases, merged_ids = await redaction.names_of(tx, ctx, player)
    return redaction.find_traces(player, aliases, merged_ids, anonymized)


async def _no_op_answer(tx: Transaction, ctx: Context, external_id: str, row: PlayerRecord | None) -> dict[str, Any]:
    """The answer if there is no player to erase; the alias of a merged player is deleted."""
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
