"""Lobbies as JSON."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import LobbyRecord


def serialize_lobby(row: LobbyRecord, event_key: str | None) -> dict[str, Any]:
    """A lobby (contract/README.md#lobby)."""
    return {
        "id": row.lobby_id,
        "eventId": row.event_id,
        "eventKey": event_key,
        "eventWindowId": row.window_id,
        "leaderboardId": row.leaderboard_id,
        "mode": row.mode,
        "status": row.status,
        "capacity": row.capacity,
        "fillBy": formats.timestamp(row.fill_by),
        "participantCount": row.participant_count,
        "botSlots": row.bot_slots,
        "startedAt": formats.timestamp(row.started_at),
        "endsAt": formats.timestamp(row.ends_at),
        "createdAt": formats.timestamp(row.created_at),
    }
