"""Load a document of definitions into a game, all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions, game_settings
from kraty_console.backend.events.conditions import BrokenCondition, check
from kraty_console.backend.leaderboards import board_definitions
from kraty_console.backend.lobbies.service import MODE
from kraty_console.backend.rewards import rolls
from kraty_console.backend.rewards.rolls import RollFailed
from kraty_console.backend.rewards.seeded_rng import SeededRng
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.versions import next_version
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import EventRecord, EventWindowRecord, ItemRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.definitions import (
    Bundle,
    Crate,
    Event,
    GameDocument,
    ItemDefinition,
    NamedDefinition,
    WindowDefinition,
)
from kraty_console.contract.documents import BadDocument
from kraty_console.contract.game_settings import GameSettings

Faults = list[tuple[str, str]]

_THROWS: Final = 3
"""How often each reward is rolled as a check; each line of a table counts as a reward."""


async def load(tx: Transaction, ctx: Context, document: GameDocument) -> dict[str, int]:
    """Define or redefine everything in the document; returns how many of each kind.

    Definitions that the document does not name stay; archived ones that it names are restored. An existing window (same
    event, same start) gets the new end, unless it is closed. Raises BadDocument for duplicate keys, references to
    missing definitions, or rewards that cannot be rolled; the caller must not commit then.
    """
    faults = _twice(document)
    if faults:
        raise BadDocument(faults)
    made = await _put_catalog(tx, ctx, document)
    windows = 0
    for event in document.events:
        row = await _put_event(tx, ctx, event)
        for window in event.windows:
            windows += await _put_window(tx, ctx, row, window)
    settings = document.settings or GameSettings()
    faults = await _unsound(tx, ctx, document) + await board_definitions.find_faults(tx, ctx, document)
    faults += await game_settings.find_faults(tx, ctx, settings)
    if faults:
        raise BadDocument(faults)
    boards = await board_definitions.put(tx, ctx, document)
    await game_settings.put(tx, ctx, settings)
    return {**made, "events": len(document.events), "windows": windows, "leaderboards": boards}


def _twice(document: GameDocument) -> Faults:
    faults: Faults = []
    families: dict[str, Sequence[NamedDefinition]] = {
        "currencies": document.currencies,
        "items": [*document.items, *document.crates],
        "tables": document.tables,
        "bundles": document.bundles,
        "events": document.events,
        "leaderboards": document.leaderboards,
    }
    for family, members in families.items():
        faults += _repeated(family, (member.key for member in members))
    for index, event in enumerate(document.events):
        where = f"events[{index}]"
        faults += _repeated(f"{where}.metrics", (metric.key for metric in event.metrics))
        faults += _repeated(f"{where}.milestoneRewards", (each.key for each in event.milestone_rewards))
        faults += _repeated(f"{where}.windows", (str(each.starts_at) for each in event.windows))
        known = {metric.key for metric in event.metrics}
        faults += [
            (f"{where}.milestoneRewards[{number}].metricKey", f"the event has no metric '{each.metric_key}'")
            for number, each in enumerate(event.milestone_rewards)
            if each.metric_key not in known
        ]
        board = event.leaderboard
        fills = (board.capacity, board.fill_timeout_seconds, board.fill_bots, board.fill_strategy)
        if board.mode != MODE and any(each is not None for each in fills):
            faults.append((f"{where}.leaderboard", f"only the mode {MODE} has lobbies to fill"))
    return faults


def _repeated(where: str, keys: Iterable[str]) -> Faults:
    return [(where, f"'{key}' is there twice") for key, times in Counter(keys).items() if times > 1]


async def _put_catalog(tx: Transaction, ctx: Context, document: GameDocument) -> dict[str, int]:
    for currency in document.currencies:
        row = await definitions.put_currency(
            tx,
            ctx,
            currency.key,
            name=currency.name,
            kind=currency.kind,
            description=currency.description,
            client_writable=currency.client_writable,
            derives=[each.body() for each in currency.derives],
        )
        tx.change(row, archived_at=None)
    for item in document.items:
        tx.change(await _put_item(tx, ctx, item, item.type, None), archived_at=None)
    for crate in document.crates:
        entries = [each.body() for each in crate.entries]
        tx.change(await _put_item(tx, ctx, crate, "crate", entries), archived_at=None)
    for table in document.tables:
        lines = [{"entry": None, **line.body()} for line in table.weighted_entries]
        made = await definitions.put_table(tx, ctx, table.key, name=table.name, weighted_entries=lines)
        tx.change(made, archived_at=None)
    for bundle in document.bundles:
        entries = [each.body() for each in bundle.entries]
        tx.change(
            await definitions.put_bundle(tx, ctx, bundle.key, name=bundle.name, entries=entries), archived_at=None
        )
    families = ("currencies", "items", "crates", "tables", "bundles")
    return {family: len(getattr(document, family)) for family in families}


async def _put_item(
    tx: Transaction, ctx: Context, item: ItemDefinition | Crate, kind: str, entries: Sequence[Mapping[str, Any]] | None
) -> ItemRecord:
    row = await definitions.put_item(
        tx,
        ctx,
        item.key,
        name=item.name,
        item_type_key=kind,
        description=item.description,
        rarity=item.rarity,
        tags=item.tags,
        crate_entries=entries,
    )
    return tx.change(row, icon_url=item.icon_url, attributes=item.attributes)


async def _put_event(tx: Transaction, ctx: Context, event: Event) -> EventRecord:
    board = event.leaderboard
    schedule = None if event.schedule is None else event.schedule.body()
    return await definitions.put_event(
        tx,
        ctx,
        event.key,
        name=event.name,
        metrics=[metric.body() for metric in event.metrics],
        reward_policy=event.reward_policy.body(),
        leaderboard_mode=board.mode,
        milestone_rewards=[each.body() for each in event.milestone_rewards],
        capacity=board.capacity,
        more={
            "enabled": event.enabled,
            "entry_cost": None if event.entry_cost is None else event.entry_cost.body(),
            "attempt_quota": None if event.attempt_quota is None else event.attempt_quota.body(),
            "entry_requirement": event.entry_requirement,
            "unlock_condition": event.unlock_condition,
            "schedule": schedule,
            "metadata": event.metadata,
            "fill_timeout_seconds": board.fill_timeout_seconds,
            "fill_bots": board.fill_bots,
            "fill_strategy": board.fill_strategy,
        },
    )


async def _put_window(tx: Transaction, ctx: Context, event: EventRecord, window: WindowDefinition) -> int:
    """1 if the window is new, else 0."""
    column = tables.event_windows.c
    existing = await tx.find(
        tables.event_windows,
        column.studio_id == ctx.tenant.studio_id,
        column.game_id == ctx.tenant.game_id,
        column.event_id == event.event_id,
        column.starts_at == window.starts_at,
    )
    if existing is None:
        await definitions.put_window(
            tx,
            ctx,
            event.key,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            metadata=window.metadata,
        )
        return 1
    if existing.closed_at is None:
        if window.ends_at < existing.ends_at:
            await _end_sooner(tx, ctx, existing, window.ends_at)
        tx.change(existing, ends_at=window.ends_at, metadata=window.metadata)
    return 0


async def _end_sooner(tx: Transaction, ctx: Context, window: EventWindowRecord, ends_at: int) -> None:
    """No attempt outlasts its window, because the ranking of its boards is final when it closes."""
    column = tables.attempts.c
    await tx.forget(tables.attempts)
    await tx.execute(
        sa.update(tables.attempts)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            sa.text("attempts.status = 'in_progress'"),  # as in the index, so that it is used
            column.window_id == window.window_id,
            column.ends_at > ends_at,
        )
        .values(ends_at=ends_at, **next_version(tables.attempts))
    )


async def _unsound(tx: Transaction, ctx: Context, document: GameDocument) -> Faults:
    """References to missing definitions, and rewards that cannot be given."""
    faults: Faults = []
    for where, entries in _rewards(document):
        try:
            for throw in range(_THROWS):
                await rolls.resolve(tx, ctx, entries, SeededRng(f"trial {throw}"))
        except RollFailed as fault:
            faults.append((where, str(fault)))
    for index, event in enumerate(document.events):
        where = f"events[{index}]"
        for name, tree in (("unlockCondition", event.unlock_condition), ("entryRequirement", event.entry_requirement)):
            if tree is not None:
                try:
                    check(tree)
                except BrokenCondition as fault:
                    faults.append((f"{where}.{name}", str(fault)))
        cost = event.entry_cost
        for number, currency in enumerate(cost.currencies if cost else []):
            if await definitions.currency(tx, ctx, currency.key) is None:
                faults.append((f"{where}.entryCost.currencies[{number}]", f"there is no currency '{currency.key}'"))
        for number, item in enumerate(cost.items if cost else []):
            if await definitions.item(tx, ctx, item.key) is None:
                faults.append((f"{where}.entryCost.items[{number}]", f"there is no item '{item.key}'"))
    return faults


Entries = Sequence[Mapping[str, Any]]


def _rewards(document: GameDocument) -> list[tuple[str, Entries]]:
    """Everything in the document that can be rolled, with its path."""
    entry_lists: list[tuple[str, Entries]] = []
    opened: Mapping[str, Sequence[Bundle | Crate]] = {"bundles": document.bundles, "crates": document.crates}
    for family, members in opened.items():
        entry_lists += [
            (f"{family}[{index}]", [each.body() for each in it.entries]) for index, it in enumerate(members)
        ]
    for index, table in enumerate(document.tables):
        entry_lists.append((f"tables[{index}]", [{"type": "table", "tableKey": table.key, "rolls": 1}]))
        for number, line in enumerate(table.weighted_entries):
            if line.entry is not None:
                entry_lists.append((f"tables[{index}].weightedEntries[{number}]", [line.entry.body()]))
    for index, currency in enumerate(document.currencies):
        for number, rule in enumerate(currency.derives):
            where = f"currencies[{index}].derives[{number}]"
            entry_lists += [
                (f"{where}.steps[{at}]", [each.body() for each in it.entries]) for at, it in enumerate(rule.steps)
            ]
    for index, event in enumerate(document.events):
        for number, milestone in enumerate(event.milestone_rewards):
            where = f"events[{index}].milestoneRewards[{number}]"
            entry_lists.append((where, [each.body() for each in milestone.entries]))
        entry_lists += [(f"events[{index}].rewardPolicy{where}", each) for where, each in _paid(event)]
    return entry_lists


def _paid(event: Event) -> list[tuple[str, Entries]]:
    policy = event.reward_policy.body()
    match policy["type"]:
        case "fixed_bundle":
            return [("", _of_bundle(policy["bundle"]))]
        case "rank_scaled":
            return [(f".tiers[{number}]", _of_bundle(tier["bundle"])) for number, tier in enumerate(policy["tiers"])]
        case "shared_pool":
            return [("", [{"type": "currency", "currencyKey": policy["currencyKey"], "amount": 1}])]
        case _:
            return []


def _of_bundle(named: str | Mapping[str, Any]) -> Entries:
    return [{"type": "bundle", "bundleKey": named}] if isinstance(named, str) else named["entries"]
