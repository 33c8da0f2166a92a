"""Write webhook events in the transaction of the change they report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName


def emit(tx: Transaction, ctx: Context, event: EventName, player: PlayerRecord, data: Mapping[str, Any]) -> None:
    """Write an event about a player; `data` is the full state after the change, and the player's ids are added.

    Imports fire no events (contract/SERVER.md#migration).
    """
    if ctx.importing:
        return
    tx.add(
        tables.outbox,
        {
            "studio_id": ctx.tenant.studio_id,
            "game_id": ctx.tenant.game_id,
            "outbox_id": ctx.new_id(),
            "environment": player.environment,
            "player_id": player.player_id,
            "event_name": event.value,
            "payload": {"playerId": player.player_id, "externalPlayerId": player.external_player_id, **data},
            "occurred_at": ctx.now_ms,
        },
    )


def emit_of_game(tx: Transaction, ctx: Context, event: EventName, environment: str, data: Mapping[str, Any]) -> None:
    """Write an event that concerns no single player (lobbies)."""
    tx.add(
        tables.outbox,
        {
            "studio_id": ctx.tenant.studio_id,
            "game_id": ctx.tenant.game_id,
            "outbox_id": ctx.new_id(),
            "environment": environment,
            "event_name": event.value,
            "payload": dict(data),
            "occurred_at": ctx.now_ms,
        },
    )
