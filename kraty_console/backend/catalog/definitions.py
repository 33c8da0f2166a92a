"""Definitions of a game: items, currencies, bundles, reward tables, events, windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

import sqlalchemy as sa

from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError, not_found
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import (
    BoardRecord,
    BundleRecord,
    CurrencyRecord,
    EventRecord,
    EventWindowRecord,
    GameRecord,
    ItemRecord,
    RewardTableRecord,
)
from kraty_console.backend.storage.tables.record import RecordT, RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

Json = Mapping[str, Any]

EVENT_EXTRAS: Final = frozenset(
    {
        "enabled",
        "entry_cost",
        "attempt_quota",
        "entry_requirement",
        "unlock_condition",
        "schedule",
        "metadata",
        "fill_timeout_seconds",
        "fill_bots",
        "fill_strategy",
    }
)
"""The optional columns of an event."""


async def item(tx: Transaction, ctx: Context, key: str) -> ItemRecord | None:
    """The item of that key, archived or not."""
    return await tx.get(tables.items, ctx.tenant.studio_id, ctx.tenant.game_id, key)


async def currency(tx: Transaction, ctx: Context, key: str) -> CurrencyRecord | None:
    """The currency of that key, archived or not."""
    return await tx.get(tables.currencies, ctx.tenant.studio_id, ctx.tenant.game_id, key)


async def bundle(tx: Transaction, ctx: Context, key: str) -> BundleRecord | None:
    """The bundle of that key, archived or not."""
    return await tx.get(tables.bundles, ctx.tenant.studio_id, ctx.tenant.game_id, key)


async def table(tx: Transaction, ctx: Context, key: str) -> RewardTableRecord | None:
    """The reward table of that key, archived or not."""
    return await tx.get(tables.reward_tables, ctx.tenant.studio_id, ctx.tenant.game_id, key)


async def game(tx: Transaction, ctx: Context) -> GameRecord:
    """The game with its settings; 404 if there is none."""
    row = await tx.get(tables.games, ctx.tenant.studio_id, ctx.tenant.game_id)
    if row is None:
        not_found("Game", ctx.tenant.game_id)
    return row


async def roll_secret(tx: Transaction, ctx: Context) -> str:
    """The secret that keys the game's rolls; never shown. A game of an older version gets one with its first roll."""
    row = await game(tx, ctx)
    if row.roll_secret is None:
        row = await tx.get(tables.games, *row.primary_key(), lock=True) or row
    secret = row.roll_secret
    if secret is None:
        secret = ctx.random_bytes(32).hex()
        tx.change(row, roll_secret=secret)
    return secret


async def event(tx: Transaction, ctx: Context, event_id: str) -> EventRecord:
    """The event with this internal id."""
    row = await tx.get(tables.events, ctx.tenant.studio_id, ctx.tenant.game_id, event_id)
    if row is None:
        not_found("Event", event_id)
    return row


async def event_by_key(tx: Transaction, ctx: Context, key: str) -> EventRecord:
    """The event of that key; 404 if there is none."""
    memo_key = ("event", ctx.tenant, key)
    row: EventRecord | None = tx.memo.get(memo_key)
    if row is None:
        column = tables.events.c
        row = await tx.find(
            tables.events,
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.key == key,
        )
        if row is None:
            not_found("Event", key)
        tx.memo[memo_key] = row
    return row


async def window(tx: Transaction, ctx: Context, window_id: str) -> EventWindowRecord:
    """The window with this internal id."""
    row = await tx.get(tables.event_windows, ctx.tenant.studio_id, ctx.tenant.game_id, window_id)
    if row is None:
        not_found("Window", window_id)
    return row


def refuse_between_windows(event: EventRecord) -> NoReturn:
    """409 `no_active_window`: no window of the event is open now."""
    raise RuleError(Code.NO_ACTIVE_WINDOW, f"The event '{event.key}' is not open now")


