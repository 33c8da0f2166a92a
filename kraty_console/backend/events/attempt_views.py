"""An attempt as JSON, with its event, window and grants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.events.serializers import serialize_attempt
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.versions import is_stale, refuse_stale
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptRecord, GrantRecord
from kraty_console.backend.storage.transaction import Transaction


async def grant_ids(tx: Transaction, attempt: AttemptRecord) -> list[str]:
    """The grants that the attempt's roll made, oldest first."""
    column = tables.grants.c
    studio_id, game_id, player_id, attempt_id = attempt.primary_key()
    rows = await tx.records(
        GrantRecord,
        sa.select(column.grant_id)
        .where(
            column.studio_id == studio_id,
            column.game_id == game_id,
            column.player_id == player_id,
            column.attempt_id == attempt_id,
        )
        .order_by(column.created_at, column.grant_id),
    )
    return [row.grant_id for row in rows]


async def attempt_view(tx: Transaction, ctx: Context, attempt: AttemptRecord, linked: Sequence[str]) -> dict[str, Any]:
    """The attempt with its event and window."""
    event = await definitions.event(tx, ctx, attempt.event_id)
    window = await definitions.window(tx, ctx, attempt.window_id)
    return serialize_attempt(attempt, event, window.ends_at, linked)


async def refuse_stale_attempt(tx: Transaction, ctx: Context, attempt: AttemptRecord) -> None:
    """412 `stale` if the caller decided on another version of the attempt."""
    if is_stale(ctx, attempt):
        refuse_stale("attempt", attempt, await attempt_view(tx, ctx, attempt, await grant_ids(tx, attempt)))
