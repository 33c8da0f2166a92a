"""Answers of `/sdk/v1` (contract/SDK.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.players import Identity
from kraty_console.contract.wire import Answer


class PlayerRegistration(Answer):
    """A player's new secret, shown only once (contract/SDK.md#registration)."""

    player_id: str
    external_player_id: str
    secret: str
    secret_prefix: str | None = None
    registered_at: datetime | None = None
    created_at: datetime | None = None
    country: str | None = None
    """ISO-3166 alpha-2; null if unknown."""
    synthetic_identity: Identity | None = None
    display_identity: Identity | None = None
    anonymized_identity: Identity | None = None


class PlayerIdentities(Answer):
    """Both names of a player."""

    display_identity: Identity | None = None
    anonymized_identity: Identity | None = None


class PlayerIdentitySet(PlayerIdentities):
    """Both names after one was set."""

    external_player_id: str


class PlayerMetadata(Answer):
    """A player's metadata."""

    external_player_id: str
    metadata: dict[str, Any] = Field(default_factory=dict)


class PresenceTold(Answer):
    """The player's own presence after a heartbeat."""

    online: bool
    last_active_at: datetime | None = None
    status: str | None = None