async def open_window(tx: Transaction, ctx: Context, event_id: str) -> EventWindowRecord | None:
    """The window of the event that is open now, None between windows."""
    memo_key = ("windows", ctx.tenant, event_id)
    known: list[EventWindowRecord] = tx.memo.setdefault(memo_key, [])
    for row in known:
        if row.starts_at <= ctx.now_ms < row.ends_at:
            return row
    column = tables.event_windows.c
    newest = (
        sa.select(column.window_id)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.event_id == event_id,
            column.starts_at <= ctx.now_ms,
            column.ends_at > ctx.now_ms,
        )
        .order_by(column.starts_at.desc())
        .limit(1)
    )
    window_id = await tx.scalar(newest)
    if window_id is None:
        return None
    row = await window(tx, ctx, window_id)
    known.append(row)
    return row


async def put_item(
    tx: Transaction,
    ctx: Context,
    key: str,
    *,
    name: str | Json,
    item_type_key: str = "item",
    description: str | None = None,
    rarity: str | None = None,
    tags: Sequence[str] = (),
    crate_entries: Sequence[Json] | None = None,
) -> ItemRecord:
    """Define an item; `crate_entries` are what opening one rolls; they make it a crate."""
    return await _put(
        tx,
        ctx,
        tables.items,
        key,
        name=name,
        item_type_key="crate" if crate_entries is not None else item_type_key,
        description=description,
        rarity=rarity,
        tags=list(tags),
        crate_entries=None if crate_entries is None else [dict(entry) for entry in crate_entries],
    )


async def put_currency(
    tx: Transaction,
    ctx: Context,
    key: str,
    *,
    name: str | Json,
    kind: str = "currency",
    description: str | None = None,
    client_writable: bool = False,
    derives: Sequence[Json] = (),
) -> CurrencyRecord:
    """Define a currency, or a progression resource (`kind`).

    `client_writable`: players' games may move it (progression only). `derives`: `[{economyKey, steps: [{at,
    entries?}]}]`, resources that follow from its balance (`steps`).
    """
    return await _put(
        tx,
        ctx,
        tables.currencies,
        key,
        name=name,
        kind=kind,
        description=description,
        client_writable=client_writable or None,
        derives=[dict(each) for each in derives] or None,
    )


async def put_bundle(
    tx: Transaction, ctx: Context, key: str, *, name: str | Json, entries: Sequence[Json]
) -> BundleRecord:
    """Define a bundle: entries of type currency, item, crate, table (`tableKey`, `rolls`) or bundle (`bundleKey`)."""
    return await _put(tx, ctx, tables.bundles, key, name=name, entries=[dict(entry) for entry in entries])


async def put_table(
    tx: Transaction, ctx: Context, key: str, *, name: str | Json, weighted_entries: Sequence[Json]
) -> RewardTableRecord:
    """Define a reward table: `[{weight, entry}]`; an entry of None is a blank."""
    return await _put(
        tx, ctx, tables.reward_tables, key, name=name, weighted_entries=[dict(entry) for entry in weighted_entries]
    )


async def archive_table(tx: Transaction, ctx: Context, key: str) -> None:
    """Archive a reward table; rolls that need it fail."""
    row = await table(tx, ctx, key)
    if row is None:
        not_found("Table", key)
    tx.change(row, archived_at=ctx.now_ms)


async def restore_table(tx: Transaction, ctx: Context, key: str) -> None:
    """Restore an archived reward table."""
    row = await table(tx, ctx, key)
    if row is None:
        not_found("Table", key)
    tx.change(row, archived_at=None)


