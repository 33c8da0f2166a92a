"""A player's pending grants."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import GrantRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

_IS_PENDING: Final = sa.text("grants.status = 'pending'")
"""The condition of the index, word for word, so that both databases use it."""


async def pending_grants(tx: Transaction, player: PlayerRecord, now_ms: int, limit: int) -> list[dict[str, Any]]:
    """Grants that can be claimed or opened, oldest first, without those past their time, swept or not."""
    column = tables.grants.c
    rows = await tx.records(
        GrantRecord,
        sa.select(tables.grants)
        .where(
            column.studio_id == player.studio_id,
            column.game_id == player.game_id,
            column.player_id == player.player_id,
            _IS_PENDING,
            sa.or_(column.expires_at.is_(None), column.expires_at > now_ms),
        )
        .order_by(column.created_at, column.grant_id)
        .limit(limit),
    )
    return [serialize_grant(row) for row in rows]
