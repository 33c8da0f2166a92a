"""Maintenance that is due by time: expire attempts and grants, start lobbies, open and close windows.

Each sweep names what is due and the rule that processes it; `sweeper` runs them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.events import attempt_rewards, attempts, schedules, windows
from kraty_console.backend.grants import service as grants
from kraty_console.backend.leaderboards import settlement
from kraty_console.backend.lifecycle import redaction
from kraty_console.backend.lobbies import matchmaking
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.rules import outbox, set_aside
from kraty_console.backend.rules.context import Context
from kraty_console.backend.runtime.scheduler import Job
from kraty_console.backend.runtime.sweeper import (
    BatchResult,
    Ids,
    Sweep,
    Sweeper,
    each_of,
    found_keys,
    in_game,
    is_row_fault,
    lock_players,
    sweep_all,
)
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import EventRecord, LobbyRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName


async def expire_attempts(sweeper: Sweeper) -> int:
    """End attempts whose time is over: expired, or completed if they have no target. Returns how many."""
    return await sweep_all(sweeper, Sweep("expire_attempts", _due_attempts, _end_attempts))


async def expire_grants(sweeper: Sweeper) -> int:
    """Expire pending grants whose time is over, each reported by `grant.expired`. Returns how many."""
    return await sweep_all(sweeper, Sweep("expire_grants", _due_grants, _end_grants))


async def start_lobbies(sweeper: Sweeper) -> int:
    """Start lobbies whose time to fill is over. Returns how many."""
    return await sweep_all(sweeper, Sweep("start_lobbies", _due_lobbies, _advance_lobbies))


async def make_windows(sweeper: Sweeper) -> int:
    """Create the current and next window of each event with a schedule. Returns how many."""
    return await sweep_all(sweeper, Sweep("make_windows", _due_schedules, _fill_schedules))


async def open_windows(sweeper: Sweeper) -> int:
    """Report windows that opened. Returns how many."""
    return await sweep_all(sweeper, Sweep("open_windows", _opened_windows, _open_windows))


async def end_lobbies(sweeper: Sweeper) -> int:
    """Close lobbies whose window is over, or whose players have all played. Returns how many."""
    return await sweep_all(sweeper, Sweep("end_lobbies", _ended_lobbies, _advance_lobbies))


async def close_windows(sweeper: Sweeper) -> int:
    """Close windows that are over, once their lobbies are closed, and make their boards final. Returns how many."""
    return await sweep_all(sweeper, Sweep("close_windows", _ended_windows, _close_windows))


async def freeze_rankings(sweeper: Sweeper) -> int:
    """Settle the awards of attempts on final boards. Returns the number of boards."""
    return await sweep_all(sweeper, Sweep("freeze_rankings", _final_boards, _freeze_boards))


async def pay_awards(sweeper: Sweeper) -> int:
    """Pay the awards of frozen rankings. Returns how many, including awards of nothing."""
    return await sweep_all(sweeper, Sweep("pay_awards", _due_awards, _pay_awards))


async def forget_erased(sweeper: Sweeper) -> int:
    """Remove the player id from `player.deleted` events after the last delivery. Returns the number of events."""
    return await sweep_all(sweeper, Sweep("forget_erased", _told_erasures, _forget_erasures))


def jobs(sweeper: Sweeper) -> list[Job]:
    """The sweeps as jobs; those that players wait for run more often."""
    every: dict[Callable[[Sweeper], Awaitable[int]], float] = {
        start_lobbies: 1.0,
        make_windows: 5.0,
        open_windows: 5.0,
        expire_attempts: 5.0,
        end_lobbies: 2.0,
        close_windows: 5.0,
        freeze_rankings: 5.0,
        pay_awards: 5.0,
        expire_grants: 30.0,
        forget_erased: 30.0,
    }
    return [Job(sweep.__name__, seconds, _bound(sweep, sweeper)) for sweep, seconds in every.items()]


def _bound(sweep: Callable[[Sweeper], Awaitable[int]], sweeper: Sweeper) -> Callable[[], Awaitable[int]]:
    return lambda: sweep(sweeper)


async def _due_attempts(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.attempts.c
    return await found_keys(
        tx,
        sa.select(column.player_id, column.attempt_id)
        .where(
            *in_game(tables.attempts, ctx),
            sa.text("attempts.status = 'in_progress'"),  # as in the index, so that it is used
            column.ends_at <= ctx.now_ms,
            set_aside.not_skipped(ctx, "expire_attempts", column.attempt_id),
        )
        .order_by(column.ends_at, column.player_id, column.attempt_id)
        .limit(most),
    )


async def _end_attempts(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    acted = BatchResult()
    async for player, its_ids in lock_players(tx, ctx, due):
        for attempt_id in its_ids:
            attempt = await tx.get(tables.attempts, *player.primary_key(), attempt_id)
            its_ctx = replace(ctx, environment=player.environment)
            lapsed = attempt is not None and await attempts.expire_locked(tx, its_ctx, player, attempt)
            acted.add(attempt_id, lapsed)
    return acted


async def _due_grants(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.grants.c
    return await found_keys(
        tx,
        sa.select(column.player_id, column.grant_id)
        .where(
            *in_game(tables.grants, ctx),
            column.status == "pending",
            column.expires_at <= ctx.now_ms,
            set_aside.not_skipped(ctx, "expire_grants", column.grant_id),
        )
        .order_by(column.expires_at)
        .limit(most),
    )


async def _end_grants(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    acted = BatchResult()
    async for player, its_ids in lock_players(tx, ctx, due):
        for grant_id in its_ids:
            grant = await tx.get(tables.grants, *player.primary_key(), grant_id)
            lapsed = grant is not None and grants.expire_locked(tx, ctx, player, grant)
            if grant is not None and lapsed:
                outbox.emit(tx, ctx, EventName.GRANT_EXPIRED, player, {"grant": serialize_grant(grant)})
            acted.add(grant_id, lapsed)
    return acted


async def _due_lobbies(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.lobbies.c
    return await found_keys(
        tx,
        sa.select(column.lobby_id)
        .where(
            *in_game(tables.lobbies, ctx),
            sa.text("lobbies.status = 'forming'"),  # as in the index, so that it is used
            column.fill_by <= ctx.now_ms,
            set_aside.not_skipped(ctx, "start_lobbies", column.lobby_id),
        )
        .order_by(column.fill_by)
        .limit(most),
    )


async def _advance_lobbies(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    """One lobby per transaction: starting it locks its players, who should not wait for other lobbies."""

    async def advance(lobby: LobbyRecord) -> bool:
        return await lobbies.advance(tx, replace(ctx, environment=lobby.environment), lobby)

    return await each_of(tx, ctx, tables.lobbies, due, advance, one=True)


async def _ended_lobbies(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column, window = tables.lobbies.c, tables.event_windows.c
    return await found_keys(
        tx,
        sa.select(column.lobby_id)
        .join(
            tables.event_windows,
            sa.and_(
                window.studio_id == column.studio_id,
                window.game_id == column.game_id,
                window.window_id == column.window_id,
            ),
        )
        .where(
            *in_game(tables.lobbies, ctx),
            sa.text("lobbies.status <> 'closed'"),  # as in the index, so that it is used
            sa.or_(window.ends_at <= ctx.now_ms, matchmaking.is_played_out()),
            set_aside.not_skipped(ctx, "end_lobbies", column.lobby_id),
        )
        .order_by(column.window_id, column.environment, column.created_at)
        .limit(most),
    )


async def _due_schedules(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.events.c
    scheduled = await tx.records(
        EventRecord,
        sa.select(tables.events)
        .where(
            *in_game(tables.events, ctx),
            column.schedule.is_not(None),
            set_aside.not_skipped(ctx, "make_windows", column.event_id),
        )
        .order_by(column.key),
    )
    due: list[Ids] = [(event.event_id,) for event in scheduled if await _is_missing(tx, ctx, event)]
    return due[:most]


async def _is_missing(tx: Transaction, ctx: Context, event: EventRecord) -> bool:
    """Whether an event lacks a window; one with an invalid schedule is due too, so that its failure is recorded."""
    try:
        return bool(await schedules.missing_windows(tx, ctx, event))
    except Exception as failure:
        if not is_row_fault(failure):
            raise
        return True


async def _fill_schedules(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    return await each_of(tx, ctx, tables.events, due, lambda event: schedules.make_missing_windows(tx, ctx, event))


async def _opened_windows(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.event_windows.c
    return await _due_windows(tx, ctx, most, "open_windows", column.opened_at, column.starts_at)


async def _open_windows(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    return await each_of(tx, ctx, tables.event_windows, due, lambda window: windows.open_window(tx, ctx, window))


async def _ended_windows(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.event_windows.c
    return await _due_windows(tx, ctx, most, "close_windows", column.closed_at, column.ends_at)


async def _close_windows(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    return await each_of(tx, ctx, tables.event_windows, due, lambda window: windows.close_window(tx, ctx, window))


async def _final_boards(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.leaderboards.c
    return await found_keys(
        tx,
        sa.select(column.leaderboard_id)
        .where(
            *in_game(tables.leaderboards, ctx),
            sa.text("finalized_at IS NOT NULL AND frozen_at IS NULL"),  # as in the index, so that it is used
            set_aside.not_skipped(ctx, "freeze_rankings", column.leaderboard_id),
        )
        .order_by(column.finalized_at, column.leaderboard_id)
        .limit(most),
    )


async def _freeze_boards(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    """One board per transaction, because it may have many players."""
    return await each_of(tx, ctx, tables.leaderboards, due, lambda board: settlement.freeze(tx, ctx, board), one=True)


async def _due_awards(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.attempt_awards.c
    return await found_keys(
        tx,
        sa.select(column.player_id, column.attempt_id)
        .where(
            *in_game(tables.attempt_awards, ctx),
            sa.text("settled_at IS NULL"),  # as in the index, so that it is used
            set_aside.not_skipped(ctx, "pay_awards", column.attempt_id),
        )
        .order_by(column.player_id, column.attempt_id)
        .limit(most),
    )


async def _pay_awards(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    acted = BatchResult()
    async for player, its_ids in lock_players(tx, ctx, due):
        for attempt_id in its_ids:
            award = await tx.get(tables.attempt_awards, *player.primary_key(), attempt_id)
            unpaid = award is not None and award.settled_at is None
            if award is not None and unpaid:
                await attempt_rewards.pay_award(tx, replace(ctx, environment=player.environment), player, award)
            acted.add(attempt_id, unpaid)
    return acted


async def _told_erasures(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.outbox.c
    return await found_keys(
        tx,
        sa.select(column.outbox_id)
        .where(
            *in_game(tables.outbox, ctx),
            sa.text("event_name = 'player.deleted' AND state <> 'forgotten'"),  # as in the index, so that it is used
            ~redaction.awaits_delivery(),
            set_aside.not_skipped(ctx, "forget_erased", column.outbox_id),
        )
        .order_by(column.outbox_id)
        .limit(most),
    )


async def _forget_erasures(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> BatchResult:
    return await each_of(tx, ctx, tables.outbox, due, lambda event: redaction.redact_delivered_event(tx, ctx, event))


async def _due_windows(
    tx: Transaction, ctx: Context, most: int, job: str, done_at: sa.Column[Any], due_at: sa.Column[Any]
) -> list[Ids]:
    """The windows with a due change that has not happened."""
    table = tables.event_windows
    return await found_keys(
        tx,
        sa.select(table.c.window_id)
        .where(
            *in_game(table, ctx),
            done_at.is_(None),
            due_at <= ctx.now_ms,
            set_aside.not_skipped(ctx, job, table.c.window_id),
        )
        .order_by(due_at)
        .limit(most),
    )