async def put_event(
    tx: Transaction,
    ctx: Context,
    key: str,
    *,
    name: str | Json,
    metrics: Sequence[Json],
    reward_policy: Json,
    leaderboard_mode: str = "global",
    milestone_rewards: Sequence[Json] = (),
    capacity: int | None = None,
    more: Json | None = None,
) -> EventRecord:
    """Create or update an event.

    `metrics`: `[{key, target?, cap?, scorePerUnit?}]`. `milestone_rewards`: `[{key, metricKey, threshold, entries}]`.
    `reward_policy`: `{type: "none"}`, `{type: "fixed_bundle", bundle}`, `{type: "shared_pool", pool, currencyKey}` or
    `{type: "rank_scaled", tiers: [{fromRank, toRank, bundle}]}`; a bundle is its key or `{entries}`. `more` holds
    rarely used columns, by the names of EVENT_EXTRAS.
    """
    assert more is None or more.keys() <= EVENT_EXTRAS, "an event has no more than that"
    values = {
        "name": name,
        "type": "single_metric" if len(metrics) == 1 else "multi_metric",
        "leaderboard_mode": leaderboard_mode,
        "metrics": [dict(metric) for metric in metrics],
        "reward_policy": dict(reward_policy),
        "milestone_rewards": [dict(milestone) for milestone in milestone_rewards],
        "capacity": capacity,
        **(more or {}),
    }
    column = tables.events.c
    row = await tx.find(
        tables.events,
        column.studio_id == ctx.tenant.studio_id,
        column.game_id == ctx.tenant.game_id,
        column.key == key,
    )
    if row is not None:
        return tx.change(row, **values)
    made = {**_tenant(ctx), "event_id": ctx.new_id(), "key": key, "created_at": ctx.now_ms, **values}
    return tx.add(tables.events, made)


async def put_window(
    tx: Transaction, ctx: Context, event_key: str, *, starts_at: int, ends_at: int, metadata: Json | None = None
) -> EventWindowRecord:
    """Create a window of the event between two times (milliseconds, UTC); `metadata` overrides the event's."""
    event_row = await event_by_key(tx, ctx, event_key)
    return tx.add(
        tables.event_windows,
        {
            **_tenant(ctx),
            "window_id": ctx.new_id(),
            "event_id": event_row.event_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "metadata": None if metadata is None else dict(metadata),
        },
    )


async def put_board(
    tx: Transaction,
    ctx: Context,
    key: str,
    *,
    name: str | Json,
    reset_cadence: str = "never",
    score_aggregation: str = "best",
    ranked_by: str | None = None,
    segments: Sequence[Json] = (),
) -> BoardRecord:
    """Create or update a leaderboard of the game (contract/GAME.md#leaderboards-of-a-game); its entries stay.

    `reset_cadence`: never, weekly, monthly. `score_aggregation`: best, latest, sum. `ranked_by`: the currency whose
    balance it ranks; it then takes no scores. `segments`: how players are divided (`segments`).
    """
    values = {
        "name": name,
        "reset_cadence": reset_cadence,
        "score_aggregation": score_aggregation,
        "ranked_by": ranked_by,
        "segments": [dict(each) for each in segments],
    }
    column = tables.boards.c
    row = await tx.find(
        tables.boards,
        column.studio_id == ctx.tenant.studio_id,
        column.game_id == ctx.tenant.game_id,
        column.key == key,
    )
    before = None if row is None else row.ranked_by
    if row is None:
        new = {**_tenant(ctx), "board_id": ctx.new_id(), "key": key, "created_at": ctx.now_ms}
        row = tx.add(tables.boards, {**new, **values})
    else:
        tx.change(row, **values, archived_at=None)
    for economy_key in {before, ranked_by} - {None}:
        await _follow(tx, ctx, economy_key, row.board_id, economy_key == ranked_by)
    return row


async def _follow(tx: Transaction, ctx: Context, economy_key: str | None, board_id: str, follows: bool) -> None:
    """Record on a currency whether a board ranks by it, so that changes need not search for boards."""
    followed = await currency(tx, ctx, str(economy_key))
    if followed is None:
        not_found("Currency", str(economy_key))
    others = [each for each in followed.ranked_boards or () if each != board_id]
    tx.change(followed, ranked_boards=[*others, board_id] if follows else others or None)


async def _put(tx: Transaction, ctx: Context, where: RecordTable[RecordT], key: str, **values: object) -> RecordT:
    row = await tx.get(where, ctx.tenant.studio_id, ctx.tenant.game_id, key)
    if row is not None:
        return tx.change(row, **values)
    return tx.add(where, {**_tenant(ctx), "key": key, "created_at": ctx.now_ms, **values})


def _tenant(ctx: Context) -> dict[str, str]:
    return {"studio_id": ctx.tenant.studio_id, "game_id": ctx.tenant.game_id}
