"""The demo world: loaded once into a database, the same for the same seed and time."""

from __future__ import annotations

import gc
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.auth.tokens import RandomBytes
from kraty_console.backend.catalog import definitions
from kraty_console.backend.demo import (
    casework,
    cast,
    crowd,
    duels,
    rabbit_rush,
    rankings,
    receivers,
    second_studio,
    tryouts,
    veteran,
    walk_ins,
)
from kraty_console.backend.demo.calendar import Calendar, DemoWindow
from kraty_console.backend.demo.cast import Scene
from kraty_console.backend.demo.directory import (
    SEED,
    TEST,
    DemoWorld,
    Studio,
    create_studio,
    demo_studios,
    has_game,
    issue_access,
    lock_loading,
)
from kraty_console.backend.demo.stage import DAY, DemoStage
from kraty_console.backend.demo.support import DemoSupport, StudioBackend
from kraty_console.backend.leaderboards.service import WINDOW_CLOSED
from kraty_console.backend.rules.context import ENGINE, LIVE, Context
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import event_windows, leaderboards, outbox
from kraty_console.backend.storage.transaction import Transaction

FOUNDED_DAYS_AGO: Final = 400

Definitions = Sequence[Mapping[str, Any]]


async def load(
    db: Database, now_ms: int, seed: int = SEED, random_bytes: RandomBytes = secrets.token_bytes
) -> DemoWorld:
    """Create the demo world unless the database has it, and issue sessions and keys for this start."""
    made = await make(db, now_ms, seed)
    return await issue_access(db, now_ms, seed, random_bytes, loaded_now=made)


async def make(db: Database, now_ms: int, seed: int = SEED) -> bool:
    """Create the demo world unless the database has it; returns whether it was created.

    It depends only on the seed and the time. One transaction: it is created completely or not at all.
    """

    async def work(tx: Transaction) -> bool:
        demo_studio, second = demo_studios(seed)
        await lock_loading(tx)
        if await has_game(tx, demo_studio):
            return False
        await _make_demo_studio(tx, demo_studio, now_ms, seed)
        await _make_second_studio(tx, second, now_ms, seed)
        for studio in (demo_studio, second):
            await _deliver(tx, studio, now_ms)
        await tx.flush()
        await receivers.make_history(tx, demo_studio, now_ms, seed)
        return True

    with _without_garbage_collection():
        return await db.run_alone(work)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Turn garbage collection off: with 50,000 rows in use it takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _make_demo_studio(tx: Transaction, studio: Studio, now_ms: int, seed: int) -> None:
    stage = _create_game(tx, studio, now_ms, seed)
    ctx = stage.context(ENGINE, "engine", LIVE)
    calendar = Calendar(now_ms)
    await _define(
        tx,
        ctx,
        currencies=rabbit_rush.CURRENCIES,
        items=rabbit_rush.ITEMS,
        tables=rabbit_rush.TABLES,
        bundles=rabbit_rush.BUNDLES,
        events=rabbit_rush.EVENTS,
        windows=calendar.windows,
    )
    scene = _scene(tx, studio, stage, calendar, LIVE)
    trials = _scene(tx, studio, stage, calendar, TEST)
    people = crowd.people(stage)
    patients, others = people[: casework.PATIENTS], people[casework.PATIENTS :]
    await stage.run(
        tx,
        [
            *cast.stories(scene),
            *duels.stories(scene, others),
            *casework.stories(scene, patients),
            *crowd.stories(scene, [*patients[: -casework.BANNED], *others]),
            *crowd.hostile_stories(scene),
            *rankings.stories(scene, others),
            *tryouts.stories(trials),
            *walk_ins.stories(scene, studio),
            veteran.register(scene),
        ],
    )
    await veteran.play_month(scene)


async def _deliver(tx: Transaction, studio: Studio, now_ms: int) -> None:
    """Past events were delivered to the studio; past windows are closed and their boards final."""

    def in_studio(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
        return table.c.studio_id == studio.tenant.studio_id, table.c.game_id == studio.tenant.game_id

    await tx.execute(sa.update(outbox).where(*in_studio(outbox)).values(state="delivered"))
    window, board = event_windows, leaderboards
    begun = (*in_studio(window), window.c.starts_at <= now_ms)
    await tx.execute(sa.update(window).where(*begun).values(opened_at=window.c.starts_at))
    over = (*in_studio(window), window.c.ends_at <= now_ms)
    await tx.execute(sa.update(window).where(*over).values(closed_at=window.c.ends_at))
    closed_at = sa.select(window.c.closed_at).where(*over, window.c.window_id == board.c.window_id).scalar_subquery()
    of_closed = board.c.window_id.in_(sa.select(window.c.window_id).where(*over))
    final = {"finalized_at": closed_at, "frozen_at": closed_at, "finalized_reason": WINDOW_CLOSED}
    unsettled = board.c.finalized_at.is_(None)  # the stories have settled those that pay by rank
    await tx.execute(sa.update(board).where(*in_studio(board), of_closed, unsettled).values(**final))


async def _make_second_studio(tx: Transaction, studio: Studio, now_ms: int, seed: int) -> None:
    stage = _create_game(tx, studio, now_ms, seed)
    calendar = Calendar(now_ms)
    await _define(
        tx,
        stage.context(ENGINE, "engine", LIVE),
        currencies=second_studio.CURRENCIES,
        bundles=second_studio.BUNDLES,
        events=second_studio.EVENTS,
        windows={event["key"]: calendar.windows["daily_race"] for event in second_studio.EVENTS},
    )
    await stage.run(tx, second_studio.stories(_scene(tx, studio, stage, calendar, LIVE)))


def _create_game(tx: Transaction, studio: Studio, now_ms: int, seed: int) -> DemoStage:
    stage = DemoStage(studio.tenant, seed, now_ms)
    stage.clock_ms = now_ms - FOUNDED_DAYS_AGO * DAY
    tx.founded(studio.tenant.studio_id, studio.tenant.game_id)
    create_studio(tx, studio, stage.clock_ms, seed)
    return stage


def _scene(tx: Transaction, studio: Studio, stage: DemoStage, calendar: Calendar, environment: str) -> Scene:
    return Scene(
        stage=stage,
        tx=tx,
        calendar=calendar,
        desk=DemoSupport(stage, tx, studio, environment),
        shop=StudioBackend(stage, tx, environment),
        environment=environment,
    )


async def _define(
    tx: Transaction,
    ctx: Context,
    *,
    currencies: Definitions,
    bundles: Definitions,
    events: Definitions,
    windows: Mapping[str, Sequence[DemoWindow]],
    items: Definitions = (),
    tables: Definitions = (),
) -> None:
    for each in currencies:
        await definitions.put_currency(tx, ctx, **each)
    for each in items:
        await definitions.put_item(tx, ctx, **each)
    for each in tables:
        await definitions.put_table(tx, ctx, **each)
    for each in bundles:
        await definitions.put_bundle(tx, ctx, **each)
    for each in events:
        await definitions.put_event(tx, ctx, **each)
    for event_key, opened in windows.items():
        for window in opened:
            await definitions.put_window(tx, ctx, event_key, starts_at=window.starts_ms, ends_at=window.ends_ms)
