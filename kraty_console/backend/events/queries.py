"""The list of open events as one player sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.events import conditions, entry_rules, reward_previews
from kraty_console.backend.events.conditions import BrokenCondition, ConditionSubject
from kraty_console.backend.leaderboards import service as leaderboards
from kraty_console.backend.rules import formats, player_refs
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptRecord, EventRecord, EventWindowRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]


@dataclass(slots=True)
class OpenEvents:
    """The open events, and those whose global boards do not exist yet."""

    listings: list[Json] = field(default_factory=list)
    boardless: list[tuple[EventRecord, EventWindowRecord]] = field(default_factory=list)
    """Event and window of each missing board."""


async def read_listing(tx: Transaction, ctx: Context, external_id: str) -> OpenEvents:
    """The listing, without events whose unlock condition the player does not meet.

    For an unknown player, conditions are evaluated without balances or history.
    """
    player = await player_refs.find_by_external_id(tx, ctx.tenant, ctx.environment, external_id)
    context = {} if player is None else player.last_context or {}
    events = OpenEvents()
    windows = await _open_windows(tx, ctx)
    playing = await _playing(tx, ctx, player, windows)
    for window in windows:
        event = await tx.get(tables.events, ctx.tenant.studio_id, ctx.tenant.game_id, window.event_id)
        if event is None or not event.enabled or not await _unlocked(tx, ctx, event, ConditionSubject(player, context)):
            continue
        board = None
        if event.leaderboard_mode == leaderboards.GLOBAL:
            board = await leaderboards.find(tx, ctx, window)
            if board is None:
                events.boardless.append((event, window))
        events.listings.append(
            {
                "eventKey": event.key,
                "name": event.name,
                "windowId": window.window_id,
                "startsAt": formats.timestamp(window.starts_at),
                "endsAt": formats.timestamp(window.ends_at),
                "leaderboardId": board,
                "currentAttemptId": playing.get(window.window_id),
                "type": event.type,
                "leaderboardMode": event.leaderboard_mode,
                "metrics": [_metric(metric) for metric in event.metrics],
                "entryRequirement": event.entry_requirement,
                "entryCost": _cost(event),
                "metadata": {**(event.metadata or {}), **(window.metadata or {})},
                "milestoneRewards": await reward_previews.milestones(tx, ctx, event.milestone_rewards),
                "rewardPolicy": await reward_previews.reward_policy(tx, ctx, event.reward_policy),
                "attemptQuota": await _quota(tx, ctx, player, event, window),
            }
        )
    return events


async def make_boards(tx: Transaction, ctx: Context, boardless: list[tuple[EventRecord, EventWindowRecord]]) -> None:
    """Create the boards that a listing names before anyone has played."""
    for event, window in boardless:
        await leaderboards.board(tx, ctx, event, window)


async def _open_windows(tx: Transaction, ctx: Context) -> list[EventWindowRecord]:
    """The open windows, one for each event, ordered by closing time."""
    column = tables.event_windows.c
    query = (
        sa.select(tables.event_windows)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.closed_at.is_(None),
            column.ends_at > ctx.now_ms,
            column.starts_at <= ctx.now_ms,
        )
        .order_by(column.starts_at, column.window_id)
    )
    newest = {row.event_id: row for row in await tx.records(EventWindowRecord, query)}
    return sorted(newest.values(), key=lambda row: (row.ends_at, row.window_id))


async def _playing(
    tx: Transaction, ctx: Context, player: PlayerRecord | None, windows: list[EventWindowRecord]
) -> dict[str, str]:
    """The player's newest attempt in progress in each window."""
    if player is None or not windows:
        return {}
    column = tables.attempts.c
    query = (
        sa.select(column.window_id, column.attempt_id)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.player_id == player.player_id,
            sa.text("attempts.status = 'in_progress'"),  # as in the index, so that it is used
            tx.among(column.window_id, [window.window_id for window in windows]),
            column.ends_at > ctx.now_ms,
        )
        .order_by(column.started_at, column.attempt_id)
    )
    return {row.window_id: row.attempt_id for row in await tx.records(AttemptRecord, query)}


async def _unlocked(tx: Transaction, ctx: Context, event: EventRecord, subject: ConditionSubject) -> bool:
    """Whether the player can see the event; one with a broken condition is hidden."""
    if event.unlock_condition is None:
        return True
    try:
        return await conditions.is_met(tx, ctx, event.unlock_condition, subject)
    except BrokenCondition:
        return False


def _metric(metric: Mapping[str, Any]) -> Json:
    return {
        "key": metric["key"],
        "target": metric.get("target"),
        "cap": metric.get("cap"),
        "scorePerUnit": metric.get("scorePerUnit", 1),
    }


def _cost(event: EventRecord) -> Json | None:
    cost = event.entry_cost
    return None if not cost else {"currencies": cost.get("currencies", []), "items": cost.get("items", [])}


async def _quota(
    tx: Transaction, ctx: Context, player: PlayerRecord | None, event: EventRecord, window: EventWindowRecord
) -> Json:
    """The quota of an event in the listing; unlimited attempts are not counted, and null is left
    (contract/SDK.md#events)."""
    quota = event.attempt_quota or {}
    in_window, today = (
        (0, 0) if player is None or not quota else await entry_rules.count_starts(tx, player, event, window, ctx.now_ms)
    )
    return {
        "maxPerWindow": quota.get("maxPerWindow"),
        "usedInWindow": in_window if quota.get("maxPerWindow") is not None else 0,
        "maxPerDay": quota.get("maxPerDay"),
        "usedToday": today if quota.get("maxPerDay") is not None else 0,
        "remaining": entry_rules.remaining(quota, in_window, today),
    }
