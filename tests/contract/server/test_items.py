"""Giving and taking items, and claiming for a player, from the studio's backend
(contract/SERVER.md#grants, contract/SERVER.md#inventory)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.holdings import ItemAdjusted
from kraty_console.contract.players import Grant
from tests.harness.contract.collectables import BOX, give, manage
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import TroubledGame


def told(world: TroubledGame, event: str) -> list[dict[str, Any]]:
    """What the outbox of the game says of one kind, oldest first."""

    async def look(tx: Transaction) -> list[dict[str, Any]]:
        column = tables.outbox.c
        query = sa.select(column.payload).where(column.game_id == world.tenant.game_id, column.event_name == event)
        return [row["payload"] for row in await tx.all(query.order_by(column.outbox_id))]

    return world.backend.run(look)


def change(world: TroubledGame, way: str, body: dict[str, Any], item: str = "sword", player: str = "alice") -> Any:
    return world.serve("POST", f"/players/{player}/inventory/{item}/{way}", body)


def test_items_are_granted_and_revoked_with_events(world: TroubledGame) -> None:
    body = {"quantity": 3, "reason": "iap", "sourceRefId": "receipt-1", "idempotencyKey": "k", "new": 1}
    given = change(world, "grant", body)
    assert (given.status, exactly(ItemAdjusted, given.data).quantity) == (200, 3)
    assert change(world, "grant", body).data == {"itemKey": "sword", "quantity": 3, "applied": False}
    assert change(world, "revoke", {"quantity": 1, "reason": "chargeback", "idempotencyKey": "k"}).data["quantity"] == 2
    short = change(world, "revoke", {"quantity": 3})
    assert (short.status, short.error["code"]) == (409, "conflict")
    other = change(world, "grant", {**body, "quantity": 4})
    assert (other.status, other.error["code"]) == (409, "idempotency_conflict")
    events = told(world, "inventory.changed")
    assert [(event["delta"], event["quantity"], event["reason"]) for event in events] == [
        (3, 3, "iap"),
        (-1, 2, "chargeback"),
    ]
    assert events[0]["externalPlayerId"] == "alice"
    assert events[0]["item"]["quantity"] == 3
    [granted] = world.audit_rows(action="inventory.grant")
    [revoked] = world.audit_rows(action="inventory.revoke")
    assert (granted["reason"], granted["target"]) == ("iap", {"kind": "item", "id": "sword"})
    assert (revoked["before"]["quantity"], revoked["after"]["quantity"]) == (3, 2)
    assert revoked["actor"]["label"] == f"api_key:{world.keys['server_integration'][:8]}"
    snapshot = world.serve("GET", "/players/alice").data["inventory"]
    assert [(row["itemKey"], row["quantity"]) for row in snapshot] == [("sword", 2)]


@pytest.mark.parametrize("way", ["grant", "revoke"])
def test_a_missing_player_or_item_is_404(still: TroubledGame, way: str) -> None:
    before = still.backend.counts()
    nobody = [("sword", "ghost")] if way == "revoke" else []
    for item, player in (("nothing", "alice"), ("nothing", "ghost"), ("gold", "alice"), *nobody):
        answer = change(still, way, {"quantity": 1, "idempotencyKey": "k"}, item, player)
        assert (answer.status, answer.error["code"]) == (404, "not_found")
    for quantity in (0, -1, 1.5, "1", None):
        assert change(still, way, {"quantity": quantity}).fields == ["quantity"]
    assert still.backend.counts() == before


def test_items_of_a_studio_managed_inventory_are_not_changed(world: TroubledGame) -> None:
    manage(world, "studio")
    before = world.backend.counts()
    for way in ("grant", "revoke"):
        answer = change(world, way, {"quantity": 2, "idempotencyKey": "k"})
        assert (answer.status, answer.data) == (200, {"itemKey": "sword", "quantity": 0, "applied": False})
    assert change(world, "grant", {"quantity": 1}, "nothing").status == 404
    assert world.backend.counts() == before
    manage(world, "platform")
    assert change(world, "grant", {"quantity": 2, "idempotencyKey": "k"}).data["applied"] is True


@pytest.mark.parametrize("body", [None, {}, {"idempotencyKey": "k"}])
def test_an_acknowledgement_claims_once(world: TroubledGame, body: dict[str, Any] | None) -> None:
    path = f"/players/alice/grants/{world.grants['pending']}/ack"
    first = world.serve("POST", path, body)
    grant = exactly(Grant, first.data)
    assert (first.status, grant.status) == (200, "claimed")
    before = world.backend.counts()
    again = world.serve("POST", path, body)
    assert (again.status, again.data) == (200, first.data)
    assert world.backend.counts() == before
    [row] = world.audit_rows(action="grant.ack")
    assert row["metadata"] == {"ackedBy": "server_api"}
    assert [event["wallet"]["balance"] for event in told(world, "wallet.changed")][-1] == 7


def test_a_grant_that_cannot_be_acknowledged_is_refused(still: TroubledGame) -> None:
    crate = give(still, [BOX], kind="crate")
    opened_instead = still.serve("POST", f"/players/alice/grants/{crate}/ack")
    assert (opened_instead.status, opened_instead.error["code"]) == (409, "conflict")
    for player, grant_id in (("alice", "never-minted"), ("alicia", still.grants["pending"]), ("ghost", crate)):
        answer = still.serve("POST", f"/players/{player}/grants/{grant_id}/ack")
        assert (answer.status, answer.error["code"]) == (404, "not_found")
