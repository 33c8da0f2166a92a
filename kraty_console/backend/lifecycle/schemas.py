"""Requests of merge, erase and export."""

from __future__ import annotations

from typing import Literal

from kraty_console.backend.http.request_models import TOLERANT, Key
from kraty_console.contract.wire import Request


class Erasure(Request):
    """Erase a player (contract/SERVER.md#delete)."""

    model_config = TOLERANT

    reason: Literal["gdpr_erasure", "studio_request", "test"] = "gdpr_erasure"
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """The server surface has no tickets."""
