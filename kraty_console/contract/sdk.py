"""What `/sdk/v1` answers with (kraty-api 4, 5)."""

from __future__ import annotations

from datetime import datetime

from kraty_console.contract.players import Identity
from kraty_console.contract.wire import Answer


class PlayerRegistration(Answer):
    """A player's new secret, told here and never again (kraty-api 5.10)."""

    player_id: str
    external_player_id: str
    secret: str
    secret_prefix: str | None = None
    registered_at: datetime | None = None
    country: str | None = None
    """ISO-3166 alpha-2; null where the backend does not know it."""
    synthetic_identity: Identity | None = None
    display_identity: Identity | None = None
    anonymized_identity: Identity | None = None
