"""What happens because time passes: attempts and grants end, lobbies start, windows open and close (kraty-api 9).

Each sweep looks for what is due by an index, game by game, and does a bounded number of things in a transaction of its
own; what another process is at is left to it. Where that fails, each row is done in a transaction by itself, and one
that fails again is left alone (`engine/set_aside`), so that it never blocks the rest. The rules are the engine's.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from kraty_console.backend import answers
from kraty_console.backend.engine import (
    attempts,
    filling,
    forgetting,
    grants,
    lobbies,
    outbox,
    rewards,
    schedules,
    set_aside,
    settling,
    windows,
)
from kraty_console.backend.engine.context import ENGINE, Context, Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.faults import fault_of
from kraty_console.backend.storage.transaction import Row, Transaction
from kraty_console.backend.worker import Job
from kraty_console.contract.webhooks import EventName

LOG: Final = logging.getLogger("kraty.sweeps")

Ids = tuple[str, ...]
"""The key of a row within its game; the last of them is its own id."""

BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Sweeper:
    """What sweeps work with; time and ids come from here alone."""

    db: Database
    now_ms: Callable[[], int]
    """Milliseconds since the epoch."""
    new_id: Callable[[], str]
    """A fresh UUIDv7 as text."""
    only: Tenant | None = None
    """The one game to look after; None for every game."""
    batch: int = BATCH
    """How many things one transaction does."""


Find = Callable[[Transaction, Context, int], Awaitable[Sequence[Ids]]]
Act = Callable[[Transaction, Context, Sequence[Ids]], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One kind of work: how to find what is due, and what to do with it."""

    job: str
    find: Find
    act: Act


async def expire_attempts(sweeper: Sweeper) -> int:
    """End attempts whose time is over: expired, or completed where no target was to be met. How many they were."""
    return await _sweep(sweeper, _Sweep("expire_attempts", _due_attempts, _end_attempts))


async def expire_grants(sweeper: Sweeper) -> int:
    """End pending grants whose time is over, each told by `grant.expired`. How many they were."""
    return await _sweep(sweeper, _Sweep("expire_grants", _due_grants, _end_grants))


async def start_lobbies(sweeper: Sweeper) -> int:
    """Start lobbies whose time to fill is over. How many they were."""
    return await _sweep(sweeper, _Sweep("start_lobbies", _due_lobbies, _advance_lobbies))


async def make_windows(sweeper: Sweeper) -> int:
    """Make the present and next window of each event with a schedule. How many were made."""
    return await _sweep(sweeper, _Sweep("make_windows", _due_schedules, _fill_schedules))


async def open_windows(sweeper: Sweeper) -> int:
    """Tell of windows that opened. How many they were."""
    return await _sweep(sweeper, _Sweep("open_windows", _opened_windows, _open_windows))


async def end_lobbies(sweeper: Sweeper) -> int:
    """Close lobbies whose window is over, or whose people have all played. How many they were."""
    return await _sweep(sweeper, _Sweep("end_lobbies", _ended_lobbies, _advance_lobbies))


async def close_windows(sweeper: Sweeper) -> int:
    """Close windows that are over, once their lobbies are closed, and make their boards final. How many they were."""
    return await _sweep(sweeper, _Sweep("close_windows", _ended_windows, _close_windows))


async def freeze_rankings(sweeper: Sweeper) -> int:
    """Settle what the attempts on final boards are worth. How many boards that was done for."""
    return await _sweep(sweeper, _Sweep("freeze_rankings", _final_boards, _freeze_boards))


async def pay_awards(sweeper: Sweeper) -> int:
    """Pay what attempts are worth by a frozen ranking. How many were paid, those that get nothing included."""
    return await _sweep(sweeper, _Sweep("pay_awards", _due_awards, _pay_awards))


async def forget_erased(sweeper: Sweeper) -> int:
    """Forget of whom it was told that they were erased, once everybody knows. How many events that was done in."""
    return await _sweep(sweeper, _Sweep("forget_erased", _told_erasures, _forget_erasures))


