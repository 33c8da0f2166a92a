"""A webhook delivery for tests, written as a backend would send it."""

from __future__ import annotations

from typing import Any

from kraty_console.contract.webhooks import Delivery
from tests.harness.domain.snapshots import ago


def delivery(**fields: Any) -> Delivery:
    """By default one of alice_42 that failed permanently."""
    return Delivery.model_validate(
        {
            "id": "evt_01HZX70000000000000000000A",
            "eventName": "wallet.changed",
            "status": "failed",
            "endpoint": {"id": "e1", "url": "https://games.example/kraty", "state": "active"},
            "player": {"id": "p1", "externalPlayerId": "alice_42"},
            "createdAt": ago(days=2),
            "attemptCount": 8,
            "attempts": [{"number": 8, "status": 503, "error": "answered 503"}],
            **fields,
        }
    )


DELIVERY = delivery()
