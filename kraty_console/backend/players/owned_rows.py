"""Attempts and grants found by their id alone, with their player locked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import conflict, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import TrackedRow, Transaction


async def locate_attempt(tx: Transaction, ctx: Context, attempt_id: str) -> tuple[TrackedRow, TrackedRow]:
    """The player and the attempt with this id, both safe from other changes; 404 outside the context's environment."""
    return await _locate(tx, ctx, tables.attempts, tables.attempts.c.attempt_id, attempt_id, "Attempt")


async def locate_grant(tx: Transaction, ctx: Context, grant_id: str) -> tuple[TrackedRow, TrackedRow]:
    """The player and the grant with this id, both safe from other changes; 404 outside the context's environment."""
    return await _locate(tx, ctx, tables.grants, tables.grants.c.grant_id, grant_id, "Grant")


async def _locate(
    tx: Transaction, ctx: Context, table: sa.Table, column: sa.Column[Any], row_id: str, what: str
) -> tuple[TrackedRow, TrackedRow]:
    player_id = None
    if is_id(row_id):
        player_id = await tx.scalar(
            sa.select(table.c.player_id).where(
                table.c.studio_id == ctx.tenant.studio_id,
                table.c.game_id == ctx.tenant.game_id,
                column == row_id,
                table.c.environment == ctx.environment,
            )
        )
    if player_id is None:
        not_found(what, row_id)
    player = await players.lock_by_id(tx, ctx, player_id)
    row = await tx.get(table, *player.key(), row_id)
    if row is None:
        conflict(f"The {what.lower()} moved to another player in this moment; ask again")
    return player, row
