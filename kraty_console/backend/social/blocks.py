"""Block and unblock players."""

from __future__ import annotations

from kraty_console.backend.rules import idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.social import friend_queries as shown
from kraty_console.backend.social import friends
from kraty_console.backend.social.friends import PlayerRef
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code


async def block(tx: Transaction, ctx: Context, external_id: str, other_ref: PlayerRef) -> RuleResult:
    """Block another player, which ends a friendship and every request between the two. Already blocked: 200.

    400 for oneself, 404 for a missing player.
    """
    operation = "player.block"
    earlier = await idempotency.replay(
        tx, ctx, operation, {"player": external_id, "code": other_ref.friend_code, "other": other_ref.external_id}
    )
    if earlier is not None:
        return earlier
    player, other = await friends.lock_pair(tx, ctx, external_id, other_ref)
    if player is other:
        raise RuleError(Code.VALIDATION_FAILED, "a player cannot block themselves")
    row = {**_sides(player, other), "created_at": ctx.now_ms}
    fresh = await tx.insert_if_absent(tables.blocks, row)
    if fresh:
        for table in (tables.friendships, tables.friend_requests):
            await friends.delete_rows(tx, table, player, other)
    kept = await tx.get(tables.blocks, *(row[column.name] for column in tables.blocks.primary_key))
    assert kept is not None, "the player is locked, so the block cannot be lifted"
    data = {"blocked": shown.serialize_blocked(other, kept.created_at)}
    return await idempotency.keep(tx, ctx, operation, 201 if fresh else 200, data)


async def unblock(tx: Transaction, ctx: Context, external_id: str, blocked: str) -> RuleResult:
    """Lift a block; `unblocked: false` if there was none. 404 for an unknown player."""
    player, other = await friends.lock_pair(tx, ctx, external_id, PlayerRef(external_id=blocked))
    column = tables.blocks.c
    lifted = await tx.execute(
        tables.blocks.delete().where(
            column.studio_id == player.studio_id,
            column.game_id == player.game_id,
            column.player_id == player.player_id,
            column.blocked_id == other.player_id,
        )
    )
    return RuleResult(200, {"unblocked": lifted.rowcount == 1})


def _sides(player: PlayerRecord, other: PlayerRecord) -> dict[str, str]:
    return {
        "studio_id": player.studio_id,
        "game_id": player.game_id,
        "player_id": player.player_id,
        "blocked_id": other.player_id,
    }
