"""Leaderboards over /sdk/v1 and /server/v1 by their published shapes
(contract/SERVER.md#scores, contract/SDK.md#leaderboards)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.boards import (
    BoardStandings,
    EventLeaderboard,
    Leaderboard,
    LeaderboardPeriods,
    Scored,
)
from tests.harness.contract.collectables import define_progressions, event_board, manage, put_board
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import NOW, Answered
from tests.harness.contract.troubled_game import HOUR, TroubledGame

BOARD = "/leaderboards/best_lap"
WEEK = 7 * 24 * HOUR


def serve_score(world: TroubledGame, value: float, player: str = "alice", **more: Any) -> Answered:
    return world.serve("POST", f"{BOARD}/score", {"externalPlayerId": player, "value": value, **more})


def finalize(world: TroubledGame, leaderboard_id: str) -> None:
    async def work(tx: Transaction) -> None:
        row = await tx.get(tables.leaderboards, world.tenant.studio_id, world.tenant.game_id, leaderboard_id)
        assert row is not None
        tx.change(row, finalized_at=world.backend.clock.ms, finalized_reason="window_closed")

    world.backend.run(work)


class TestOfAnEvent:
    def test_an_event_board_can_be_read_without_a_player_secret(self, world: TroubledGame) -> None:
        leaderboard_id = event_board(world)
        define_progressions(world)
        world.hold("alice", "xp", 12)
        world.hold("alice", "gold", 7)
        path = f"/event-leaderboards/{leaderboard_id}"
        told = exactly(EventLeaderboard, world.play("GET", path).data)
        assert (told.finalized, told.mode, told.self) == (False, "global", None)
        [entry] = told.entries
        assert (entry.name, entry.score, entry.rank, entry.is_self, entry.kind) == ("Alice", 3, 1, False, "player")
        own = world.play("GET", f"{path}?externalId=alice&includeSelf=true&limit=1&progression=gold,xp,fame").data
        assert own["self"] == {"rank": 1, "score": 3}
        assert (own["entries"][0]["isSelf"], own["entries"][0]["progression"]) == (True, {"xp": 12, "fame": 0})
        assert world.play("GET", f"{path.upper().replace('/EVENT-LEADERBOARDS', '/event-leaderboards')}").status == 200

    def test_an_invalid_id_is_distinguished_from_a_missing_one(self, still: TroubledGame) -> None:
        assert still.play("GET", "/event-leaderboards/daily").fields == ["leaderboardId"]
        missing = still.play("GET", f"/event-leaderboards/{still.tenant.game_id}")
        assert (missing.status, missing.error["code"]) == (404, "not_found")
        other = still.backend.call(
            "GET", f"/sdk/v1/event-leaderboards/{event_board(still)}", token=still.keys["other_client"]
        )
        assert other.status == 404

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("includeSelf=yes", "includeSelf"),
            ("progression=a,b,c,d,e,f,g,h,i", "progression"),
        ],
    )
    def test_a_request_that_cannot_be_sent_is_named(self, still: TroubledGame, query: str, field: str) -> None:
        assert still.play("GET", f"/event-leaderboards/{event_board(still)}?{query}").fields == [field]

    def test_joining_has_an_entry_until_it_is_final(self, world: TroubledGame) -> None:
        leaderboard_id = event_board(world)
        path = f"/players/alicia/event-leaderboards/{leaderboard_id}/join"
        told = exactly(EventLeaderboard, world.play("POST", f"{path}?limit=1", {}, who="alicia").data)
        assert (told.joined, len(told.entries)) == (True, 1)
        assert told.self is not None
        assert (told.self.rank, told.self.score) == (2, 0)
        before = world.backend.counts()
        assert world.play("POST", path, who="alicia").status == 200
        assert world.backend.counts() == before
        finalize(world, leaderboard_id)
        late = world.play("POST", path, {}, who="alicia")
        assert (late.status, late.error["code"]) == (409, "conflict")
        final = world.play("GET", f"/event-leaderboards/{leaderboard_id}").data
        assert (final["finalized"], final["finalizedReason"]) == (True, "window_closed")


class TestOfTheGame:
    def test_the_studio_scores_and_the_game_reads(self, world: TroubledGame) -> None:
        board_id = put_board(world, score_aggregation="sum")
        body = {"idempotencyKey": "k", "segment": "not looked at"}
        first = serve_score(world, 4, **body)
        scored = exactly(Scored, first.data)
        assert (first.status, scored.leaderboard_id, scored.score, scored.rank) == (200, board_id, 4, 1)
        assert serve_score(world, 4, **body).data == first.data
        assert serve_score(world, 5, **body).error["code"] == "idempotency_conflict"
        assert serve_score(world, 1.5).data["score"] == 5.5
        serve_score(world, 9, "alicia")
        read = world.play("GET", f"{BOARD}?externalId=alice&includeSelf=true&limit=1")
        told = exactly(Leaderboard, read.data)
        assert (told.key, told.leaderboard_id, told.score_aggregation) == ("best_lap", board_id, "sum")
        assert (told.segment, len(told.entries), told.entries[0].is_self) == (None, 1, False)
        assert told.self is not None
        assert (told.self.rank, told.self.score) == (2, 5.5)
        assert world.play("GET", BOARD).data["self"] is None

    def test_players_score_where_the_game_takes_it(self, world: TroubledGame) -> None:
        put_board(world)
        put_board(world, "rich", ranked_by="gold")
        path = f"/players/alice{BOARD}/score"
        refused = world.play("POST", path, {"value": 3}, who="alice")
        assert (refused.status, refused.error["code"]) == (403, "client_scoring_disabled")
        manage(world, "platform", acceptClientScores=True)
        assert exactly(Scored, world.play("POST", path, {"value": 3}, who="alice").data).score == 3
        followed = world.play("POST", "/players/alice/leaderboards/rich/score", {"value": 3}, who="alice")
        assert (followed.status, followed.error["code"]) == (400, "score_not_supported")
        assert world.play("POST", "/players/alice/leaderboards/nope/score", {"value": 3}, who="alice").status == 404

    def test_a_missing_player_or_item_is_404(self, world: TroubledGame) -> None:
        put_board(world)
        assert serve_score(world, 1, "ghost").status == 404
        for value in ("3", True, None, 2**53):
            assert serve_score(world, value).fields == ["value"]  # type: ignore[arg-type]
        for path in ("", "/standings", "/periods"):
            assert world.play("GET", f"/leaderboards/nope{path}").status == 404

    def test_joining_a_board_returns_the_rank(self, world: TroubledGame) -> None:
        put_board(world, segments=[{"by": "context", "key": "region"}])
        path = f"/players/alice{BOARD}/join"
        told = exactly(Leaderboard, world.play("POST", path, {"segment": "eu"}, who="alice").data)
        assert (told.joined, told.segment) == (True, "eu")
        assert told.self is not None
        assert (told.self.rank, told.self.score) == (1, 0)

    def test_ones_own_segment_is_the_one_last_scored_in(self, world: TroubledGame) -> None:
        put_board(world, segments=[{"by": "context", "key": "region"}], reset_cadence="weekly")

        def own() -> list[str | None]:
            told = world.play("GET", f"{BOARD}/standings?scope=self_segment&externalId=alice").data
            return [each["segment"] for each in told["segments"]]

        assert own() == [None]  # nothing is known
        world.serve("POST", "/migrate/players", {"rows": [
            {"externalPlayerId": "alice", "contextSnapshot": {"region": "asia"}, "idempotencyKey": "context-1"}
        ]})  # fmt: skip
        assert own() == ["asia"]
        world.play("POST", f"/players/alice{BOARD}/join", {"segment": "joined"}, who="alice")
        assert own() == ["asia"]  # who joins has not scored
        for region, value in (("eu", 9), ("us", 5), ("eu", 1)):
            serve_score(world, value, segment=region)
            world.backend.clock.ms += 1000
            assert own() == [region], "a worse score is a score, too"
        world.backend.clock.ms += WEEK
        assert own() == ["eu"]  # of the week before
        world.backend.clock.ms -= WEEK + 3000

    def test_standings_by_segment(self, world: TroubledGame) -> None:
        put_board(world, segments=[{"by": "context", "key": "region"}])
        for player, region, value in (("alice", "eu", 3), ("alicia", "us", 5), ("alicia", "eu", 4)):
            assert serve_score(world, value, player, segment=region).status == 200

        def ask(query: str) -> list[tuple[Any, ...]]:
            told = exactly(BoardStandings, world.play("GET", f"{BOARD}/standings?{query}").data)
            return [(each.segment, each.participated, each.self_rank, len(each.entries)) for each in told.segments]

        assert ask("externalId=alice") == [("eu", True, 2, 2), ("us", False, None, 1)]
        assert ask("scope=mine&externalId=alice") == [("eu", True, 2, 2)]
        assert ask("scope=segment&segment=us&limit=1") == [("us", False, None, 1)]
        assert ask("scope=self_segment&externalId=ghost") == []
        cut = world.play("GET", f"{BOARD}/standings?maxSegments=1").data
        assert (len(cut["segments"]), cut["segmentsTruncated"]) == (1, True)
        for query, field in (
            ("scope=everything", "scope"),
            ("scope=mine", "externalId"),
            ("scope=segment", "segment"),
            ("maxSegments=101", "maxSegments"),
            ("period=yesterday", "period"),
            ("period=2200-01-01T00:00:00Z", "period"),
            ("period=1900-01-01T00:00:00Z", "period"),
            ("segment=" + "x" * 201, "segment"),
        ):
            assert world.play("GET", f"{BOARD}/standings?{query}").fields == [field], query

    def test_periods_that_are_over_can_be_read(self, world: TroubledGame) -> None:
        put_board(world, reset_cadence="weekly")
        serve_score(world, 3)
        world.backend.clock.ms = NOW + 2 * WEEK
        told = exactly(LeaderboardPeriods, world.play("GET", f"{BOARD}/periods").data)
        assert [f"{each.period_started_at:%a %d %H:%M}" for each in told.periods if each.period_started_at] == [
            "Mon 01 00:00",
            "Mon 25 00:00",
        ]
        assert len(world.play("GET", f"{BOARD}/periods?limit=1").data["periods"]) == 1
        assert world.play("GET", f"{BOARD}/periods?limit=53").fields == ["limit"]
        assert world.play("GET", f"{BOARD}?period=current").data["entries"] == []
        first = world.play("GET", f"{BOARD}/periods").data["periods"][-1]["periodStartedAt"]
        then = world.play("GET", f"{BOARD}?period={first}").data
        assert (then["period"], [entry["score"] for entry in then["entries"]]) == (first, [3])
