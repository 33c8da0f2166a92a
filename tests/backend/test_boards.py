"""The game's own leaderboards: scores, periods, segments
(contract/SERVER.md#scores, contract/SDK.md#leaderboards)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.economy import wallet
from kraty_console.backend.grants import service as grants
from kraty_console.backend.leaderboards import game_boards as boards
from kraty_console.backend.leaderboards import queries as board_reads
from kraty_console.backend.leaderboards import ranking as standings
from kraty_console.backend.leaderboards.periods import closed, period_of
from kraty_console.backend.leaderboards.queries import BoardReader
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.small_game import ALICE, DAY, SmallGame


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("cadence", "at", "start", "end"),
    [
        ("weekly", "2026-09-21T00:00:00", "2026-09-21", "2026-09-28"),
        ("weekly", "2026-09-20T23:59:59.999", "2026-09-14", "2026-09-21"),
        ("weekly", "2024-03-01T12:00:00", "2024-02-26", "2024-03-04"),
        ("monthly", "2026-12-31T23:59:59", "2026-12-01", "2027-01-01"),
        ("monthly", "2024-02-29T00:00:00", "2024-02-01", "2024-03-01"),
    ],
)
def test_periods_begin_on_mondays_and_on_the_first(cadence: str, at: str, start: str, end: str) -> None:
    period = period_of(cadence, 0, ms(at))
    assert (period.starts_at, period.ends_at) == (ms(start), ms(end))


def test_the_periods_that_are_over_go_back_to_the_first_one() -> None:
    made, now = ms("2026-01-15T08:00:00"), ms("2026-04-02T00:00:00")
    assert [each.starts_at for each in closed("monthly", made, now)] == [
        ms("2026-03-01"),
        ms("2026-02-01"),
        ms("2026-01-01"),
    ]
    assert len(list(closed("weekly", made, now))) == 11
    assert list(closed("never", made, now)) == []
    assert period_of("never", made, now).starts_at == made


async def board(world: SmallGame, key: str = "laps", **options: Any) -> None:
    await world.run(catalog.put_board, world.engine(), key, name=key, **options)


async def arrive(world: SmallGame, external_id: str = ALICE, **context: Any) -> None:
    await world.run(players.upsert, world.engine(), external_id, context=context)


async def score(
    world: SmallGame, value: float, external_id: str = ALICE, key: str = "laps", **more: Any
) -> dict[str, Any]:
    answer = await world.run(boards.score, world.server(None), external_id, key, value, **more)
    data: dict[str, Any] = answer.data
    return data


async def look(world: SmallGame, key: str = "laps", external_id: str | None = ALICE, **more: Any) -> dict[str, Any]:
    reader = BoardReader("live", world.now, 50, external_id=external_id, include_self=True)
    async with world.db.read() as tx:
        found = await board_reads.find_board(tx, world.tenant, key)
        assert found is not None
        return await board_reads.board(tx, world.tenant, found, reader, **more)


@pytest.mark.parametrize(("aggregation", "held"), [("best", [5, 5, 9]), ("latest", [5, 3, 9]), ("sum", [5, 8, 17])])
async def test_scores_count_as_the_board_says(world: SmallGame, aggregation: str, held: list[int]) -> None:
    await board(world, score_aggregation=aggregation)
    await arrive(world)
    assert [(await score(world, value))["score"] for value in (5, 3, 9)] == held


async def test_equal_scores_rank_by_time(world: SmallGame) -> None:
    await board(world)
    for minutes, (name, value) in enumerate([("ann", 7), ("ben", 9), ("cid", 7), ("ann", 7), ("dot", 7.5)]):
        now = world.later(minutes * 60_000)
        await arrive(now, name)
        data = await score(now, value, name)
    assert data["rank"] == 2
    shown = await look(world, external_id="cid")
    assert [(entry["score"], entry["rank"]) for entry in shown["entries"]] == [(9, 1), (7.5, 2), (7, 3), (7, 4)]
    assert [entry["isSelf"] for entry in shown["entries"]] == [False, False, False, True]
    assert shown["self"] == {"rank": 4, "score": 7}


async def test_a_board_resets_and_keeps_past_periods(world: SmallGame) -> None:
    await board(world, reset_cadence="weekly", score_aggregation="sum")
    await arrive(world)
    await score(world, 10)
    next_week = world.later(7 * DAY)
    assert (await look(next_week))["entries"] == []
    assert (await score(next_week, 4))["score"] == 4
    before = await look(next_week, at_ms=world.now)
    assert [entry["score"] for entry in before["entries"]] == [10]
    async with world.db.read() as tx:
        found = await board_reads.find_board(tx, world.tenant, "laps")
    assert found is not None
    data = board_reads.board_periods(found, next_week.now, 12)
    assert data["periods"] == [{"periodStartedAt": before["period"], "periodEndedAt": data["currentPeriodStartedAt"]}]


class TestSegments:
    async def test_the_game_chooses_and_a_player_may_be_in_several(self, world: SmallGame) -> None:
        await board(world, segments=[{"by": "context", "key": "region"}])
        await arrive(world, region="eu")
        await score(world, 1)
        await score(world, 2, segment="us")
        await score(world, 3, segment="us")
        assert (await look(world))["segment"] == "eu"
        assert [entry["score"] for entry in (await look(world, segment="us"))["entries"]] == [3]
        reader = BoardReader("live", world.now, 50, external_id=ALICE)
        async with world.db.read() as tx:
            found = await board_reads.find_board(tx, world.tenant, "laps")
            assert found is not None
            data = await board_reads.board_standings(tx, world.tenant, found, reader, scope="mine", max_segments=1)
        assert [(each["segment"], each["selfRank"]) for each in data["segments"]] == [("eu", 1)]
        assert data["segmentsTruncated"] is True

    async def test_what_follows_from_the_player_moves_with_the_player(self, world: SmallGame) -> None:
        steps = [{"from": 0, "segment": "bronze"}, {"from": 100, "segment": "gold"}]
        await board(world, segments=[{"by": "country"}, {"by": "progression", "key": "gems", "steps": steps}])
        await arrive(world, country="PT")
        await score(world, 5, segment="not the game's to choose")
        assert (await look(world))["segment"] == "PT/bronze"
        await world.run(wallet.credit, world.server(None), ALICE, "gems", 100)
        await score(world, 4)
        assert (await look(world))["segment"] == "PT/gold"
        assert (await look(world, segment="PT/bronze"))["entries"] == []
        assert [entry["score"] for entry in (await look(world))["entries"]] == [5]

    async def test_a_board_without_segments_has_one_ranking(self, world: SmallGame) -> None:
        await board(world)
        await arrive(world)
        await score(world, 5, segment="eu")
        shown = await look(world, segment="us")
        assert (len(shown["entries"]), shown["segment"]) == (1, None)
        assert await look(world) == shown
        reader = BoardReader("live", world.now, 50)
        async with world.db.read() as tx:
            found = await board_reads.find_board(tx, world.tenant, "laps")
            assert found is not None
            data = await board_reads.board_standings(tx, world.tenant, found, reader, scope="segment", segment="us")
        assert [(each["segment"], len(each["entries"])) for each in data["segments"]] == [(None, 1)]


class TestBoardsOfABalance:
    async def test_boards_follow_the_balance_whatever_changes_it(self, world: SmallGame) -> None:
        await board(world, "rich", ranked_by="gold", reset_cadence="monthly")
        await arrive(world, "ben")
        await world.run(boards.join, world.engine(), "ben", "rich")
        gold = [{"type": "currency", "currencyKey": "gold", "amount": 70}]
        given = await world.run(grants.create, world.engine(), ALICE, gold)
        await world.run(grants.claim, world.engine(), ALICE, given.data["grant"]["id"])
        await world.run(wallet.debit, world.server(None), ALICE, "gold", 30)
        shown = await look(world, "rich")
        assert [(entry["score"], entry["isSelf"]) for entry in shown["entries"]] == [(40, True), (0, False)]

    async def test_no_scores_are_sent_to_them(self, world: SmallGame) -> None:
        await board(world, "rich", ranked_by="gold")
        await arrive(world)
        with pytest.raises(RuleError) as refused:
            await score(world, 5, key="rich")
        assert refused.value.code is Code.SCORE_NOT_SUPPORTED

    async def test_joining_enters_the_current_balance(self, world: SmallGame) -> None:
        await arrive(world)
        await world.run(wallet.credit, world.server(None), ALICE, "gold", 12)
        await board(world, "rich", ranked_by="gold")
        entry = await world.run(boards.join, world.engine(), ALICE, "rich")
        assert entry.score == 12


async def test_joining_never_resets_a_score(world: SmallGame) -> None:
    await board(world)
    await arrive(world)
    assert (await world.run(boards.join, world.engine(), ALICE, "laps")).score == 0
    await score(world, 6)
    assert (await world.run(boards.join, world.engine(), ALICE, "laps")).score == 6


async def test_scores_at_once_all_count(world: SmallGame) -> None:
    await board(world, score_aggregation="sum")
    await arrive(world)
    names = [f"p{number}" for number in range(8)]
    await asyncio.gather(*(arrive(world, name) for name in names))
    await asyncio.gather(*(score(world, 1, ALICE if number % 2 else names[number % 8]) for number in range(32)))
    shown = await look(world)
    assert shown["self"] == {"rank": 1, "score": 16}
    assert sum(entry["score"] for entry in shown["entries"]) == 32


async def test_a_total_past_the_largest_number_is_refused(world: SmallGame) -> None:
    await board(world, score_aggregation="sum")
    await arrive(world)
    await score(world, 2.0**53 - 1)
    with pytest.raises(RuleError) as refused:
        await score(world, 2)
    assert refused.value.code is Code.CONFLICT


async def test_ranks_are_counted_down_to_a_limit(world: SmallGame) -> None:
    await board(world)
    for name, value in (("ann", 3), ("ben", 2), ("cid", 1)):
        await arrive(world, name)
        await score(world, value, name)
    entries = [tables.BoardEntryRecord.of(row) for row in await world.rows(tables.board_entries)]
    async with world.db.read() as tx:
        found = {entry.score: await standings.rank_among(tx, standings.of_entry(entry), entry, 2) for entry in entries}
    assert found == {3: 1, 2: 2, 1: None}
