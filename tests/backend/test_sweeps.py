"""Sweeps: changes by time happen once, whatever the number of workers
(contract/README.md#environments, backend/README.md#playing)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.events import attempts, windows
from kraty_console.backend.events.schedules import due_windows
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.rules.context import Context
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.backend.playable_events import define, drain, pit, sweeper, waiting
from tests.harness.backend.small_game import ALICE, DAY, HOUR, SmallGame, make_small_game

GOLD = [{"type": "currency", "currencyKey": "gold", "amount": 5}]


async def test_attempts_expire_when_their_time_is_over(world: SmallGame) -> None:
    running, done = await world.play(score=3), await world.play(score=10)
    assert await drain(sweeps.expire_attempts, world.later(DAY - 1)) == 0
    assert await drain(sweeps.expire_attempts, world.later(DAY)) == 1
    states = {row["attempt_id"]: row["status"] for row in await world.rows(tables.attempts)}
    assert states == {running["id"]: "expired", done["id"]: "completed"}
    player = await world.player()
    assert (player["attempt_count"], player["attempts_expired"], player["attempts_completed"]) == (2, 1, 1)


async def test_an_attempt_that_meets_a_lowered_target_is_completed_and_paid(world: SmallGame) -> None:
    attempt = await world.play(score=3)
    easier = {"name": "Race", "metrics": [{"key": "wins", "target": 2}], "reward_policy": world_bundle()}
    await world.run(catalog.put_event, world.engine(), "race", **easier)
    assert await drain(sweeps.expire_attempts, world.later(DAY)) == 1
    [row] = await world.rows(tables.attempts)
    assert (row["attempt_id"], row["status"], row["roll_status"]) == (attempt["id"], "completed", "rolled")
    assert len(await world.rows(tables.grants)) == 1


async def test_an_unfinished_attempt_at_the_best_score_is_completed_and_paid(world: SmallGame) -> None:
    endless = {"name": "Race", "metrics": [{"key": "wins"}], "reward_policy": world_bundle()}
    await world.run(catalog.put_event, world.engine(), "race", **endless)
    await world.play(score=3)
    assert await drain(sweeps.expire_attempts, world.later(DAY)) == 1
    [row] = await world.rows(tables.attempts)
    assert (row["status"], row["roll_status"], row["completed_at"]) == ("completed", "rolled", world.later(DAY).now)
    assert len(await world.rows(tables.grants)) == 1


def world_bundle() -> dict[str, object]:
    return {"type": "fixed_bundle", "bundle": {"entries": GOLD}}


async def test_grants_expire_and_fire_an_event_each(world: SmallGame) -> None:
    soon = await world.run(grants.create, world.engine(), ALICE, GOLD, expires_at=world.now + HOUR)
    later = await world.run(grants.create, world.engine(), ALICE, GOLD, expires_at=world.now + DAY)
    claimed = await world.run(grants.create, world.engine(), ALICE, GOLD, expires_at=world.now + HOUR)
    await world.run(grants.create, world.engine(), ALICE, GOLD)
    await world.run(grants.claim, world.engine(), ALICE, claimed.data["grant"]["id"])
    assert await drain(sweeps.expire_grants, world.later(HOUR)) == 1
    states = {row["grant_id"]: row["status"] for row in await world.rows(tables.grants)}
    assert states[soon.data["grant"]["id"]] == "expired"
    assert states[later.data["grant"]["id"]] == "pending"
    [events] = await world.rows(tables.outbox, event_name="grant.expired")
    assert events["payload"]["externalPlayerId"] == ALICE
    assert (events["payload"]["grant"]["id"], events["payload"]["grant"]["status"]) == (
        soon.data["grant"]["id"],
        "expired",
    )
    player = await world.player()
    assert (player["grants_pending"], player["grants_claimed"]) == (2, 1)


async def test_windows_open_and_close_and_their_boards_are_final(world: SmallGame) -> None:
    await define(world, "soon", opens=HOUR, closes=2 * HOUR)
    assert await drain(sweeps.open_windows, world) == 6
    assert await drain(sweeps.open_windows, world.later(HOUR)) == 1
    during = world.later(HOUR)
    await during.play("soon", 4)
    assert await drain(sweeps.close_windows, during) == 0
    after = world.later(2 * HOUR)
    assert await drain(sweeps.close_windows, after) == 1
    events = [row for row in await world.rows(tables.outbox) if row["payload"].get("event", {}).get("key") == "soon"]
    assert [(row["event_name"], row["environment"]) for row in events] == [
        ("event.window_opened", "live"),
        ("event.window_closed", "live"),
    ]
    [board] = await world.rows(tables.leaderboards)
    assert (board["finalized_at"], board["finalized_reason"]) == (after.now, "window_closed")


async def test_a_window_closes_after_its_lobbies_of_either_environment(world: SmallGame) -> None:
    await pit(world, capacity=1)
    for player in ("ann", "ben", "cid"):
        await world.run(attempts.start, world.engine(), player, "pit")
    await world.run(lobbies.create, world.engine(environment="test"), "pit")
    over = world.later(DAY)
    window_id = (await world.rows(tables.lobbies))[0]["window_id"]

    async def close(tx: Transaction, ctx: Context) -> bool:
        return await windows.close_window(tx, ctx, await catalog.window(tx, ctx, window_id))

    assert not await over.run(close, over.engine())
    assert await drain(sweeps.end_lobbies, over) == 4
    assert [await over.run(close, over.engine()) for _ in range(2)] == [True, False]
    assert {row["status"] for row in await world.rows(tables.lobbies)} == {"closed"}
    names = [row["event_name"] for row in await world.rows(tables.outbox) if "closed" in row["event_name"]]
    assert names == ["lobby.closed"] * 4 + ["event.window_closed"]
    assert [row["closed_at"] for row in await world.rows(tables.event_windows, window_id=window_id)] == [over.now]


async def test_several_workers_do_each_thing_once(world: SmallGame) -> None:
    for number in range(6):
        await world.play(score=3, external_id=f"player {number}")
        await world.run(grants.create, world.engine(), f"player {number}", GOLD, expires_at=world.now + HOUR)
    await pit(world, fill_timeout_seconds=5)
    await waiting(world, ALICE)
    over = world.later(DAY)
    works = (
        *(sweeps.expire_attempts, sweeps.expire_grants, sweeps.start_lobbies),
        *(sweeps.end_lobbies, sweeps.close_windows),
    )
    done = await asyncio.gather(*(drain(sweep, over) for sweep in works for _ in range(3)))
    later = [await drain(sweep, over) for sweep in works]  # rows held by another are left to the next round
    assert sum(done[0:3]) + later[0] == 6
    assert sum(done[3:6]) + later[1] == 6
    assert sum(done[6:12]) + sum(later[2:4]) == 1  # the lobby, closed by either of the two
    assert sum(done[12:15]) + later[4] == 7
    names = [row["event_name"] for row in await world.rows(tables.outbox)]
    assert names.count("grant.expired") == 6
    assert names.count("event.window_closed") == 7
    assert names.count("lobby.closed") == 1


async def test_rows_held_by_another_process_are_skipped(world: SmallGame) -> None:
    await world.play(score=3)
    over = world.later(DAY)
    if not world.db.postgresql:
        return
    async with world.db.transaction() as tx:
        player = await world.player()
        await tx.get(tables.players, *(player[name] for name in ("studio_id", "game_id", "player_id")), lock=True)
        assert await drain(sweeps.expire_attempts, over) == 0
    assert await drain(sweeps.expire_attempts, over) == 1


async def test_a_schedule_opens_one_window_after_the_other(world: SmallGame) -> None:
    first = world.now - 5 * HOUR
    daily = {"mode": "recurring_windows", "startsAt": first, "everySeconds": 7200, "openSeconds": 3600}
    event = {"name": "Tides", "metrics": [{"key": "wins", "target": 10}], "reward_policy": {"type": "none"}}
    more = {"schedule": {**daily, "metadata": {"tide": "high"}}}
    await world.run(catalog.put_event, world.engine(), "tides", **event, more=more)
    done = await asyncio.gather(*(drain(sweeps.make_windows, world) for _ in range(3)))
    assert sum(done) == 1  # between two windows: the next one
    assert sum([await drain(sweeps.make_windows, world.later(hours * HOUR)) for hours in range(1, 6)]) == 3
    event_row = (await world.rows(tables.events, key="tides"))[0]
    rows = await world.rows(tables.event_windows, event_id=event_row["event_id"])
    assert sorted(row["starts_at"] - first for row in rows) == [hours * HOUR for hours in (6, 8, 10, 12)]
    assert {row["ends_at"] - row["starts_at"] for row in rows} == {HOUR}
    assert rows[0]["metadata"] == {"tide": "high"}
    during = world.later(HOUR)
    assert (await during.play("tides", 3))["endsAt"] is not None


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (-1, [(0, 50_000)]),
        (0, [(0, 50_000), (100_000, 150_000)]),
        (49_999, [(0, 50_000), (100_000, 150_000)]),
        (50_000, [(100_000, 150_000)]),
        (120_000, [(100_000, 150_000)]),
        (200_000, []),
    ],
)
def test_the_present_window_and_the_next(now: int, found: list[tuple[int, int]]) -> None:
    schedule = {"startsAt": 0, "everySeconds": 100, "openSeconds": 50, "endsAt": 200_000}
    assert due_windows(schedule, now) == found


async def test_a_failing_game_does_not_delay_the_others(database_url: str) -> None:
    database = Database.open(database_url)
    try:
        broken, sound = await make_small_game(database), await make_small_game(database)
        for world in (broken, sound):
            await world.play(score=3)

        async def lose_the_event(tx: Transaction, _ctx: Context) -> None:
            lost = tables.attempts.update().where(tables.attempts.c.game_id == broken.tenant.game_id)
            await tx.execute(lost.values(event_id=broken.new_id()))

        await broken.run(lose_the_event, broken.engine())
        over = replace(sweeper(sound.later(DAY)), only=None)
        assert await sweeps.expire_attempts(over) == 1
        assert await sweeps.expire_attempts(over) == 0
        assert [row["status"] for row in await sound.rows(tables.attempts)] == ["expired"]
        assert [row["status"] for row in await broken.rows(tables.attempts)] == ["in_progress"]
    finally:
        await database.close()


def test_each_sweep_is_a_job(world: SmallGame) -> None:
    made = sweeps.jobs(replace(sweeper(world), only=None))
    assert {job.name for job in made} == {
        "start_lobbies",
        "make_windows",
        "open_windows",
        "expire_attempts",
        "end_lobbies",
        "close_windows",
        "freeze_rankings",
        "pay_awards",
        "expire_grants",
        "forget_erased",
    }
