"""Purchases in stores: kept once for each transaction, and added up in US cents (contract/SDK.md#purchases)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kraty_console.backend.storage import tables
from kraty_console.contract.purchases import PlayerSpend, PurchaseTracked
from tests.harness.contract.acquaintances import BODIES, player
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import TroubledGame

ALICE = player("alice")
BOUGHT = BODIES["purchase.track"]
NOW = "2026-05-28T20:26:40.000Z"


def track(world: TroubledGame, **changes: Any) -> Any:
    return world.play("POST", f"{ALICE}/purchases", {**BOUGHT, "idempotencyKey": "same", **changes}, who="alice")


def spend(world: TroubledGame) -> tuple[int, int]:
    data = world.serve("GET", f"{ALICE}/spend").data
    exactly(PlayerSpend, data)
    assert (data["externalPlayerId"], data["normalizedCurrency"]) == ("alice", "USD")
    return data["lifetimeAmountMinor"], data["purchaseCount"]


def rates(world: TroubledGame, settings: Any) -> None:
    change = tables.games.update().where(tables.games.c.game_id == world.tenant.game_id).values(settings=settings)
    world.backend.run(lambda tx: tx.execute(change))


def test_a_purchase_is_kept_once_and_added_up(world: TroubledGame) -> None:
    assert spend(world) == (0, 0)
    first = track(world, receipt="token", productType="consumable", metadata={"offer": "a"})
    exactly(PurchaseTracked, first.data)
    assert first.status == 201
    assert {name: value for name, value in first.data.items() if name != "purchaseId"} == {
        **BOUGHT,
        "productType": "consumable",
        "normalizedAmountMinor": 499,
        "normalizedCurrency": "USD",
        "fxRate": 1,
        "validationStatus": "unverified",
        "purchasedAt": NOW,
        "metadata": {"offer": "a"},
        "deduplicated": False,
        "lifetimeAmountMinor": 499,
        "purchaseCount": 1,
    }
    again = track(world, amountMinor=1)
    assert (again.status, again.data) == (200, {**first.data, "deduplicated": True})
    other = track(world, store="web", purchasedAt="2026-01-01T00:00:00+01:00")
    assert (other.data["lifetimeAmountMinor"], other.data["purchaseCount"]) == (998, 2)
    assert (other.data["validationStatus"], other.data["purchasedAt"]) == ("skipped", "2025-12-31T23:00:00.000Z")
    assert spend(world) == (998, 2)
    assert world.serve("GET", f"{player('ghost')}/spend").status == 404


def test_concurrent_reports_of_one_transaction_count_once(world: TroubledGame) -> None:
    world.secret("alice")
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: track(world).status, range(6)))
    assert sorted(answers) == [200] * 5 + [201]
    assert spend(world) == (499, 1)


def test_other_money_is_counted_by_the_rates_of_the_game(world: TroubledGame) -> None:
    rates(world, {"fxRates": {"EUR": 1.085, "JPY": 0.0067, "KWD": 3.25}})
    total = 0
    for currency, amount, cents in (("EUR", 1000, 1085), ("eur", 1, 1), ("JPY", 499, 334), ("KWD", 1500, 488)):
        answer = track(world, currency=currency, amountMinor=amount, transactionId=currency).data
        told = (answer["currency"], answer["amountMinor"], answer["normalizedAmountMinor"])
        assert told == (currency.upper(), amount, cents)
        total += cents
        assert answer["lifetimeAmountMinor"] == total
    assert spend(world) == (total, 4)


def test_money_without_a_rate_is_not_known(world: TroubledGame) -> None:
    for rate in (None, 0, -1, "1", True, {}):
        rates(world, {"fxRates": {"EUR": rate}})
        answer = track(world, currency="EUR")
        assert (answer.status, answer.error["code"]) == (400, "unknown_currency")
    assert spend(world) == (0, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("transactionId", ""),
        ("store", "corner shop"),
        ("productId", None),
        ("productType", "gift"),
        ("amountMinor", -1),
        ("amountMinor", 4.99),
        ("amountMinor", 10**13),
        ("currency", "EURO"),
        ("currency", "€€€"),
        ("purchasedAt", "yesterday"),
        ("purchasedAt", "1969-12-31T00:00:00Z"),
        ("metadata", []),
    ],
)
def test_an_invalid_purchase_is_refused(still: TroubledGame, field: str, value: object) -> None:
    assert track(still, **{field: value}).fields == [field]


def test_a_purchase_of_a_banned_player_is_kept(world: TroubledGame) -> None:
    world.secret("alice")
    world.serve("POST", f"{ALICE}/ban", {"reason": "cheating"})
    assert track(world).status == 201


def test_a_sum_that_cannot_be_kept_is_refused(world: TroubledGame) -> None:
    rates(world, {"fxRates": {"JPY": 999_999.0}})
    answer = track(world, currency="JPY", amountMinor=10**12)
    assert (answer.status, answer.error["code"]) == (409, "conflict")
    assert spend(world) == (0, 0)
