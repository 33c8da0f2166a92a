"""Filling lobbies: with players, with bots, short, or not at all (contract/SDK.md#lobbies)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend.events import attempts
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.playable_events import drain, pit, refused, sweeper, waiting
from tests.harness.backend.small_game import ALICE, DAY, SmallGame


async def _look(world: SmallGame, lobby_id: str) -> dict[str, Any]:
    async with world.db.read() as tx:
        lobby = await lobbies.read_lobby(tx, world.engine(), lobby_id)
        shown: dict[str, Any] = (await lobbies.lobby_answer(tx, world.engine(), lobby))["lobby"]
    return shown


async def test_players_wait_for_each_other_and_the_last_one_starts_it(world: SmallGame) -> None:
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


async def test_a_start_that_waits_keeps_its_key_free(world: SmallGame) -> None:
    await pit(world, capacity=2)
    first = await refused(world, "ann", "pit", idempotency_key="start-1")
    assert first.code is Code.LOBBY_FORMING
    assert await world.rows(tables.idempotency) == []
    await world.run(attempts.start, world.engine(), "ben", "pit")
    started = await world.run(attempts.start, world.engine(idempotency_key="start-1"), "ann", "pit")
    assert (started.status, started.replayed) == (201, False)


async def test_a_player_who_has_played_is_matched_again(world: SmallGame) -> None:
    await pit(world, capacity=1)
    first, second = [(await world.run(attempts.start, world.engine(), ALICE, "pit")).data for _ in range(2)]
    assert first["leaderboardId"] == second["leaderboardId"]
    for started in (first, second):
        await world.run(attempts.finish, world.engine(), ALICE, started["attempt"]["id"])
    third = (await world.run(attempts.start, world.engine(), ALICE, "pit")).data
    assert third["leaderboardId"] != first["leaderboardId"]
    assert (await world.player())["lobbies_active"] == 2


async def test_nothing_is_paid_while_waiting(world: SmallGame) -> None:
    await pit(world, entry_cost={"currencies": [{"key": "gold", "amount": 5}]}, attempt_quota={"maxPerWindow": 1})
    assert (await refused(world, "ann", "pit")).code is Code.INSUFFICIENT_ENTRY_COST
    assert await world.rows(tables.lobbies) == []


async def test_a_lobby_starts_short_after_its_time_to_fill(world: SmallGame) -> None:
    await pit(world, fill_timeout_seconds=20)
    lobby_id = await waiting(world, ALICE)
    almost, late = world.later(19_999), world.later(20_000)
    assert await sweeps.start_lobbies(sweeper(almost)) == 0
    assert await waiting(almost, ALICE) == lobby_id
    assert await sweeps.start_lobbies(sweeper(late)) == 1
    lobby = await _look(late, lobby_id)
    assert (lobby["status"], lobby["participantCount"], lobby["botSlots"]) == ("active", 1, 0)
    assert (await world.player())["lobbies_active"] == 1


async def test_the_next_start_does_not_wait_for_the_sweep(world: SmallGame) -> None:
    await pit(world, fill_timeout_seconds=20)
    await waiting(world, ALICE)
    late = world.later(20_000)
    started = await late.run(attempts.start, late.engine(), ALICE, "pit")
    assert started.status == 201
    assert await sweeps.start_lobbies(sweeper(late)) == 0


async def test_bots_drip_in_and_sit_on_the_board(world: SmallGame) -> None:
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


async def test_a_lobby_that_waits_to_be_full_waits_until_the_window_closes(world: SmallGame) -> None:
    await pit(world, fill_strategy="wait_full", fill_bots=True)
    lobby_id = await waiting(world, ALICE)
    assert (await _look(world, lobby_id))["fillBy"] is None
    late = world.later(DAY - 1)
    assert await sweeps.start_lobbies(sweeper(late)) == 0
    assert await waiting(late, ALICE) == lobby_id
    over = world.later(DAY)
    assert await drain(sweeps.end_lobbies, over) == 1
    assert (await _look(over, lobby_id))["status"] == "closed"


async def test_a_pushed_lobby_plays_at_once_with_its_board_and_takes_no_others(world: SmallGame) -> None:
    await pit(world, fill_timeout_seconds=30)
    pushed = await world.run(lobbies.push, world.server(None), "pit", "m-1", ["ann", "new", "ann"], metadata={"map": 3})
    assert pushed.status == 201
    assert (pushed.data["status"], pushed.data["participantCount"], pushed.data["capacity"]) == ("active", 2, 3)
    assert (pushed.data["fillBy"], pushed.data["startedAt"] is None, pushed.data["leaderboardId"] is None) == (
        None,
        False,
        False,
    )
    again = await world.run(lobbies.push, world.server(None), "pit", "m-1", ["somebody else"], capacity=9)
    assert (again.status, again.data) == (200, pushed.data)
    started = await world.run(attempts.start, world.engine(), "ann", "pit")
    assert started.data["leaderboardId"] == pushed.data["leaderboardId"]
    assert await waiting(world, "cid") != pushed.data["id"]
    names = [row["event_name"] for row in await world.rows(tables.outbox)]
    assert names[:2] == ["lobby.created", "lobby.started"]
    created = (await world.rows(tables.outbox, event_name="lobby.created"))[0]
    assert created["payload"]["lobby"]["metadata"] == {"map": 3}


@pytest.mark.parametrize(
    ("roster", "bots", "event_fills"),
    [([], None, {}), (["ann"], None, {}), (["ann", "ben"], None, {}), (["ann"], True, {}), ([], True, {}),
     (["ann"], None, {"fill_strategy": "wait_full"}), (["ann"], None, {"fill_timeout_seconds": 600})],
)  # fmt: skip
async def test_a_pushed_lobby_plays_at_once_whatever_its_roster(
    world: SmallGame, roster: list[str], bots: bool | None, event_fills: dict[str, Any]
) -> None:
    await pit(world, **event_fills)
    pushed = (await world.run(lobbies.push, world.server(None), "pit", "m", roster, capacity=2, fill_bots=bots)).data
    assert (pushed["status"], pushed["fillBy"]) == ("active", None)
    [board] = await world.rows(tables.leaderboards)
    assert board["leaderboard_id"] == pushed["leaderboardId"]
    assert pushed["botSlots"] == (2 - len(roster) if bots else 0)


async def test_invalid_pushes_of_lobbies(world: SmallGame) -> None:
    await pit(world)
    for event, players, code in (
        ("pit", ["a", "b", "c", "d"], Code.VALIDATION_FAILED),
        ("race", ["a"], Code.CONFLICT),
        ("none", ["a"], Code.NOT_FOUND),
    ):
        with pytest.raises(RuleError) as said:
            await world.run(lobbies.push, world.server(None), event, "m-4", players)
        assert said.value.code is code


async def _win(world: SmallGame, player: str, *, wins: float = 10) -> str:
    """Play to the end; with fewer than ten wins the attempt is abandoned."""
    attempt: str = (await world.run(attempts.start, world.engine(), player, "pit")).data["attempt"]["id"]
    await world.run(attempts.progress, world.engine(), player, attempt, {"wins": wins})
    if wins < 10:
        await world.run(attempts.finish, world.engine(), player, attempt)
    return attempt


@pytest.mark.parametrize("look", ["the worker", "a reader"])
async def test_a_lobby_closes_when_all_players_have_played(world: SmallGame, look: str) -> None:
    await pit(world)
    pushed = (await world.run(lobbies.push, world.server(None), "pit", "m-1", ["ann", "ben"], fill_bots=True)).data

    async def state() -> str:
        if look == "the worker":
            await drain(sweeps.end_lobbies, world)
            return str((await _look(world, pushed["id"]))["status"])
        return str((await world.run(lobbies.settle, world.engine(), pushed["id"])).data["status"])

    assert await state() == "active"
    await _win(world, "ann")
    assert await state() == "active"  # the other has not joined yet
    started = (await world.run(attempts.start, world.engine(), "ben", "pit")).data["attempt"]["id"]
    assert await state() == "active"
    await world.run(attempts.finish, world.engine(), "ben", started)
    assert await state() == "closed"
    [board] = await world.rows(tables.leaderboards)
    assert (board["finalized_at"], board["finalized_reason"]) == (world.now, "session_terminated")
    assert [(await world.player(name))["lobbies_active"] for name in ("ann", "ben")] == [0, 0]
    assert len(await world.rows(tables.outbox, event_name="lobby.closed")) == 1
    assert await waiting(world, "ann") != pushed["id"]  # the next start is another match


async def test_a_lobby_that_ends_with_its_window_has_that_reason(world: SmallGame) -> None:
    await pit(world)
    pushed = (await world.run(lobbies.push, world.server(None), "pit", "m-1", ["ann", "ben"])).data
    await _win(world, "ann")
    over = world.later(DAY)
    await drain(sweeps.end_lobbies, over)
    [board] = await world.rows(tables.leaderboards, leaderboard_id=pushed["leaderboardId"])
    assert (board["finalized_at"], board["finalized_reason"]) == (over.now, "window_closed")


async def test_an_empty_lobby_stays_until_its_window_ends(world: SmallGame) -> None:
    await pit(world)
    await world.run(lobbies.push, world.server(None), "pit", "m-1", [])
    assert await drain(sweeps.end_lobbies, world) == 0
    assert await drain(sweeps.end_lobbies, world.later(DAY)) == 1
