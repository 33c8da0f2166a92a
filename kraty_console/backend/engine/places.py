"""Finding an attempt by its id alone, and showing it as the wire has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kraty_console.backend import answers
from kraty_console.backend.engine import catalog, players
from kraty_console.backend.engine.context import Context
from kraty_console.backend.engine.errors import conflict, not_found
from kraty_console.backend.engine.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Row, Transaction


async def locate_attempt(tx: Transaction, ctx: Context, attempt_id: str) -> tuple[Row, Row]:
    """The player and the attempt, both safe from other changes; 404 when there is none."""
    column = tables.attempts.c
    player_id = None
    if is_id(attempt_id):
        player_id = await tx.scalar(
            sa.select(column.player_id).where(
                column.studio_id == ctx.tenant.studio_id,
                column.game_id == ctx.tenant.game_id,
                column.attempt_id == attempt_id,
            )
        )
    if player_id is None:
        not_found("Attempt", attempt_id)
    player = await players.lock_by_id(tx, ctx, player_id)
    attempt = await tx.get(tables.attempts, *player.key(), attempt_id)
    if attempt is None:
        conflict("The attempt moved to another player in this moment; ask again")
    return player, attempt


async def grant_ids(tx: Transaction, attempt: Row) -> list[str]:
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


async def wire(tx: Transaction, ctx: Context, attempt: Row, linked: Sequence[str]) -> dict[str, Any]:
    """The attempt with its event and window."""
    event = await catalog.event(tx, ctx, attempt["event_id"])
    window = await catalog.window(tx, ctx, attempt["window_id"])
    return answers.attempt(attempt, event, window["ends_at"], linked)
