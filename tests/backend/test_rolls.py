"""Rolling rewards
(contract/GAME.md#rewards): amounts, ranges and steps, tables, bundles; the same every time."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.rewards import rolls
from kraty_console.backend.rewards.rolls import RollFailed, roll_amount
from kraty_console.backend.rewards.seeded_rng import SeededRng
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.backend.small_game import SmallGame


@given(seed=st.text(max_size=20), bound=st.integers(1, 2**53))
def test_throws_repeat_and_stay_below(seed: str, bound: int) -> None:
    first, second = SeededRng(seed), SeededRng(seed)
    thrown = [first.below(bound) for _ in range(5)]
    assert thrown == [second.below(bound) for _ in range(5)]
    assert all(0 <= value < bound for value in thrown)


def test_throws_are_fixed_for_good() -> None:
    dice = SeededRng("attempt/01900000-0000-7000-8000-000000000001", "a secret")
    assert [dice.below(100) for _ in range(8)] == [50, 31, 57, 99, 2, 48, 52, 72]


def test_throws_are_even() -> None:
    dice = SeededRng("even")
    counts = Counter(dice.below(6) for _ in range(6000))
    assert all(850 < counts[face] < 1150 for face in range(6))


@given(
    low=st.integers(0, 10**6),
    span=st.integers(0, 10**6),
    step=st.integers(1, 10**5),
    seed=st.text(max_size=8),
)
def test_a_range_stays_in_its_bounds_and_on_its_steps(low: int, span: int, step: int, seed: str) -> None:
    value = roll_amount({"min": low, "max": low + span, "step": step}, SeededRng(seed), "x")
    assert low <= value <= low + span
    assert (value - low) % step == 0 or value == low + span


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        (7, {7}),
        ({"min": 3, "max": 5}, {3, 4, 5}),
        ({"min": 10, "max": 35, "step": 10}, {10, 20, 30, 35}),
        ({"min": 10, "max": 30, "step": 10}, {10, 20, 30}),
        ({"min": 4, "max": 4, "step": 9}, {4}),
        ({"min": 0, "max": 1, "step": 9}, {0, 1}),
    ],
)
def test_every_value_of_a_range_comes_up(spec: Any, values: set[int]) -> None:
    dice = SeededRng("all")
    assert {roll_amount(spec, dice, "x") for _ in range(200)} == values


@pytest.mark.parametrize(
    "spec", [None, "7", 1.5, True, -1, {"min": 5, "max": 4}, {"min": 0}, {"min": 0, "max": 4, "step": 0}, 2**60]
)
def test_an_invalid_reward_amount(spec: Any) -> None:
    with pytest.raises(RollFailed):
        roll_amount(spec, SeededRng("x"), "x")


async def _resolve(world: SmallGame, entries: list[dict[str, Any]], seed: str = "s") -> list[dict[str, Any]]:
    async def work(tx: Transaction, ctx: Context) -> list[dict[str, Any]]:
        return await rolls.resolve(tx, ctx, entries, SeededRng(seed))

    result: list[dict[str, Any]] = await world.run(work, world.engine())
    return result


async def _put_table(world: SmallGame, key: str, *choices: tuple[int, dict[str, Any] | None]) -> None:
    weighted = [{"weight": weight, "entry": entry} for weight, entry in choices]

    async def work(tx: Transaction, ctx: Context) -> None:
        await catalog.put_table(tx, ctx, key, name=key, weighted_entries=weighted)

    await world.run(work, world.engine())


GOLD = {"type": "currency", "currencyKey": "gold", "amount": 10}
GEMS = {"type": "currency", "currencyKey": "gems", "amount": 1}


async def test_tables_follow_their_weights(world: SmallGame) -> None:
    await _put_table(world, "t", (9, GOLD), (1, GEMS), (0, {"type": "item", "itemKey": "potion", "quantity": 1}))
    (gold, gems) = sorted(
        await _resolve(world, [{"type": "table", "tableKey": "t", "rolls": 1000}]), key=lambda entry: -entry["amount"]
    )
    assert 8500 < gold["amount"] < 9500
    assert gold["amount"] // 10 + gems["amount"] == 1000


async def test_blanks_bundles_and_nested_tables(world: SmallGame) -> None:
    await _put_table(world, "inner", (1, GOLD))
    await _put_table(world, "outer", (1, {"type": "table", "tableKey": "inner", "rolls": 2}))
    await _put_table(world, "blank", (1, None))
    assert await _resolve(world, [{"type": "table", "tableKey": "outer", "rolls": 3}]) == [{**GOLD, "amount": 60}]
    assert await _resolve(world, [{"type": "table", "tableKey": "blank", "rolls": 3}]) == []
    bundle = await _resolve(world, [{"type": "bundle", "bundleKey": "daily_bundle"}])
    assert bundle[-1] == {"type": "crate", "crateItemKey": "mystery", "quantity": 1}


async def test_the_same_seed_the_same_reward(world: SmallGame) -> None:
    entries = [{"type": "bundle", "bundleKey": "daily_bundle"}]
    results = [await _resolve(world, entries, seed) for seed in ("a", "a", "b", "c", "d")]
    assert results[0] == results[1]
    assert any(result != results[0] for result in results[2:])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"type": "table", "tableKey": "gone"}, 'table "gone" is not in the catalog'),
        ({"type": "table"}, "an entry names no table"),
        ({"type": "bundle", "bundleKey": "gone"}, 'bundle "gone" is not in the catalog'),
        ({"type": "currency", "currencyKey": "silver", "amount": 1}, 'currency "silver" is not in the catalog'),
        ({"type": "item", "itemKey": "gone", "quantity": 1}, 'item "gone" is not in the catalog'),
        ({"type": "crate", "crateItemKey": "potion", "quantity": 1}, 'item "potion" is not a crate'),
        ({"type": "currency", "currencyKey": "gold"}, 'currency "gold" has no amount'),
        ({"type": "wish"}, "an entry of the unknown type 'wish'"),
        ({"type": "table", "tableKey": "weightless"}, 'table "weightless" has no weights to roll by'),
        ({"type": "table", "tableKey": "self"}, "tables and bundles name each other too deeply"),
        (
            {"type": "table", "tableKey": "boxes", "rolls": 2},
            'crate "mystery" comes to 1200, 1000 is the most in one grant',
        ),
        (
            {"type": "table", "tableKey": "self", "rolls": 5000},
            'table "self" would be rolled 5000 times, 1000 is the most',
        ),
    ],
)
async def test_a_failed_roll_says_why(world: SmallGame, entry: dict[str, Any], words: str) -> None:
    await _put_table(world, "weightless", (0, GOLD))
    await _put_table(world, "boxes", (1, {"type": "crate", "crateItemKey": "mystery", "quantity": 600}))
    await _put_table(world, "self", (1, {"type": "table", "tableKey": "self"}))
    with pytest.raises(RollFailed) as failed:
        await _resolve(world, [entry])
    assert str(failed.value) == words
