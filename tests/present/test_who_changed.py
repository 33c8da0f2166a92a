"""The person who changed a balance, from the audit log."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.present.rows import rows
from tests.harness.domain.snapshots import NOW, ago, snapshot


def audited(label: str | None, **fields: Any) -> dict[str, Any]:
    actor = {"kind": "member", "id": "m1", "label": label}
    return {"id": label or "x", "occurredAt": ago(hours=1), "outcome": "ok", "actor": actor, **fields}


@pytest.mark.parametrize(
    ("origin", "audit", "who"),
    [
        ("admin", [audited("maria")], "maria"),
        ("admin", [audited("maria"), audited("maria", id="2")], "maria"),
        ("admin", [audited("maria"), audited("deniz")], "an admin"),
        ("admin", [audited("maria", occurredAt=ago(hours=2))], "an admin"),
        ("admin", [audited("maria", outcome="denied")], "an admin"),
        ("admin", [audited(None)], "an admin"),
        ("admin", [audited("key", actor={"kind": "api_key", "id": "k", "label": "key"})], "an admin"),
        ("admin", [], "an admin"),
        ("client", [audited("maria")], "the game"),
        (None, [audited("maria")], "—"),
    ],
)
def test_the_ledger_names_the_person(origin: str | None, audit: list[dict[str, Any]], who: str) -> None:
    entry = {"ledgerId": "l1", "economyKey": "gold", "delta": 5, "balance": 5, "origin": origin}
    answer = snapshot(walletLedger=[{**entry, "occurredAt": ago(hours=1)}], audit=audit)
    (row,) = rows("wallet_ledger", answer, NOW)
    assert row.cells[-1].text == who
