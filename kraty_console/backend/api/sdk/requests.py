"""What a game sends: as strict as the rest about what is read, and blind to fields that it does not know.

SDKs put an `idempotencyKey` into every body (kraty-api 3), so it is taken, or ignored, everywhere.
"""

from __future__ import annotations

from kraty_console.backend.api.server.requests import TOLERANT, Email, Key
from kraty_console.contract.wire import Request


class GameRequest(Request):
    """A request that may be empty, or hold an `idempotencyKey` alone."""

    model_config = TOLERANT

    idempotency_key: Key | None = None

    @property
    def reason(self) -> None:
        """A game gives no reasons."""

    @property
    def ticket(self) -> None:
        """Nor tickets."""


class Registration(GameRequest):
    """Mint a player's secret (kraty-api 1.4)."""

    email: Email | None = None
