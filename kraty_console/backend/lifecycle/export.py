"""Export everything that is stored about a player."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.lookup import snapshot
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

SCHEMA_VERSION: Final = 1

MOST_ROWS: Final = 1_000
"""The number of newest rows in each list, at most."""


async def build(
    tx: Transaction, tenant: Tenant, environment: str, external_id: str, now_ms: int
) -> dict[str, Any] | None:
    """The export of the player with this external id; None if there is none."""
    data = await snapshot.build(tx, tenant, environment, external_id, limit=MOST_ROWS, surface="server")
    if data is None:
        return None
    shown = data["player"]
    column = tables.players.c
    dates = await tx.record(
        PlayerRecord,
        sa.select(column.registered_at, column.secret_rotated_at, column.deleted_at).where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.player_id == shown["id"],
        ),
    )
    assert dates is not None, "the snapshot's player is there"
    names = ("id", "externalPlayerId", "studioId", "gameId", "firstSeenAt", "lastSeenAt", "lastContextSnapshot")
    return {
        "schemaVersion": SCHEMA_VERSION,
        "exportedAt": formats.timestamp(now_ms),
        "player": {
            **{name: shown[name] for name in names},
            "registeredAt": formats.timestamp(dates.registered_at),
            "secretRotatedAt": formats.timestamp(dates.secret_rotated_at),
            "deletedAt": formats.timestamp(dates.deleted_at),
        },
        **{name: data[name] for name in ("attempts", "grants", "inventory", "wallet")},
        "lobbies": [
            {name: lobby[name] for name in ("id", "eventId", "status", "createdAt")} for lobby in data["lobbies"]
        ],
    }
