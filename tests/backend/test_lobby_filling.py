"""How lobbies fill: with players, with bots, short, or not at all (kraty-api 4: Lobby semantics)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend import sweeps
from kraty_console.backend.engine import attempts, lobbies
from kraty_console.backend.engine.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.backend.events import define, drain, pit, refused, sweeper, waiting
from tests.backend.world import ALICE, DAY, World


async def _look(world: World, lobby_id: str) -> dict[str, Any]:
    async with world.db.read() as tx:
        lobby = await lobbies.look(tx, world.engine(), lobby_id)
        shown: dict[str, Any] = (await lobbies.shown(tx, world.engine(), lobby))["lobby"]
    return shown


async def test_players_wait_for_each_other_and_the_last_one_starts_it(world: World) -> None:
    await pit(world)
    lobby_id = await waiting(world, "ann")
    assert await waiting(world, "ben") == lobby_id
    assert await waiting(world, "ann") == lobby_id
    assert (await _look(world, lobby_id))["participantCount"] == 2
    started = await world.run(attempts.start, world.engine(), "cid", "pit")
    lobby = await _look(world, lobby_id)
    assert (lobby["status"], lobby["participantCount"], lobby["botSlots"]) == ("active", 3, 0)
    assert started.data["leaderboardId"] == lobby["leaderboardId"]
    for player in ("ann", "ben"):
        again = await world.run(attempts.start, world.engine(), player, "pit")
        assert again.data["leaderboardId"] == lobby["leaderboardId"]
    assert await waiting(world, "dot") != lobby_id
    assert [row["participant_count"] for row in await world.rows(tables.lobbies)] == [3, 1]


async def test_a_start_that_waits_keeps_its_key_free(world: World) -> None:
    await pit(world, capacity=2)
    first = await refused(world, "ann", "pit", idempotency_key="start-1")
    assert first.code is Code.LOBBY_FORMING
    assert await world.rows(tables.idempotency) == []
    await world.run(attempts.start, world.engine(), "ben", "pit")
    started = await world.run(attempts.start, world.engine(idempotency_key="start-1"), "ann", "pit")
    assert (started.status, started.replayed) == (201, False)


async def test_who_has_played_is_matched_anew(world: World) -> None:
    await pit(world, capacity=1)
    first, second = [(await world.run(attempts.start, world.engine(), ALICE, "pit")).data for _ in range(2)]
    assert first["leaderboardId"] == second["leaderboardId"]
    for started in (first, second):
        await world.run(attempts.finish, world.engine(), ALICE, started["attempt"]["id"])
    third = (await world.run(attempts.start, world.engine(), ALICE, "pit")).data
    assert third["leaderboardId"] != first["leaderboardId"]
    assert (await world.player())["lobbies_active"] == 2


async def test_nothing_is_paid_while_waiting(world: World) -> None:
    await pit(world, entry_cost={"currencies": [{"key": "gold", "amount": 5}]}, attempt_quota={"maxPerWindow": 1})
    assert (await refused(world, "ann", "pit")).code is Code.INSUFFICIENT_ENTRY_COST
    assert await world.rows(tables.lobbies) == []


async def test_short_after_its_time(world: World) -> None:
    await pit(world, fill_timeout_seconds=20)
    lobby_id = await waiting(world, ALICE)
    almost, late = world.later(19_999), world.later(20_000)
    assert await sweeps.start_lobbies(sweeper(almost)) == 0
    assert await waiting(almost, ALICE) == lobby_id
    assert await sweeps.start_lobbies(sweeper(late)) == 1
    lobby = await _look(late, lobby_id)
    assert (lobby["status"], lobby["participantCount"], lobby["botSlots"]) == ("active", 1, 0)
    assert (await world.player())["lobbies_active"] == 1


async def test_the_next_start_does_not_wait_for_the_sweep(world: World) -> None:
    await pit(world, fill_timeout_seconds=20)
    await waiting(world, ALICE)
    late = world.later(20_000)
    started = await late.run(attempts.start, late.engine(), ALICE, "pit")
    assert started.status == 201
    assert await sweeps.start_lobbies(sweeper(late)) == 0


async def test_bots_drip_in_and_sit_on_the_board(world: World) -> None:
    await pit(world, capacity=5, fill_timeout_seconds=40, fill_bots=True)
    lobby_id = await waiting(world, ALICE)
    seen = [(await _look(world.later(seconds * 1000), lobby_id))["botSlots"] for seconds in (0, 9, 10, 25, 39, 40, 99)]
    assert seen == [0, 0, 1, 2, 3, 4, 4]
    late = world.later(40_000)
    started = await late.run(attempts.start, late.engine(), ALICE, "pit")
    lobby = await _look(late, lobby_id)
    assert (lobby["status"], lobby["participantCount"], lobby["botSlots"]) == ("active", 1, 4)
    board = await world.rows(tables.leaderboard_entries, leaderboard_id=started.data["leaderboardId"])
    assert [entry["kind"] for entry in board] == ["bot"] * 4
    assert all(0 <= entry["score"] < 10 for entry in board)


async def test_bots_share_in_no_pool(world: World) -> None:
    pool = {"type": "shared_pool", "pool": 100, "currencyKey": "gold"}
    more = {"fill_bots": True, "fill_timeout_seconds": 0}
    await define(world, "pit", leaderboard_mode=lobbies.MODE, reward_policy=pool, more=more)
    attempt = (await world.run(attempts.start, world.engine(), ALICE, "pit")).data["attempt"]
    await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], 10)
    [grant] = await world.rows(tables.grants)
    assert grant["contents"]["entries"][0]["amount"] == 100


async def test_who_waits_for_a_full_lobby_waits_until_the_window_closes(world: World) -> None:
    await pit(world, fill_strategy="wait_full", fill_bots=True)
    lobby_id = await waiting(world, ALICE)
    assert (await _look(world, lobby_id))["fillBy"] is None
    late = world.later(DAY - 1)
    assert await sweeps.start_lobbies(sweeper(late)) == 0
    assert await waiting(late, ALICE) == lobby_id
    over = world.later(DAY)
    assert await drain(sweeps.end_lobbies, over) == 1
    assert (await _look(over, lobby_id))["status"] == "closed"


async def test_a_pushed_lobby_has_its_players_and_takes_no_others(world: World) -> None:
    await pit(world, fill_timeout_seconds=30)
    pushed = await world.run(lobbies.push, world.server(None), "pit", "m-1", ["ann", "new", "ann"], metadata={"map": 3})
    assert pushed.status == 201
    assert (pushed.data["status"], pushed.data["participantCount"], pushed.data["capacity"]) == ("forming", 2, 3)
    again = await world.run(lobbies.push, world.server(None), "pit", "m-1", ["somebody else"], capacity=9)
    assert (again.status, again.data) == (200, pushed.data)
    assert await waiting(world, "ann") == pushed.data["id"]
    assert await waiting(world, "cid") != pushed.data["id"]
    created = (await world.rows(tables.outbox, event_name="lobby.created"))[0]
    assert created["payload"]["lobby"]["metadata"] == {"map": 3}
    late = world.later(30_000)
    assert (await late.run(lobbies.settle, late.engine(), pushed.data["id"])).data["status"] == "active"


async def test_a_pushed_lobby_that_is_full_starts_at_once(world: World) -> None:
    await pit(world)
    full = await world.run(lobbies.push, world.server(None), "pit", "m-2", ["ann", "ben"], capacity=2)
    assert (full.status, full.data["status"]) == (201, "active")
    bots = await world.run(lobbies.push, world.server(None), "pit", "m-3", ["cid"], capacity=2, fill_bots=True)
    assert bots.data["status"] == "forming"
    for event, players, code in (
        ("pit", ["a", "b", "c", "d"], Code.VALIDATION_FAILED),
        ("race", ["a"], Code.CONFLICT),
        ("none", ["a"], Code.NOT_FOUND),
    ):
        with pytest.raises(RuleError) as said:
            await world.run(lobbies.push, world.server(None), event, "m-4", players)
        assert said.value.code is code
