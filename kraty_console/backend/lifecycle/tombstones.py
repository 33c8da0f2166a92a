"""What remains of a player's row after a merge or an erasure."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

PERSONAL: Final[dict[str, Any]] = {
    "email": None,
    "email_folded": None,
    "display_identity": None,
    "name_folded": None,
    "last_context": None,
    "metadata": None,
    "country": None,
    "friend_code": None,
    "last_active_at": None,
    "presence_status": None,
    "secret_hash": None,
    "secret_prefix": None,
}
"""The cleared columns of such a row. The name from the pool stays, because it is not personal."""


def id_fingerprint(ctx: Context, external_id: str) -> str:
    """A hash of an erased id, by which it is recognized but cannot be read."""
    parts = (ctx.tenant.studio_id, ctx.tenant.game_id, ctx.environment, external_id)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def find_erased(tx: Transaction, ctx: Context, external_id: str) -> PlayerRecord | None:
    """The row of the erased player who had this id; the latest if several had it in turn."""
    column = tables.players.c
    rows = await tx.records(
        PlayerRecord,
        tables.players.select()
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.erased_hash == id_fingerprint(ctx, external_id),
        )
        .order_by(column.deleted_at.desc(), column.player_id.desc())
        .limit(1),
    )
    return rows[0] if rows else None
