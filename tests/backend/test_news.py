"""What many listen to is looked up once for all of them, not once for each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kraty_console.backend.engine import players, wallet
from kraty_console.backend.news import BoardNews, PlayerNews, news_of_boards, news_of_players
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.backend.world import ALICE, World

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


async def test_of_many_players_two_questions_are_asked_and_two_for_who_got_something(world: World) -> None:
    rows = [await world.run(players.upsert, world.engine(), f"p{number}") for number in range(MANY)]
    listening = [PlayerNews(row, world.now) for row in rows]
    async with world.db.read() as tx:
        for each in listening:
            await each.begin(tx)
    async with world.db.read() as tx:
        connection = counting(tx)
        assert [events async for _, events in news_of_players(tx, listening)] == [[]] * MANY
        assert connection.asked == 2
    await world.run(wallet.credit, world.admin(), "p7", "gold", 5)
    async with world.db.read() as tx:
        connection = counting(tx)
        told = {listening.index(each): events async for each, events in news_of_players(tx, listening) if events}
        assert connection.asked == 4
    assert [(number, [name for name, _ in events]) for number, events in told.items()] == [(7, ["wallet_changed"])]
    async with world.db.read() as tx:
        assert not any([events async for _, events in news_of_players(tx, listening)])


async def test_a_board_is_looked_at_once_however_many_listen(world: World) -> None:
    await world.play(external_id=ALICE, score=4)
    async with world.db.read() as tx:
        board = await tx.first(select(tables.leaderboards).where(tables.leaderboards.c.game_id == world.tenant.game_id))
        assert board is not None
        asked = []
        for count in (1, MANY):
            listening = [BoardNews(board) for _ in range(count)]
            connection = counting(tx)
            told = [events async for _, events in news_of_boards(tx, listening)]
            assert [[name for name, _ in events] for events in told] == [["score_update"]] * count
            asked.append(connection.asked)
            tx.connection = connection._connection
    assert asked[0] == asked[1]
