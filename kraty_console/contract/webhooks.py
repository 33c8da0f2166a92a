"""Webhook events by name, and their envelope (kraty-api 8.1, 8.2)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from kraty_console.contract.wire import Answer


class EventName(StrEnum):
    """The published event names."""

    GRANT_CREATED = "grant.created"
    WALLET_CHANGED = "wallet.changed"
    INVENTORY_CHANGED = "inventory.changed"
    PLAYER_REGISTERED = "player.registered"
    PLAYER_BANNED = "player.banned"
    PLAYER_DELETED = "player.deleted"
    PLAYER_MERGED = "player.merged"
    LOBBY_CREATED = "lobby.created"
    LOBBY_STARTED = "lobby.started"
    LOBBY_CLOSED = "lobby.closed"


class Envelope(Answer):
    """What is posted to a studio's endpoint; retries keep `id` and `data`."""

    id: str
    event_name: str
    studio_id: str
    game_id: str
    occurred_at: datetime
    delivery_attempt: int = 1
    data: dict[str, Any] = Field(default_factory=dict)