def jobs(sweeper: Sweeper) -> list[Job]:
    """The sweeps as jobs; what players wait for comes round more often."""
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


async def _sweep(sweeper: Sweeper, sweep: _Sweep) -> int:
    """Do one batch in each game where something is due. A game in trouble does not hold up the others.

    What went wrong is raised once there is nothing else to do.
    """
    done, failures = 0, []
    for tenant in await _games(sweeper):
        try:
            done += await _sweep_game(sweeper, tenant, sweep)
        except Exception as failure:  # noqa: BLE001 (raised below, to be told by who runs the job)
            failures.append(failure)
    if failures and not done:
        raise failures[0]
    return done


async def _sweep_game(sweeper: Sweeper, tenant: Tenant, sweep: _Sweep) -> int:
    """One batch in one game; looking for what is due takes no lock."""
    ctx = Context(
        tenant=tenant,
        environment=windows.LIVE,
        actor=ENGINE,
        request_id="sweep",
        now_ms=sweeper.now_ms(),
        new_id=sweeper.new_id,
    )
    async with sweeper.db.read() as tx:
        due = await sweep.find(tx, ctx, sweeper.batch)
        rested = await set_aside.rested(tx, ctx, sweep.job)
    done = await _together_or_each(sweeper.db, ctx, sweep, due) if due else 0
    if len(due) == sweeper.batch:  # there may be more, which failed before
        rested &= {row[-1] for row in due}
    if rested:
        await sweeper.db.run(lambda tx: set_aside.forget(tx, ctx, sweep.job, rested))
    return done


async def _together_or_each(db: Database, ctx: Context, sweep: _Sweep, due: Sequence[Ids]) -> int:
    """Do what is due in one transaction; when that fails, each row in its own, and those that fail are left alone.

    Trouble of the database is no row's: it is raised.
    """
    try:
        return await db.run(lambda tx: sweep.act(tx, ctx, due))
    except Exception as failure:
        if not _is_of_a_row(failure):
            raise
    done = 0
    for row in due:
        try:
            done += await db.run(partial(_one, ctx=ctx, sweep=sweep, row=row))
        except Exception as failure:
            if not _is_of_a_row(failure):
                raise
            note = partial(set_aside.note, ctx=ctx, job=sweep.job, row_id=row[-1], error=failure)
            times = await db.run(note)
            LOG.exception("%s failed with %s for the %d. time; the others go on", sweep.job, row[-1], times)
    return done


async def _one(tx: Transaction, *, ctx: Context, sweep: _Sweep, row: Ids) -> int:
    return await sweep.act(tx, ctx, [row])


def _is_of_a_row(failure: Exception) -> bool:
    """Whether a failure comes of what a row holds, and not of the database's state."""
    if fault_of(failure) is not None:
        return False
    if not isinstance(failure, DBAPIError) or isinstance(failure, IntegrityError | DataError):
        return True
    return str(getattr(failure.orig, "sqlstate", "")).startswith(("22", "23"))  # bad data, broken constraint


async def _games(sweeper: Sweeper) -> list[Tenant]:
    if sweeper.only is not None:
        return [sweeper.only]
    async with sweeper.db.read() as tx:
        games = await tx.all(sa.select(tables.games.c.studio_id, tables.games.c.game_id))
    return [Tenant(game["studio_id"], game["game_id"]) for game in games]


def _here(table: sa.Table, ctx: Context) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.studio_id == ctx.tenant.studio_id, table.c.game_id == ctx.tenant.game_id


async def _ids(tx: Transaction, query: sa.Select[Any]) -> list[Ids]:
    return [tuple(row) for row in await tx.execute(query)]


