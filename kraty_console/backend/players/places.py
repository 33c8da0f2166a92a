"""Finding an attempt or a grant by its id alone, and showing an attempt as the wire has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.events.serializers import serialize_attempt
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


async def grant_ids(tx: Transaction, attempt: TrackedRow) -> list[str]:
    """The grants that the attempt's roll made, oldest first."""
    column = tables.grants.c
    studio_id, game_id, player_id, attempt_id = attempt.key()
    rows = await tx.all(
        sa.select(column.grant_id)
        .where(
            column.studio_id == studio_id,
            column.game_id == game_id,
            column.player_id == player_id,
            column.attempt_id == attempt_id,
        )
        .order_by(column.created_at, column.grant_id)
    )
    return [row["grant_id"] for row in rows]


async def wire(tx: Transaction, ctx: Context, attempt: TrackedRow, linked: Sequence[str]) -> dict[str, Any]:
    """The attempt with its event and window."""
    event = await definitions.event(tx, ctx, attempt["event_id"])
    window = await definitions.window(tx, ctx, attempt["window_id"])
    return serialize_attempt(attempt, event, window["ends_at"], linked)
