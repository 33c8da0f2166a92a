"""Concurrency: the last attempt, coin or seat goes to one of many."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.playable_events import define, pit
from tests.harness.backend.small_game import ALICE, SmallGame

MANY = 32


async def _said(work: Any) -> str:
    """`ok`, or the code of the refusal."""
    try:
        await work
    except RuleError as refusal:
        return refusal.code
    return "ok"


async def _start_all(world: SmallGame, event: str, *players: str) -> Counter[str]:
    starts = (world.run(attempts.start, world.engine(), player, event) for player in players)
    return Counter(await asyncio.gather(*(_said(start) for start in starts)))


async def test_the_last_place_of_a_quota(world: SmallGame) -> None:
    await define(world, "thrice", more={"attempt_quota": {"maxPerWindow": 3}})
    assert await _start_all(world, "thrice", ALICE, ALICE) == {"ok": 2}
    assert await _start_all(world, "thrice", *[ALICE] * MANY) == {"ok": 1, Code.MAX_ATTEMPTS_REACHED: MANY - 1}
    assert (await world.player())["attempt_count"] == 3


async def test_an_entry_cost_never_makes_a_balance_negative(world: SmallGame) -> None:
    await define(world, "dear", more={"entry_cost": {"currencies": [{"key": "gold", "amount": 20}]}})
    gold = [{"type": "currency", "currencyKey": "gold", "amount": 50}]
    made = await world.run(grants.create, world.engine(), ALICE, gold)
    await world.run(grants.claim, world.engine(), ALICE, made.data["grant"]["id"])
    assert await _start_all(world, "dear", *[ALICE] * MANY) == {"ok": 2, Code.INSUFFICIENT_ENTRY_COST: MANY - 2}
    [wallet] = await world.rows(tables.wallets)
    assert wallet["balance"] == 10
    assert sum(row["delta"] for row in await world.rows(tables.wallet_ledger)) == 10


async def test_a_crowd_fills_lobbies_to_the_last_seat_and_no_further(world: SmallGame) -> None:
    await pit(world, capacity=8)
    names = [f"player {number}" for number in range(MANY)]
    assert await _start_all(world, "pit", *names) == {"ok": 4, Code.LOBBY_FORMING: MANY - 4}
    assert await _start_all(world, "pit", *names) == {"ok": MANY}
    rows = await world.rows(tables.lobbies)
    assert [(row["status"], row["participant_count"]) for row in rows] == [("active", 8)] * 4
    seats = Counter(row["lobby_id"] for row in await world.rows(tables.lobby_members))
    assert set(seats.values()) == {8}
    assert {row["lobbies_active"] for row in await world.rows(tables.players)} == {1}
    assert len({row["leaderboard_id"] for row in await world.rows(tables.attempts)}) == 4


async def test_one_lobby_has_no_more_players_than_seats(world: SmallGame) -> None:
    await pit(world, capacity=5)
    lobby_id = (await world.run(lobbies.create, world.engine(), "pit")).data["lobby"]["id"]
    joins = (world.run(lobbies.join, world.engine(), lobby_id, f"player {number}") for number in range(MANY))
    assert Counter(await asyncio.gather(*(_said(join) for join in joins))) == {"ok": 5, Code.CONFLICT: MANY - 5}
    assert len(await world.rows(tables.lobby_members)) == 5


async def test_one_key_pushed_by_many_is_one_lobby(world: SmallGame) -> None:
    await pit(world, capacity=8)
    crew = [f"player {number}" for number in range(6)]
    pushes = (
        world.run(lobbies.push, world.server(None), "pit", "m-1", crew[number % 6 :] + crew) for number in range(12)
    )
    made = await asyncio.gather(*pushes)
    assert Counter(answer.status for answer in made) == {201: 1, 200: 11}
    assert len({answer.data["id"] for answer in made}) == 1
    [lobby] = await world.rows(tables.lobbies)
    assert lobby["participant_count"] == len(await world.rows(tables.lobby_members)) == 6


async def test_a_start_that_is_sent_twice_at_once_starts_once(world: SmallGame) -> None:
    starts = (world.run(attempts.start, world.engine(idempotency_key="start-1"), ALICE, "race") for _ in range(8))
    made = await asyncio.gather(*starts)
    assert Counter(answer.status for answer in made) == {201: 1, 200: 7}
    assert len(await world.rows(tables.attempts)) == 1
