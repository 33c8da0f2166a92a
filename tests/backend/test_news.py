"""What many listen to is looked up once for all of them, not once for each."""

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
    """A connection that counts what is asked on it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.asked = 0

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        self.asked += 1
        return await self._connection.execute(statement, parameters)


def counting(tx: Transaction) -> Counting:
    connection = Counting(tx.connection)
    tx.connection = connection
    return connection


async def test_of_many_players_two_questions_are_asked_and_two_for_who_got_something(world: SmallGame) -> None:
    rows = [await world.run(players.upsert, world.engine(), f"p{number}") for number in range(MANY)]
    listening = [PlayerFeed(row, world.now) for row in rows]
    async with world.db.read() as tx:
        for each in listening:
            await each.begin(tx)
    async with world.db.read() as tx:
        connection = counting(tx)
        assert [events async for _, events in player_events(tx, listening, world.now)] == [[]] * MANY
        assert connection.asked == 2
    await world.run(wallet.credit, world.admin(), "p7", "gold", 5)
    async with world.db.read() as tx:
        connection = counting(tx)
        looked = player_events(tx, listening, world.now)
        heard = {listening.index(each): events async for each, events in looked if events}
        assert connection.asked == 4
    assert [(number, [name for name, _ in events]) for number, events in heard.items()] == [(7, ["wallet_changed"])]
    async with world.db.read() as tx:
        assert not any([events async for _, events in player_events(tx, listening, world.now)])


async def test_a_board_is_looked_at_once_however_many_listen(world: SmallGame) -> None:
    await world.play(external_id=ALICE, score=4)
    async with world.db.read() as tx:
        board = await tx.record(
            tables.LeaderboardRecord,
            select(tables.leaderboards).where(tables.leaderboards.c.game_id == world.tenant.game_id),
        )
        assert board is not None
        asked = []
        for count in (1, MANY):
            listening = [BoardFeed(board) for _ in range(count)]
            connection = counting(tx)
            heard = [events async for _, events in board_events(tx, listening, world.now)]
            assert [[name for name, _ in events] for events in heard] == [["score_update"]] * count
            asked.append(connection.asked)
            tx.connection = connection._connection
    assert asked[0] == asked[1]


GOLD = [{"type": "currency", "currencyKey": "gold", "amount": 5}]


async def give(world: SmallGame) -> str:
    """A grant made at the world's moment; its id."""
    made = await world.run(grants.create, world.server(world.new_id()), ALICE, GOLD)
    return str(made.data["id"])


async def listener(world: SmallGame) -> PlayerFeed:
    news = PlayerFeed(await world.run(players.upsert, world.engine(), ALICE), world.now)
    async with world.db.read() as tx:
        await news.begin(tx)
    return news


async def told(world: SmallGame, news: PlayerFeed) -> list[str]:
    """The grants that a look at the world's moment tells of."""
    async with world.db.read() as tx:
        [events] = [events async for _, events in player_events(tx, [news], world.now)]
    return [event["grantId"] for _, event in events]


async def test_a_look_reads_the_grants_of_the_last_minute_however_long_nothing_came(world: SmallGame) -> None:
    news = await listener(world)
    first = await give(world.later(1))
    assert await told(world.later(2), news) == [first]
    for hours in (1, 2, 3):
        now = world.later(hours * HOUR)
        assert await told(now, news) == []
        assert news.since == now.now - CLOCKS_DIFFER_MS


async def test_a_grant_that_is_committed_late_is_told_once(world: SmallGame) -> None:
    news = await listener(world)
    now = world.later(HOUR)
    early = await give(now)
    assert await told(now, news) == [early]
    late = await give(now.later(1 - CLOCKS_DIFFER_MS))  # begun a minute before the look that did not see it
    looks = [await told(now.later(ms), news) for ms in (0, 1, 2, CLOCKS_DIFFER_MS, HOUR)]
    assert looks == [[late], [], [], [], []]


async def test_a_clock_that_is_ahead_hides_no_grant_of_the_others(world: SmallGame) -> None:
    news = await listener(world)
    ahead = await give(world.later(HOUR))
    assert await told(world, news) == [ahead]
    right = await give(world.later(1))
    looks = [await told(world.later(ms), news) for ms in (2, 3, HOUR, HOUR + 1)]
    assert looks == [[right], [], [], []]


async def test_a_look_at_an_earlier_moment_tells_nothing_again(world: SmallGame) -> None:
    news = await listener(world)
    given = await give(world)
    assert await told(world.later(1), news) == [given]
    assert await told(world.later(HOUR), news) == []
    assert [await told(world.later(-HOUR), news) for _ in range(2)] == [[], []]
