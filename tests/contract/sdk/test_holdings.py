"""What a player has, over /sdk/v1: reading it, using it up, spending it, progressing
(contract/SDK.md#wallet-and-inventory)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.holdings import (
    BalanceAdjusted,
    ItemAdjusted,
    PlayerInventory,
    PlayerWallet,
    ProgressionMoved,
)
from tests.harness.contract.collectables import define_progressions, give, hold_items, manage
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import TroubledGame


def play(world: TroubledGame, method: str, path: str, body: object = None) -> Answered:
    return world.play(method, f"/players/alice/{path}", body, who="alice")


def test_the_wallet_shows_balances_of_zero_too(world: TroubledGame) -> None:
    world.hold("alice", "gold", 3)
    assert play(world, "POST", "wallet/gold/debit", {"amount": 3}).data["balance"] == 0
    told = exactly(PlayerWallet, play(world, "GET", "wallet").data)
    assert [(row.economy_key, row.balance) for row in told.wallet] == [("gold", 0)]


def test_the_inventory_leaves_out_what_is_used_up(world: TroubledGame) -> None:
    hold_items(world, 2)
    hold_items(world, 1, "box")
    told = exactly(PlayerInventory, play(world, "GET", "inventory").data)
    assert [(row.item_key, row.quantity) for row in told.items] == [("box", 1), ("sword", 2)]
    play(world, "POST", "inventory/box/consume", {"quantity": 1, "idempotencyKey": "k"})
    assert [row["itemKey"] for row in play(world, "GET", "inventory").data["items"]] == ["sword"]
    manage(world, "studio")
    assert play(world, "GET", "inventory").data == {"items": []}


class TestConsume:
    def test_consumption_takes_effect_once_for_a_key(self, world: TroubledGame) -> None:
        hold_items(world, 5)
        body = {"quantity": 2, "reason": "boss fight", "idempotencyKey": "k"}
        first = play(world, "POST", "inventory/sword/consume", body)
        assert exactly(ItemAdjusted, first.data).quantity == 3
        again = play(world, "POST", "inventory/sword/consume", body)
        assert again.data == {"itemKey": "sword", "quantity": 3, "applied": False}
        other = play(world, "POST", "inventory/sword/consume", {**body, "quantity": 1})
        assert (other.status, other.error["code"]) == (409, "idempotency_conflict")
        [row] = [row for row in world.get(world.player("alice")).data["itemLedger"] if row["delta"] < 0]
        assert (row["delta"], row["reason"], row["origin"]) == (-2, "boss fight", "client")
        assert not world.audit_rows(action="inventory.consume")

    def test_what_is_not_there_cannot_be_used(self, world: TroubledGame) -> None:
        hold_items(world, 1)
        world.secret("alice")
        before = world.backend.counts()
        short = play(world, "POST", "inventory/sword/consume", {"quantity": 2, "idempotencyKey": "k"})
        assert (short.status, short.error["code"]) == (409, "conflict")
        assert (short.error["details"]["held"], short.error["details"]["needed"]) == (1, 2)
        missing = play(world, "POST", "inventory/nothing/consume", {"quantity": 1, "idempotencyKey": "k"})
        assert (missing.status, missing.error["code"]) == (404, "not_found")
        assert world.backend.counts() == before

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"quantity": 0, "idempotencyKey": "k"}, "quantity"),
            ({"quantity": -1, "idempotencyKey": "k"}, "quantity"),
            ({"quantity": 1.5, "idempotencyKey": "k"}, "quantity"),
            ({"quantity": 1}, "idempotencyKey"),
        ],
    )
    def test_what_is_no_quantity_is_refused(self, still: TroubledGame, body: dict[str, Any], field: str) -> None:
        assert play(still, "POST", "inventory/sword/consume", body).fields == [field]


def test_a_debit_takes_once_for_a_key_and_never_too_much(world: TroubledGame) -> None:
    world.hold("alice", "gold", 10)
    body = {"amount": 4, "reason": "shop", "idempotencyKey": "k", "sourceRefId": "not looked at"}
    assert exactly(BalanceAdjusted, play(world, "POST", "wallet/gold/debit", body).data).balance == 6
    assert play(world, "POST", "wallet/gold/debit", body).data == {"economyKey": "gold", "balance": 6, "applied": False}
    short = play(world, "POST", "wallet/gold/debit", {"amount": 7})
    assert (short.status, short.error["code"]) == (409, "conflict")
    assert play(world, "POST", "wallet/nope/debit", {"amount": 1}).status == 404
    assert not world.audit_rows(action="wallet.debit")


class TestProgress:
    def test_a_level_follows_from_experience_and_pays_once(self, world: TroubledGame) -> None:
        define_progressions(world)
        first = play(world, "POST", "wallet/xp/progress", {"amount": 120, "idempotencyKey": "k"})
        told = exactly(ProgressionMoved, first.data)
        assert (told.balance, told.applied) == (120, True)
        [level] = told.derived
        assert (level.economy_key, level.previous, level.current, level.delta) == ("level", 0, 2, 2)
        assert len(level.grant_ids) == 1
        again = play(world, "POST", "wallet/xp/progress", {"amount": 120, "idempotencyKey": "k"})
        assert again.data == {**first.data, "applied": False}
        down = play(world, "POST", "wallet/xp/progress", {"amount": -1000}).data
        assert (down["balance"], down["derived"][0]["current"]) == (0, 1)
        up = play(world, "POST", "wallet/xp/progress", {"amount": 300}).data
        assert (up["derived"][0]["delta"], len(up["derived"][0]["grantIds"])) == (2, 1)
        held = {row["economyKey"]: row["balance"] for row in play(world, "GET", "wallet").data["wallet"]}
        assert (held["xp"], held["level"]) == (300, 3)
        waiting = play(world, "GET", "pending-grants").data
        assert [grant["sourceKind"] for grant in waiting].count("progression") == 2

    def test_it_follows_from_what_a_grant_brings_too(self, world: TroubledGame) -> None:
        define_progressions(world)
        grant_id = give(world, [{"type": "currency", "currencyKey": "xp", "amount": 100}])
        play(world, "POST", f"grants/{grant_id}/claim", {})
        held = {row["economyKey"]: row["balance"] for row in play(world, "GET", "wallet").data["wallet"]}
        assert held == {"xp": 100, "level": 2}

    def test_progress_below_zero_stops_at_zero_and_writes_nothing(self, world: TroubledGame) -> None:
        define_progressions(world)
        world.secret("alice")
        before = world.backend.counts()
        answer = play(world, "POST", "wallet/xp/progress", {"amount": -5})
        assert answer.data == {"economyKey": "xp", "balance": 0, "applied": True, "derived": []}
        assert world.backend.counts() == before

    @pytest.mark.parametrize("key", ["gold", "fame"])
    def test_only_client_writable_progressions_can_be_changed(self, world: TroubledGame, key: str) -> None:
        define_progressions(world)
        answer = play(world, "POST", f"wallet/{key}/progress", {"amount": 1})
        assert (answer.status, answer.error["code"]) == (403, "forbidden")
        assert play(world, "POST", "wallet/nope/progress", {"amount": 1}).status == 404

    @pytest.mark.parametrize("amount", [0, 1.5, "1", True, 1_000_000_001, None])
    def test_what_is_no_amount_is_refused(self, still: TroubledGame, amount: object) -> None:
        assert play(still, "POST", "wallet/xp/progress", {"amount": amount}).fields == ["amount"]
