"""What a studio's backend sees and does, as the published SDKs ask for it (contract/SERVER.md#sdk-compatibility)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.players import Grant, Snapshot
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import segment
from tests.harness.contract.troubled_game import TroubledGame

GOLD = {"type": "currency", "currencyKey": "gold", "amount": 5}


def test_ping_returns_the_key_without_an_envelope(still: TroubledGame) -> None:
    answer = still.serve("GET", "/ping")
    key = still.keys["server_integration"]
    assert answer.status == 200
    assert answer.json["ok"] is True
    assert {name: value for name, value in answer.json["apiKey"].items() if name != "id"} == {
        "prefix": key[:8],
        "permissionSet": "server_integration",
        "environment": "live",
        "studioId": still.tenant.studio_id,
        "gameId": still.tenant.game_id,
    }


def test_the_snapshot_keeps_the_e_mail_and_the_ledgers_to_the_portal(still: TroubledGame) -> None:
    answer = still.serve("GET", "/players/alice?limit=2")
    snapshot = exactly(Snapshot, answer.data)
    assert set(answer.data) == {
        "player",
        "attempts",
        "grants",
        "recentGrants",
        "lobbies",
        "summary",
        "inventory",
        "wallet",
    }
    assert "email" not in answer.data["player"]
    assert len(snapshot.attempts) == len(snapshot.grants) == 2
    assert still.serve("GET", "/players/alice?limit=2", headers={"If-None-Match": answer.headers["etag"]}).status == 304


def test_a_player_who_is_not_there_is_404(still: TroubledGame) -> None:
    answer = still.serve("GET", "/players/ghost")
    assert (answer.status, answer.error["message"]) == (404, "Player 'ghost' not found")
    assert still.serve("GET", "/players/alice?limit=0").fields == ["limit"]


def test_a_key_opens_its_own_game_only(still: TroubledGame) -> None:
    answer = still.backend.call("GET", "/server/v1/players/alice", token=still.keys["other"])
    assert answer.status == 404


@pytest.mark.parametrize("external_id", ["alice", "first/contact"])
def test_a_grant_is_made_once_for_a_key_and_makes_its_player(world: TroubledGame, external_id: str) -> None:
    path = f"/players/{segment(external_id)}/grants"
    body = {
        "idempotencyKey": "iap-1",
        "entries": [{**GOLD, "note": "ignored"}, {"type": "item", "itemKey": "sword", "quantity": 2, "parameters": {}}],
        "kind": "reward",
        "sourceKind": "api",
        "sourceRefId": "receipt/1",
        "metadata": {"store": "web", "none": None},
        "somethingNew": True,
    }
    first = world.serve("POST", path, body)
    grant = exactly(Grant, first.data)
    assert first.status == 201
    assert (grant.source_kind, grant.source_ref_id, grant.status) == ("api", "receipt/1", "pending")
    assert grant.contents == {"entries": [GOLD, {**body["entries"][1], "parameters": {}}]}  # type: ignore[index]
    before = world.backend.counts()
    again = world.serve("POST", path, {key: body[key] for key in reversed(list(body))})
    assert (again.status, again.data, again.headers["idempotent-replayed"]) == (200, first.data, "true")
    assert world.backend.counts() == before
    other = world.serve("POST", path, {**body, "entries": [GOLD]})
    assert (other.status, other.error["code"]) == (409, "idempotency_conflict")
    [row] = world.audit_rows(action="grant.create")
    assert row["actor"]["label"] == f"api_key:{world.keys['server_integration'][:8]}"
    assert row["player"]["externalPlayerId"] == external_id


def test_a_grant_needs_a_key_and_known_entries(still: TroubledGame) -> None:
    before = still.backend.counts()
    assert still.serve("POST", "/players/new/grants", {"entries": [GOLD]}).fields == ["idempotencyKey"]
    assert still.serve("POST", "/players/new/grants", {"entries": [], "idempotencyKey": "k"}).fields == ["entries"]
    unknown = {"type": "currency", "currencyKey": "nope", "amount": 1}
    answer = still.serve("POST", "/players/new/grants", {"entries": [GOLD, unknown], "idempotencyKey": "k"})
    assert (answer.status, answer.error["code"], answer.error["details"]["index"]) == (400, "invalid_metric", 1)
    assert still.backend.counts() == before


def test_a_balance_is_credited_and_debited_but_never_negative(world: TroubledGame) -> None:
    def move(way: str, amount: int, **more: Any) -> Any:
        return world.serve("POST", f"/players/alice/wallet/gold/{way}", {"amount": amount, **more})

    assert move("credit", 30, reason="iap", sourceRefId="r1", extra=1).data == {
        "economyKey": "gold",
        "balance": 30,
        "applied": True,
    }
    assert move("debit", 10).data["balance"] == 20
    short = move("debit", 21)
    assert (short.status, short.error["code"]) == (409, "conflict")
    keyed = [move("debit", 5, idempotencyKey="d") for _ in range(2)]
    assert [answer.data for answer in keyed] == [
        {"economyKey": "gold", "balance": 15, "applied": True},
        {"economyKey": "gold", "balance": 15, "applied": False},
    ]
    assert move("credit", 5, idempotencyKey="d").data["balance"] == 20
    assert world.serve("POST", "/players/ghost/wallet/gold/debit", {"amount": 1}).status == 404
    assert world.serve("POST", "/players/alice/wallet/nope/credit", {"amount": 1}).status == 404
    assert move("credit", 0).fields == ["amount"]


def test_a_balance_stays_exact(world: TroubledGame) -> None:
    world.hold("alice", "gold", 2**53 - 2)
    assert world.serve("POST", "/players/alice/wallet/gold/credit", {"amount": 1}).data["balance"] == 2**53 - 1
    full = world.serve("POST", "/players/alice/wallet/gold/credit", {"amount": 1})
    assert (full.status, full.error["code"]) == (409, "conflict")


def test_both_surfaces_share_the_keys_of_grants(world: TroubledGame) -> None:
    served = {"entries": [GOLD], "idempotencyKey": "shared-key-1"}
    assert world.serve("POST", "/players/alice/grants", served).status == 201
    by_hand = {**served, "externalPlayerId": "alice", "reason": "make-good"}
    answer = world.post(f"{world.game}/grants", by_hand)
    assert (answer.status, answer.error["code"]) == (409, "idempotency_conflict")
