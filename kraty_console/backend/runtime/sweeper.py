"""Run a sweep: find due rows by an index, game by game, and process them in bounded batches.

Each batch is a transaction; rows that another process holds are skipped. If a batch fails, each row is processed in its
own transaction, and one that fails again is skipped for a while (`rules/set_aside`), so that it never blocks the rest.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from kraty_console.backend.rules import set_aside
from kraty_console.backend.rules.context import ENGINE, LIVE, Context, Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.faults import fault_of
from kraty_console.backend.storage.tables import GameRecord, PlayerRecord
from kraty_console.backend.storage.tables.record import RecordT, RecordTable
from kraty_console.backend.storage.transaction import Transaction

LOG: Final = logging.getLogger("kraty.sweeps")

BATCH: Final = 100

Ids = tuple[str, ...]
"""The key of a row within its game; the last part is its own id."""


@dataclass(frozen=True, slots=True)
class Sweeper:
    """What sweeps need, including the only sources of time and ids."""

    db: Database
    now_ms: Callable[[], int]
    """Milliseconds since the epoch."""
    new_id: Callable[[], str]
    """A fresh UUIDv7 as text."""
    only: Tenant | None = None
    """The only game to sweep; None for every game."""
    batch: int = BATCH
    """Rows per transaction."""


@dataclass(slots=True)
class BatchResult:
    """The result of a batch."""

    done: int = 0
    """Number of changes."""
    tried: set[str] = field(default_factory=set)
    """The ids of the processed rows; others are held by another process, or come next time."""

    def add(self, row_id: str, done: int) -> None:
        """Count a processed row."""
        self.done += done
        self.tried.add(row_id)


Find = Callable[[Transaction, Context, int], Awaitable[Sequence[Ids]]]
Act = Callable[[Transaction, Context, Sequence[Ids]], Awaitable[BatchResult]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of work: how to find due rows, and how to process them."""

    job: str
    find: Find
    act: Act


async def sweep_all(sweeper: Sweeper, sweep: Sweep) -> int:
    """Process one batch in each game with due rows. A game in trouble does not hold up the others.

    What went wrong is raised once there is nothing else to do.
    """
    done, failures = 0, []
    for tenant in await _games(sweeper):
        try:
            done += await _sweep_game(sweeper, tenant, sweep)
        except Exception as failure:  # noqa: BLE001 (raised below; the scheduler logs it)
            failures.append(failure)
    if failures and not done:
        raise failures[0]
    return done


async def _sweep_game(sweeper: Sweeper, tenant: Tenant, sweep: Sweep) -> int:
    """Process one batch in one game; finding due rows takes no lock."""
    ctx = Context(
        tenant=tenant,
        environment=LIVE,
        actor=ENGINE,
        request_id="sweep",
        now_ms=sweeper.now_ms(),
        new_id=sweeper.new_id,
    )
    async with sweeper.db.read() as tx:
        due = await sweep.find(tx, ctx, sweeper.batch)
        rested = await set_aside.due_again(tx, ctx, sweep.job)
    acted = await _together_or_each(sweeper.db, ctx, sweep, due) if due else BatchResult()
    fine = rested & acted.tried
    if len(due) < sweeper.batch:  # otherwise there may be more rows that failed before
        fine |= rested - {row[-1] for row in due}
    if fine:
        await sweeper.db.run(lambda tx: set_aside.clear(tx, ctx, sweep.job, fine))
    return acted.done


async def _together_or_each(db: Database, ctx: Context, sweep: Sweep, due: Sequence[Ids]) -> BatchResult:
    """Process the due rows in one transaction; if that fails, each in its own, and skip those that fail.

    Errors of the database that no row causes are raised.
    """
    try:
        return await db.run(lambda tx: sweep.act(tx, ctx, due))
    except Exception as failure:
        if not is_row_fault(failure):
            raise
    acted = BatchResult()
    for row in due:
        try:
            one = await db.run(partial(_one, ctx=ctx, sweep=sweep, row=row))
            acted = BatchResult(acted.done + one.done, acted.tried | one.tried)
        except Exception as failure:
            if not is_row_fault(failure):
                raise
            note = partial(set_aside.note_failure, ctx=ctx, job=sweep.job, row_id=row[-1], error=failure)
            times = await db.run(note)
            LOG.exception("%s failed with %s for the %d. time; the others go on", sweep.job, row[-1], times)
    return acted


async def _one(tx: Transaction, *, ctx: Context, sweep: Sweep, row: Ids) -> BatchResult:
    return await sweep.act(tx, ctx, [row])


def is_row_fault(failure: Exception) -> bool:
    """Whether a failure is caused by the row itself, and not by the state of the database."""
    if fault_of(failure) is not None:
        return False
    if not isinstance(failure, DBAPIError) or isinstance(failure, IntegrityError | DataError):
        return True
    return str(getattr(failure.orig, "sqlstate", "")).startswith(("22", "23"))  # bad data, broken constraint


async def _games(sweeper: Sweeper) -> list[Tenant]:
    if sweeper.only is not None:
        return [sweeper.only]
    async with sweeper.db.read() as tx:
        games = await tx.records(GameRecord, sa.select(tables.games.c.studio_id, tables.games.c.game_id))
    return [Tenant(game.studio_id, game.game_id) for game in games]


def in_game(table: sa.Table, ctx: Context) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of the game."""
    return table.c.studio_id == ctx.tenant.studio_id, table.c.game_id == ctx.tenant.game_id


async def found_keys(tx: Transaction, query: sa.Select[*tuple[Any, ...]]) -> list[Ids]:
    """The result of a query as keys of rows."""
    return [tuple(row) for row in await tx.execute(query)]


async def lock_players(
    tx: Transaction, ctx: Context, due: Iterable[Ids]
) -> AsyncIterator[tuple[PlayerRecord, list[str]]]:
    """Each player that no other transaction holds, locked in the order of their ids, with their due rows."""
    for player_id, pairs in groupby(sorted(due), key=lambda pair: pair[0]):
        player = await tx.claim(tables.players, ctx.tenant.studio_id, ctx.tenant.game_id, player_id)
        if player is not None:
            yield player, [each for _, each in pairs]


async def each_of(
    tx: Transaction,
    ctx: Context,
    table: RecordTable[RecordT],
    due: Sequence[Ids],
    act: Callable[[RecordT], Awaitable[int]],
    *,
    one: bool = False,
) -> BatchResult:
    """Lock each row that no other transaction holds, and act on it; with `one`, stop after the first change."""
    acted = BatchResult()
    for (row_id,) in due:
        row = await tx.claim(table, ctx.tenant.studio_id, ctx.tenant.game_id, row_id)
        if row is not None:
            acted.add(row_id, await act(row))
        if one and acted.done:
            break
    return acted
