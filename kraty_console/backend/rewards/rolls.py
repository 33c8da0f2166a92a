"""Roll rewards: fixed amounts, ranges, weighted tables, bundles.

Deterministic: the same entries, definitions and generator give the same result. A game's generator is keyed by a secret
of the game, so that no player can predict a roll from an id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rewards.seeded_rng import SeededRng
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage.tables import DefinitionT
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.wire import MAX_BALANCE

Entry = Mapping[str, Any]

MAX_DEPTH: Final = 8
"""How deep tables and bundles may be nested."""

MAX_ROLLS: Final = 1000
"""How often one entry may roll its table, and how many crates one grant may open."""

MAX_ENTRIES: Final = 10_000

FIELDS: Final = {
    "currency": ("currencyKey", "amount"),
    "item": ("itemKey", "quantity"),
    "crate": ("crateItemKey", "quantity"),
}
"""The key field and the count field of each type of entry."""


class RollFailed(Exception):
    """The rewards are configured wrongly and cannot be rolled; the message explains why."""


def fail(message: str) -> NoReturn:
    """Raise RollFailed."""
    raise RollFailed(message)


async def rng_for(tx: Transaction, ctx: Context, seed: str) -> SeededRng:
    """The game's random generator for one roll, seeded by kind and id."""
    return SeededRng(seed, await definitions.roll_secret(tx, ctx))


def roll_amount(spec: object, dice: SeededRng, where: str) -> int:
    """A fixed number, or one of `{min, max, step?}`: uniform, inclusive; with a step `min + k·step`, at most `max`."""
    if isinstance(spec, Mapping):
        low, high, step = spec.get("min"), spec.get("max"), spec.get("step", 1)
        if type(low) is not int or type(high) is not int or type(step) is not int or step < 1 or not 0 <= low <= high:
            fail(f"{where} has a range that makes no sense: {dict(spec)}")
        buckets = -((low - high) // step) + 1
        value = min(low + dice.below(buckets) * step, high)
    elif type(spec) is int:
        value = spec
    else:
        fail(f"{where} has no amount")
    if not 0 <= value <= MAX_BALANCE:
        fail(f"{where} comes to {value}, which is over the maximum")
    return value


async def resolve(tx: Transaction, ctx: Context, entries: Sequence[Entry], dice: SeededRng) -> list[dict[str, Any]]:
    """The rolled entries, with ranges drawn and tables and bundles resolved; equal keys are added up."""
    rolled: list[dict[str, Any]] = []
    for entry in entries:
        await _resolve_one(tx, ctx, entry, dice, rolled, MAX_DEPTH)
    total = _add_up(rolled)
    for entry in total:
        if entry["type"] == "crate" and entry["quantity"] > MAX_ROLLS:
            fail(f'crate "{entry["crateItemKey"]}" comes to {entry["quantity"]}, {MAX_ROLLS} is the most in one grant')
    return total


async def bundle_entries(tx: Transaction, ctx: Context, named: object) -> Sequence[Entry]:
    """The entries of a bundle, given by key or inline as `{entries}`."""
    if isinstance(named, Mapping):
        entries = named.get("entries")
        if isinstance(entries, list):
            return entries
        fail("a bundle without entries")
    if not isinstance(named, str):
        fail("the reward policy names no bundle")
    row = _usable(await definitions.bundle(tx, ctx, named), "bundle", named)
    entries_: list[Entry] = row.entries
    return entries_


async def _resolve_one(
    tx: Transaction, ctx: Context, entry: Entry, dice: SeededRng, rolled: list[dict[str, Any]], depth: int
) -> None:
    if depth == 0:
        fail("tables and bundles name each other too deeply")
    if len(rolled) >= MAX_ENTRIES:
        fail(f"the reward has more than {MAX_ENTRIES} entries")
    kind = entry.get("type")
    if kind == "table":
        await _resolve_table(tx, ctx, entry, dice, rolled, depth)
    elif kind == "bundle":
        for inner in await bundle_entries(tx, ctx, entry.get("bundleKey")):
            await _resolve_one(tx, ctx, inner, dice, rolled, depth - 1)
    elif kind in FIELDS:
        await _resolve_leaf(tx, ctx, str(kind), entry, dice, rolled)
    else:
        fail(f"an entry of the unknown type {kind!r}")


async def _resolve_table(
    tx: Transaction, ctx: Context, entry: Entry, dice: SeededRng, rolled: list[dict[str, Any]], depth: int
) -> None:
    key = entry.get("tableKey")
    if not isinstance(key, str):
        fail("an entry names no table")
    row = _usable(await definitions.table(tx, ctx, key), "table", key)
    weighted: list[Entry] = row.weighted_entries
    weights: list[Any] = [choice.get("weight") for choice in weighted]
    if not all(type(weight) is int and weight >= 0 for weight in weights) or not sum(weights):
        fail(f'table "{key}" has no weights to roll by')
    rolls = roll_amount(entry.get("rolls", 1), dice, f'table "{key}"')
    if rolls > MAX_ROLLS:
        fail(f'table "{key}" would be rolled {rolls} times, {MAX_ROLLS} is the most')
    for _ in range(rolls):
        point = dice.below(sum(weights))
        for choice, weight in zip(weighted, weights, strict=True):
            if point < weight:
                if choice.get("entry") is not None:
                    await _resolve_one(tx, ctx, choice["entry"], dice, rolled, depth - 1)
                break
            point -= weight


async def _resolve_leaf(
    tx: Transaction, ctx: Context, kind: str, entry: Entry, dice: SeededRng, rolled: list[dict[str, Any]]
) -> None:
    field, count = FIELDS[kind]
    key = entry.get(field)
    if not isinstance(key, str):
        fail(f"an entry of type {kind} has no {field}")
    if kind == "currency":
        _usable(await definitions.currency(tx, ctx, key), "currency", key)
    elif _usable(await definitions.item(tx, ctx, key), "item", key).crate_entries is None and kind == "crate":
        fail(f'item "{key}" is not a crate')
    amount = roll_amount(entry.get(count), dice, f'{kind} "{key}"')
    if amount:
        resolved: dict[str, Any] = {"type": kind, field: key, count: amount}
        if kind == "item" and entry.get("parameters") is not None:
            resolved["parameters"] = entry["parameters"]
        rolled.append(resolved)


def _usable(row: DefinitionT | None, what: str, key: str) -> DefinitionT:
    if row is None:
        fail(f'{what} "{key}" is not in the catalog')
    if row.archived_at is not None:
        fail(f'{what} "{key}" was archived')
    return row


def _add_up(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    totals: dict[tuple[str, str], dict[str, Any]] = {}
    result: list[dict[str, Any]] = []
    for entry in entries:
        field, count = FIELDS[entry["type"]]
        kind = (entry["type"], entry[field])
        if kind in totals and "parameters" not in entry:
            totals[kind][count] += entry[count]
            continue
        result.append(entry)
        if "parameters" not in entry:
            totals[kind] = entry
    return result
