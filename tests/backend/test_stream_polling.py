"""Streams: changes are read once for all listeners."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kraty_console.backend.economy import wallet
from kraty_console.backend.economy.player_feed import CLOCKS_DIFFER_MS, PlayerFeed, player_events
from kraty_console.backend.grants import service as grants
from kraty_console.backend.leaderboards.board_feed import BoardFeed, board_events
from kraty_console.backend.players import service as players
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.backend.small_game import ALICE, HOUR, SmallGame

MANY = 40


class Counting:
    """A connection that counts its statements."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.queries = 0

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        self.queries += 1
        return await self._connection.execute(statement, parameters)


def counting(tx: Transaction) -> Counting:
    connection = Counting(tx.connection)
    tx.connection = connection
    return connection


async def test_many_players_take_two_queries_and_two_for_each_change(world: SmallGame) -> None:
    rows = [await world.run(players.upsert, world.engine(), f"p{number}") for number in range(MANY)]
    listening = [PlayerFeed(row, world.now) for row in rows]
    async with world.db.read() as tx:
        for each in listening:
            await each.begin(tx)
    async with world.db.read() as tx:
        connection = counting(tx)
        assert [events async for _, events in player_events(tx, listening, world.now)] == [[]] * MANY
        assert connection.queries == 2
    await world.run(wallet.credit, world.admin(), "p7", "gold", 5)
    async with world.db.read() as tx:
        connection = counting(tx)
        looked = player_events(tx, listening, world.now)
        heard = {listening.index(each): events async for each, events in looked if events}
        assert connection.queries == 4
    assert [(number, [name for name, _ in events]) for number, events in heard.items()] == [(7, ["wallet_changed"])]
    async with world.db.read() as tx:
        assert not any([events async for _, events in player_events(tx, listening, world.now)])


async def test_a_board_is_read_once_for_all_listeners(world: SmallGame) -> None:
    await world.play(external_id=ALICE, score=4)
    async with world.db.read() as tx:
        board = await tx.record(
            tables.LeaderboardRecord,
            select(tables.leaderboards).where(tables.leaderboards.c.game_id == world.tenant.game_id),
        )
        assert board is not None
        queries = []
        for count in (1, MANY):
            listening = [BoardFeed(board) for _ in range(count)]
            connection = counting(tx)
            heard = [events async for _, events in board_events(tx, listening, world.now)]
            assert [[name for name, _ in events] for events in heard] == [["score_update"]] * count
            queries.append(connection.queries)
            tx.connection = connection._connection
    assert queries[0] == queries[1]


GOLD = [{"type": "currency", "currencyKey": "gold", "amount": 5}]


async def give(world: SmallGame) -> str:
    """Create a grant at the world's time; returns its id."""
    made = await world.run(grants.create, world.server(world.new_id()), ALICE, GOLD)
    return str(made.data["id"])


async def listener(world: SmallGame) -> PlayerFeed:
    feed = PlayerFeed(await world.run(players.upsert, world.engine(), ALICE), world.now)
    async with world.db.read() as tx:
        await feed.begin(tx)
    return feed


async def new_events(world: SmallGame, feed: PlayerFeed) -> list[str]:
    """The grants that a poll at the world's time reports."""
    async with world.db.read() as tx:
        [events] = [events async for _, events in player_events(tx, [feed], world.now)]
    return [event["grantId"] for _, event in events]


async def test_a_poll_reads_only_the_grants_of_the_last_minute(world: SmallGame) -> None:
    feed = await listener(world)
    first = await give(world.later(1))
    assert await new_events(world.later(2), feed) == [first]
    for hours in (1, 2, 3):
        now = world.later(hours * HOUR)
        assert await new_events(now, feed) == []
        assert feed.since == now.now - CLOCKS_DIFFER_MS


async def test_a_late_commit_of_a_grant_is_reported_once(world: SmallGame) -> None:
    feed = await listener(world)
    now = world.later(HOUR)
    early = await give(now)
    assert await new_events(now, feed) == [early]
    late = await give(now.later(1 - CLOCKS_DIFFER_MS))  # begun a minute before the poll that did not see it
    looks = [await new_events(now.later(ms), feed) for ms in (0, 1, 2, CLOCKS_DIFFER_MS, HOUR)]
    assert looks == [[late], [], [], [], []]


async def test_a_fast_clock_hides_no_grants_of_other_processes(world: SmallGame) -> None:
    feed = await listener(world)
    ahead = await give(world.later(HOUR))
    assert await new_events(world, feed) == [ahead]
    right = await give(world.later(1))
    looks = [await new_events(world.later(ms), feed) for ms in (2, 3, HOUR, HOUR + 1)]
    assert looks == [[right], [], [], []]


async def test_a_poll_at_an_earlier_time_repeats_no_event(world: SmallGame) -> None:
    feed = await listener(world)
    given = await give(world)
    assert await new_events(world.later(1), feed) == [given]
    assert await new_events(world.later(HOUR), feed) == []
    assert [await new_events(world.later(-HOUR), feed) for _ in range(2)] == [[], []]
