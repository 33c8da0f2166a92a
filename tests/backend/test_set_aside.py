"""A failing row of a sweep never blocks the rest: it is skipped, set aside, reported and retried later."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.observability.metrics import Metrics
from kraty_console.backend.rules import set_aside
from kraty_console.backend.rules.context import Context
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.runtime.sweeper import Sweeper
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.backend.playable_events import define, drain, pit, sweeper, waiting
from tests.harness.backend.small_game import ALICE, DAY, HOUR, SmallGame

GOLD = [{"type": "currency", "currencyKey": "gold", "amount": 5}]
SCHEDULE = {"mode": "recurring_windows", "startsAt": 0, "everySeconds": 7200, "openSeconds": 3600}

Make = Callable[[SmallGame], Awaitable[str]]
"""Creates a row that will be due, and returns its id."""


async def _attempt(world: SmallGame) -> str:
    return str((await world.play(score=3, external_id=world.new_id()))["id"])


async def _grant(world: SmallGame) -> str:
    made = await world.run(grants.create, world.server(world.new_id()), ALICE, GOLD, expires_at=world.now + HOUR)
    return str(made.data["id"])


async def _lobby(world: SmallGame) -> str:
    await define(world, (key := world.new_id()), leaderboard_mode=lobbies.MODE, capacity=3)
    return await waiting(world, world.new_id(), key)


async def _window(world: SmallGame) -> str:
    await define(world, (key := world.new_id()), opens=HOUR, closes=2 * HOUR)
    [event] = await world.rows(tables.events, key=key)
    [window] = await world.rows(tables.event_windows, event_id=event["event_id"])
    return str(window["window_id"])


async def _schedule(world: SmallGame) -> str:
    event = {"name": "Tides", "metrics": [{"key": "wins"}], "reward_policy": {"type": "none"}}
    more = {"schedule": {**SCHEDULE, "startsAt": world.now + HOUR}}
    row = await world.run(catalog.put_event, world.engine(), world.new_id(), **event, more=more)
    return str(row.event_id)


Sweep = Callable[[Sweeper], Awaitable[int]]
KINDS: dict[str, tuple[Sweep, Make, sa.Table, dict[str, Any]]] = {
    "attempts": (sweeps.expire_attempts, _attempt, tables.attempts, {"event_id": "unknown"}),
    "grants": (sweeps.expire_grants, _grant, tables.grants, {"contents": "unreadable"}),
    "lobbies that wait": (sweeps.start_lobbies, _lobby, tables.lobbies, {"event_id": "unknown"}),
    "lobbies that end": (sweeps.end_lobbies, _lobby, tables.lobbies, {"event_id": "unknown"}),
    "windows that open": (sweeps.open_windows, _window, tables.event_windows, {"metadata": [7]}),
    "windows that close": (sweeps.close_windows, _window, tables.event_windows, {"metadata": [7]}),
    "schedules": (sweeps.make_windows, _schedule, tables.events, {"schedule": {"mode": "recurring_windows"}}),
}


def _id(table: sa.Table) -> sa.Column[Any]:
    return list(table.primary_key)[-1]


async def _spoil(world: SmallGame, table: sa.Table, row_id: str, values: dict[str, Any]) -> None:
    real = {name: world.new_id() if value == "unknown" else value for name, value in values.items()}

    async def work(tx: Transaction, _ctx: Context) -> None:
        await tx.execute(sa.update(table).where(_id(table) == row_id).values(real))

    await world.run(work, world.engine())


async def _aside(world: SmallGame) -> dict[str, int]:
    async with world.db.read() as tx:
        return dict(await set_aside.counts(tx))


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "grants"])
async def test_the_rows_beside_a_bad_one_are_done(world: SmallGame, kind: str) -> None:
    sweep, make, table, spoilt = KINDS[kind]
    rows = [await make(world) for _ in range(3)]
    over = world.later(3 * DAY)
    await drain(sweep, replace(over, now=world.now + HOUR // 2)) if kind == "windows that close" else None
    await _spoil(world, table, rows[1], spoilt)
    await drain(sweep, over)
    noted = await world.rows(tables.sweep_failures)
    assert [(row["row_id"], row["failures"]) for row in noted] == [(rows[1], 1)]
    assert await drain(sweep, over.later(set_aside.FIRST_REST_MS - 1)) == 0
    assert [row["failures"] for row in await world.rows(tables.sweep_failures)] == [1]


async def test_a_row_is_set_aside_after_some_failures_and_reported(world: SmallGame) -> None:
    bad, good = await _attempt(world), await _attempt(world)
    lost = (await world.rows(tables.attempts, attempt_id=bad))[0]["event_id"]
    await _spoil(world, tables.attempts, bad, {"event_id": "unknown"})
    now = world.later(DAY)
    already = (await _aside(world)).get("expire_attempts", 0)  # of other games of this database
    for times in range(1, set_aside.AFTER + 1):
        assert (await _aside(world)).get("expire_attempts", 0) == already
        await drain(sweeps.expire_attempts, now)
        [noted] = await world.rows(tables.sweep_failures)
        assert (noted["failures"], noted["error"]) == (times, "RuleError")
        now = replace(now, now=noted["retry_at"])
    before = await _aside(world)
    page = await Metrics(world.db, None, lambda: now.now).page()
    assert before["expire_attempts"] == already + 1
    assert f'kraty_job_rows_set_aside{{job="expire_attempts"}} {before["expire_attempts"]}' in page
    assert noted["retry_at"] - noted["failed_at"] == set_aside.DAY_MS
    await _spoil(world, tables.attempts, bad, {"event_id": lost})
    assert await drain(sweeps.expire_attempts, now) == 1
    assert await world.rows(tables.sweep_failures) == []
    states = {row["attempt_id"]: row["status"] for row in await world.rows(tables.attempts)}
    assert states == {bad: "expired", good: "expired"}


async def test_a_row_processed_by_others_is_forgotten(world: SmallGame) -> None:
    bad = await _attempt(world)
    await _spoil(world, tables.attempts, bad, {"event_id": "unknown"})
    over = world.later(DAY)
    await drain(sweeps.expire_attempts, over)
    await _spoil(world, tables.attempts, bad, {"status": "force_completed"})
    await drain(sweeps.expire_attempts, over.later(DAY))
    assert await world.rows(tables.sweep_failures) == []


async def _failures(world: SmallGame) -> list[int]:
    return [row["failures"] for row in await world.rows(tables.sweep_failures)]


async def test_a_row_that_is_not_retried_keeps_its_count(world: SmallGame) -> None:
    """One lobby is started per transaction; later ones are not tried."""
    bad = await _lobby(world)
    await _spoil(world, tables.lobbies, bad, {"event_id": "unknown"})
    over = world.later(HOUR)
    await drain(sweeps.start_lobbies, over)
    good = await _lobby(world)
    await _spoil(world, tables.lobbies, good, {"fill_by": 1})  # it comes first
    again = over.later(set_aside.FIRST_REST_MS)
    assert await sweeps.start_lobbies(sweeper(again)) == 1
    assert await _failures(world) == [1]
    assert await sweeps.start_lobbies(sweeper(again)) == 0
    assert await _failures(world) == [2]


async def test_a_row_that_another_process_holds_keeps_its_count(world: SmallGame) -> None:
    if not world.db.postgresql:
        return  # which locks no rows
    bad = await _attempt(world)
    await _spoil(world, tables.attempts, bad, {"event_id": "unknown"})
    over = world.later(DAY)
    await drain(sweeps.expire_attempts, over)
    again = over.later(set_aside.FIRST_REST_MS)
    [attempt] = await world.rows(tables.attempts, attempt_id=bad)
    async with world.db.transaction() as tx:
        owner = (attempt[name] for name in ("studio_id", "game_id", "player_id"))
        assert await tx.get(tables.players, *owner, lock=True) is not None
        assert await drain(sweeps.expire_attempts, again) == 0
    assert await _failures(world) == [1]
    assert await drain(sweeps.expire_attempts, again) == 0
    assert await _failures(world) == [2]


async def test_many_bad_rows_leave_room_for_good_ones(world: SmallGame) -> None:
    bad = [await _attempt(world) for _ in range(4)]
    for each in bad:
        await _spoil(world, tables.attempts, each, {"event_id": "unknown"})
    later = world.later(1)
    good = await later.play(score=3)
    over = replace(sweeper(world.later(DAY + 1)), batch=2)
    for _ in range(3):
        await sweeps.expire_attempts(over)
    states = {row["attempt_id"]: row["status"] for row in await world.rows(tables.attempts)}
    assert states == {**dict.fromkeys(bad, "in_progress"), good["id"]: "expired"}


async def test_a_lobby_that_cannot_close_does_not_block_its_window_forever(world: SmallGame) -> None:
    await pit(world)
    lobby_id = await waiting(world, ALICE)
    await _spoil(world, tables.lobbies, lobby_id, {"event_id": "unknown"})
    now = world.later(DAY)
    for _ in range(set_aside.AFTER):
        assert await drain(sweeps.close_windows, now) in (0, 6)
        [window] = await world.rows(tables.event_windows, window_id=await _window_of(world, lobby_id))
        assert window["closed_at"] is None
        await drain(sweeps.end_lobbies, now)
        now = replace(now, now=(await world.rows(tables.sweep_failures))[0]["retry_at"])
    assert await drain(sweeps.close_windows, now) == 1


async def _window_of(world: SmallGame, lobby_id: str) -> str:
    return str((await world.rows(tables.lobbies, lobby_id=lobby_id))[0]["window_id"])


async def test_errors_of_the_database_set_no_row_aside(world: SmallGame, monkeypatch: pytest.MonkeyPatch) -> None:
    await _attempt(world)

    async def full(*_: object) -> int:
        raise OperationalError("UPDATE", {}, Exception("database or disk is full"))

    monkeypatch.setattr(sweeps, "_end_attempts", full)
    with pytest.raises(OperationalError):
        await sweeps.expire_attempts(sweeper(world.later(DAY)))
    assert await world.rows(tables.sweep_failures) == []
