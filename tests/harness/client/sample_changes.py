"""A change to make, and what a server may say of it."""

from __future__ import annotations

from typing import Any

from kraty_console.contract.actions import WalletCredit
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from tests.harness.client.scripted_server import Act, answers, ok

KEY = "key-0001"


def credit(amount: int = 500, key: str = KEY) -> ChangeRequest:
    return ChangeRequest(
        Operation.CREDIT,
        "alice_42",
        WalletCredit(amount=amount, reason="lost in the crash", ticket="ZD-1", idempotency_key=key),
        economy_key="gold",
    )


ANSWER = {"economyKey": "gold", "balance": 700, "applied": True, "audit": {"id": "a-1", "url": "/audit/a-1"}}
CREDITED = ok(ANSWER, X_Request_Id="r-1")
KEEPS = answers(200, {"ok": True, "features": ["idempotency-keys"]})
FORGETS = answers(200, {"ok": True})
NO_ROWS = ok({"rows": [], "nextCursor": None})
NO_EVIDENCE = ok({"player": {"externalPlayerId": "alice_42"}})


def rows(*found: dict[str, Any], cursor: str | None = None) -> Act:
    return ok({"rows": list(found), "nextCursor": cursor})


ITS_ROW = {"id": "a-1", "action": "wallet.credit", "outcome": "ok", "idempotencyKey": KEY}
