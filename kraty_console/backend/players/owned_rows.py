"""Attempts and grants found by their id alone, with their player locked."""

from __future__ import annotations

import sqlalchemy as sa

from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import conflict, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptRecord, GrantRecord, PlayerRecord
from kraty_console.backend.storage.tables.record import RecordT, RecordTable
from kraty_console.backend.storage.transaction import Transaction


async def locate_attempt(tx: Transaction, ctx: Context, attempt_id: str) -> tuple[PlayerRecord, AttemptRecord]:
    """The player and the attempt with this id, both protected from concurrent changes; 404 outside the context's
    environment."""
    return await _locate(tx, ctx, tables.attempts, attempt_id, "Attempt")


async def locate_grant(tx: Transaction, ctx: Context, grant_id: str) -> tuple[PlayerRecord, GrantRecord]:
    """The player and the grant with this id, both protected from concurrent changes; 404 outside the context's
    environment."""
    return await _locate(tx, ctx, tables.grants, grant_id, "Grant")


async def _locate(
    tx: Transaction, ctx: Context, table: RecordTable[RecordT], row_id: str, what: str
) -> tuple[PlayerRecord, RecordT]:
    player_id = None
    if is_id(row_id):
        column = table.columns
        player_id = await tx.scalar(
            sa.select(column.player_id).where(
                column.studio_id == ctx.tenant.studio_id,
                column.game_id == ctx.tenant.game_id,
                column[f"{what.lower()}_id"] == row_id,
                column.environment == ctx.environment,
            )
        )
    if player_id is None:
        not_found(what, row_id)
    player = await players.lock_by_id(tx, ctx, player_id)
    row = await tx.get(table, *player.primary_key(), row_id)
    if row is None:
        conflict(f"The {what.lower()} moved to another player in this moment; ask again")
    return player, row
