"""Previews of an event's rewards, for games to show.

A preview has only what is certain: the minimum of a range, nothing of a reward table. Typed SDKs read the numbers as
numbers, and the types of entries as currency, item or crate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rewards.rolls import FIELDS, MAX_DEPTH, Entry
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]


async def reward_policy(tx: Transaction, ctx: Context, policy: Mapping[str, Any]) -> Json:
    """The policy with each bundle in place of its key; null for a bundle that no longer exists."""
    shown = dict(policy)
    if "bundle" in shown:
        shown["bundle"] = await _bundle(tx, ctx, shown["bundle"])
    if "tiers" in shown:
        shown["tiers"] = [{**tier, "bundle": await _bundle(tx, ctx, tier.get("bundle"))} for tier in shown["tiers"]]
    return shown


async def milestones(tx: Transaction, ctx: Context, rewards: Sequence[Mapping[str, Any]]) -> list[Json]:
    """The rewards of each milestone."""
    return [{**reward, "entries": await _entries(tx, ctx, reward.get("entries", []), MAX_DEPTH)} for reward in rewards]


async def _bundle(tx: Transaction, ctx: Context, named: object) -> Json | None:
    """`{key, name, entries}`; an inline bundle has no key and no name."""
    if isinstance(named, Mapping):
        return {"key": "", "name": "", "entries": await _entries(tx, ctx, named.get("entries", []), MAX_DEPTH)}
    row = await definitions.bundle(tx, ctx, named) if isinstance(named, str) else None
    if row is None or row.archived_at is not None:
        return None
    return {"key": row.key, "name": row.name, "entries": await _entries(tx, ctx, row.entries, MAX_DEPTH)}


async def _entries(tx: Transaction, ctx: Context, entries: Sequence[Entry], depth: int) -> list[Json]:
    previews: list[Json] = []
    for entry in entries:
        kind = entry.get("type")
        if kind == "bundle" and depth:
            inner = await definitions.bundle(tx, ctx, str(entry.get("bundleKey")))
            if inner is not None and inner.archived_at is None:
                previews += await _entries(tx, ctx, inner.entries, depth - 1)
        elif kind in FIELDS:
            count = FIELDS[str(kind)][1]
            previews.append({**entry, count: _least(entry.get(count))})
    return previews


def _least(amount: object) -> Any:  # noqa: ANN401 (a number of a game's document)
    return amount.get("min", 0) if isinstance(amount, Mapping) else amount
