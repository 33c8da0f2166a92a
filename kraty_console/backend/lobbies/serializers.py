"""Lobbies as JSON."""

from __future__ import annotations

from typing import Any, Final

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import LobbyRecord, lobbies
from kraty_console.backend.storage.wire_forms import WireForm, labelled, value


class LobbyOfEvent(LobbyRecord):
    """A lobby with the key of its event (`LOBBY`)."""


LOBBY: Final = WireForm(
    {
        "id": value(lobbies.c.lobby_id),
        "eventId": value(lobbies.c.event_id),
        "eventKey": labelled("event_key"),
        "eventWindowId": value(lobbies.c.window_id),
        "leaderboardId": value(lobbies.c.leaderboard_id),
        "mode": value(lobbies.c.mode),
        "status": value(lobbies.c.status),
        "capacity": value(lobbies.c.capacity),
        "fillBy": formats.moment(lobbies.c.fill_by),
        "participantCount": value(lobbies.c.participant_count),
        "botSlots": value(lobbies.c.bot_slots),
        "startedAt": formats.moment(lobbies.c.started_at),
        "endsAt": formats.moment(lobbies.c.ends_at),
        "createdAt": formats.moment(lobbies.c.created_at),
    }
)
"""A lobby (contract/README.md#lobby). A query labels `event_key`, NULL where the event is gone."""


def serialize_lobby(row: LobbyRecord, event_key: str | None) -> dict[str, Any]:
    """A lobby in wire form."""
    return LOBBY.of(LobbyOfEvent.of({**vars(row), "event_key": event_key}))