async def _due_attempts(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.attempts.c
    return await _ids(
        tx,
        sa.select(column.player_id, column.attempt_id)
        .where(
            *_here(tables.attempts, ctx),
            sa.text("attempts.status = 'in_progress'"),  # the words of the index
            column.ends_at <= ctx.now_ms,
            set_aside.not_resting(ctx, "expire_attempts", column.attempt_id),
        )
        .order_by(column.ends_at, column.player_id, column.attempt_id)
        .limit(most),
    )


async def _end_attempts(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    done = 0
    async for player, its_ids in _owners(tx, ctx, due):
        for attempt_id in its_ids:
            attempt = await tx.get(tables.attempts, *player.key(), attempt_id)
            if attempt is not None:
                done += await attempts.lapse(tx, replace(ctx, environment=player["environment"]), player, attempt)
    return done


async def _due_grants(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.grants.c
    return await _ids(
        tx,
        sa.select(column.player_id, column.grant_id)
        .where(
            *_here(tables.grants, ctx),
            column.status == "pending",
            column.expires_at <= ctx.now_ms,
            set_aside.not_resting(ctx, "expire_grants", column.grant_id),
        )
        .order_by(column.expires_at)
        .limit(most),
    )


async def _end_grants(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    done = 0
    async for player, its_ids in _owners(tx, ctx, due):
        for grant_id in its_ids:
            grant = await tx.get(tables.grants, *player.key(), grant_id)
            if grant is not None and grants.lapse(tx, ctx, player, grant):
                outbox.emit(tx, ctx, EventName.GRANT_EXPIRED, player, {"grant": answers.grant(grant)})
                done += 1
    return done


async def _owners(tx: Transaction, ctx: Context, due: Iterable[Ids]) -> AsyncIterator[tuple[Row, list[str]]]:
    """Each player who is not being changed by somebody else, locked in the order of their ids, with what is due."""
    for player_id, pairs in groupby(sorted(due), key=lambda pair: pair[0]):
        player = await tx.claim(tables.players, ctx.tenant.studio_id, ctx.tenant.game_id, player_id)
        if player is not None:
            yield player, [each for _, each in pairs]


async def _due_lobbies(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.lobbies.c
    return await _ids(
        tx,
        sa.select(column.lobby_id)
        .where(
            *_here(tables.lobbies, ctx),
            sa.text("lobbies.status = 'forming'"),  # the words of the index
            column.fill_by <= ctx.now_ms,
            set_aside.not_resting(ctx, "start_lobbies", column.lobby_id),
        )
        .order_by(column.fill_by)
        .limit(most),
    )


async def _advance_lobbies(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    """One lobby in each transaction: starting it locks its players, who are not to wait for those of others."""

    async def advance(lobby: Row) -> bool:
        return await lobbies.advance(tx, replace(ctx, environment=lobby["environment"]), lobby)

    return await _each(tx, ctx, tables.lobbies, due, advance, one=True)


async def _ended_lobbies(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column, window = tables.lobbies.c, tables.event_windows.c
    return await _ids(
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
            *_here(tables.lobbies, ctx),
            sa.text("lobbies.status <> 'closed'"),  # the words of the index
            sa.or_(window.ends_at <= ctx.now_ms, filling.is_played_out()),
            set_aside.not_resting(ctx, "end_lobbies", column.lobby_id),
        )
        .order_by(column.window_id, column.environment, column.created_at)
        .limit(most),
    )


async def _due_schedules(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.events.c
    scheduled = await tx.all(
        sa.select(tables.events)
        .where(
            *_here(tables.events, ctx),
            column.schedule.is_not(None),
            set_aside.not_resting(ctx, "make_windows", column.event_id),
        )
        .order_by(column.key)
    )
    due: list[Ids] = [(event["event_id"],) for event in scheduled if await _is_missing(tx, ctx, event)]
    return due[:most]


async def _is_missing(tx: Transaction, ctx: Context, event: Mapping[str, Any]) -> bool:
    """Whether an event lacks a window; one whose schedule cannot be read is due too, to fail where that is noted."""
    try:
        return bool(await schedules.missing(tx, ctx, event))
    except Exception as failure:
        if not _is_of_a_row(failure):
            raise
        return True


async def _fill_schedules(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    return await _each(tx, ctx, tables.events, due, lambda event: schedules.fill(tx, ctx, event))


async def _opened_windows(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.event_windows.c
    return await _due_windows(tx, ctx, most, "open_windows", column.opened_at, column.starts_at)


async def _open_windows(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    return await _each(tx, ctx, tables.event_windows, due, lambda window: windows.open_window(tx, ctx, window))


async def _ended_windows(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.event_windows.c
    return await _due_windows(tx, ctx, most, "close_windows", column.closed_at, column.ends_at)


async def _close_windows(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    return await _each(tx, ctx, tables.event_windows, due, lambda window: windows.close_window(tx, ctx, window))


async def _final_boards(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.leaderboards.c
    return await _ids(
        tx,
        sa.select(column.leaderboard_id)
        .where(
            *_here(tables.leaderboards, ctx),
            sa.text("finalized_at IS NOT NULL AND frozen_at IS NULL"),  # the words of the index
            set_aside.not_resting(ctx, "freeze_rankings", column.leaderboard_id),
        )
        .order_by(column.finalized_at, column.leaderboard_id)
        .limit(most),
    )


async def _freeze_boards(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    """One board in each transaction: it may have many players."""
    return await _each(tx, ctx, tables.leaderboards, due, lambda board: settling.freeze(tx, ctx, board), one=True)


async def _due_awards(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.attempt_awards.c
    return await _ids(
        tx,
        sa.select(column.player_id, column.attempt_id)
        .where(
            *_here(tables.attempt_awards, ctx),
            sa.text("settled_at IS NULL"),  # the words of the index
            set_aside.not_resting(ctx, "pay_awards", column.attempt_id),
        )
        .order_by(column.player_id, column.attempt_id)
        .limit(most),
    )


async def _pay_awards(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    done = 0
    async for player, its_ids in _owners(tx, ctx, due):
        for attempt_id in its_ids:
            award = await tx.get(tables.attempt_awards, *player.key(), attempt_id)
            if award is not None and award["settled_at"] is None:
                await rewards.pay_award(tx, replace(ctx, environment=player["environment"]), player, award)
                done += 1
    return done


async def _told_erasures(tx: Transaction, ctx: Context, most: int) -> list[Ids]:
    column = tables.outbox.c
    return await _ids(
        tx,
        sa.select(column.outbox_id)
        .where(
            *_here(tables.outbox, ctx),
            sa.text("event_name = 'player.deleted' AND state <> 'forgotten'"),  # the words of the index
            set_aside.not_resting(ctx, "forget_erased", column.outbox_id),
        )
        .order_by(column.outbox_id)
        .limit(most),
    )


async def _forget_erasures(tx: Transaction, ctx: Context, due: Sequence[Ids]) -> int:
    return await _each(tx, ctx, tables.outbox, due, lambda event: forgetting.forget_told(tx, ctx, event))


async def _due_windows(
    tx: Transaction, ctx: Context, most: int, job: str, done_at: sa.Column[Any], due_at: sa.Column[Any]
) -> list[Ids]:
    """The windows to which something was to happen by now, and has not."""
    table = tables.event_windows
    return await _ids(
        tx,
        sa.select(table.c.window_id)
        .where(
            *_here(table, ctx),
            done_at.is_(None),
            due_at <= ctx.now_ms,
            set_aside.not_resting(ctx, job, table.c.window_id),
        )
        .order_by(due_at)
        .limit(most),
    )


async def _each(
    tx: Transaction,
    ctx: Context,
    table: sa.Table,
    due: Sequence[Ids],
    act: Callable[[Row], Awaitable[int]],
    *,
    one: bool = False,
) -> int:
    """Lock each row that is not being changed by somebody else, and act on it; with `one` until something is done."""
    done = 0
    for (row_id,) in due:
        row = await tx.claim(table, ctx.tenant.studio_id, ctx.tenant.game_id, row_id)
        if row is not None:
            done += await act(row)
        if one and done:
            break
    return done
