"""Settling rewards by rank and from a pool: once, from the frozen ranking of a final board, in whole numbers."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from kraty_console.backend.admin_cli import game_document as definitions
from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.events import attempt_rewards as rewards
from kraty_console.backend.events import attempts
from kraty_console.backend.leaderboards import settlement as settling
from kraty_console.backend.leaderboards.settlement import split_pool
from kraty_console.backend.lifecycle import merge
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.rules import set_aside
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.definitions import GameDocument
from kraty_console.contract.limits import MAX_BALANCE
from tests.harness.backend.playable_events import define, drain
from tests.harness.backend.small_game import ALICE, DAY, HOUR, NOW, SmallGame

GEMS = [{"type": "currency", "currencyKey": "gems", "amount": 5}]
SETTLING = (
    sweeps.expire_attempts,
    sweeps.end_lobbies,
    sweeps.close_windows,
    sweeps.freeze_rankings,
    sweeps.pay_awards,
)


async def settle(world: SmallGame) -> None:
    """Run all due work of the worker."""
    for sweep in SETTLING:
        await drain(sweep, world)


async def gold_of(world: SmallGame, external_id: str, key: str = "gold") -> list[int]:
    """The amounts of a currency that the player was granted."""
    player = await world.player(external_id)
    rows = await world.rows(tables.grants, player_id=player["player_id"])
    entries = [entry for row in rows for entry in row["contents"].get("entries", [])]
    return [entry["amount"] for entry in entries if entry.get("currencyKey") == key]


class TestAPool:
    async def test_nothing_is_paid_before_the_window_has_closed(self, world: SmallGame) -> None:
        attempt = await world.play("pool", 11)
        assert (attempt["status"], attempt["roll"]["status"], attempt["grantIds"]) == ("completed", "none", [])
        await settle(world.later(DAY - 1))
        assert await world.rows(tables.grants) == []

    async def test_a_pool_never_pays_more_than_it_holds(self, world: SmallGame) -> None:
        scores = {"ann": 10, "ben": 11, "cid": 12, "dot": 20, "eve": 10}
        for external_id, score in scores.items():
            await world.play("pool", score, external_id)
        await settle(world.later(DAY))
        paid = {external_id: await gold_of(world, external_id) for external_id in scores}
        assert sum(sum(amounts) for amounts in paid.values()) == 1000
        assert {external_id: sum(amounts) for external_id, amounts in paid.items()} == dict(
            zip(scores, split_pool(1000, [(score, 0) for score in scores.values()]), strict=True)
        )

    async def test_a_player_has_one_share_whatever_the_number_of_attempts(self, world: SmallGame) -> None:
        for score in (20, 10, 15):
            await world.play("pool", score)
        await world.play("pool", 20, "ben")
        await settle(world.later(DAY))
        assert [await gold_of(world, name) for name in (ALICE, "ben")] == [[500], [500]]
        states = {row["roll_status"] for row in await world.rows(tables.attempts)}
        assert states == {"rolled"}

    async def test_unfinished_attempts_get_no_share(self, world: SmallGame) -> None:
        await world.play("pool", 10)
        await world.play("pool", 9, "ben")
        await settle(world.later(DAY))
        assert (await gold_of(world, ALICE), await gold_of(world, "ben")) == ([1000], [])

    async def test_bots_get_no_share(self, world: SmallGame) -> None:
        pool = {"type": "shared_pool", "pool": 100, "currencyKey": "gold"}
        more = {"fill_bots": True, "fill_timeout_seconds": 0}
        await define(world, "pit", leaderboard_mode=lobbies.MODE, capacity=5, reward_policy=pool, more=more)
        attempt = (await world.run(attempts.start, world.engine(), ALICE, "pit")).data["attempt"]
        await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], 10)
        await settle(world)  # the only one in the lobby has played: it is over before its window
        assert await gold_of(world, ALICE) == [100]

    async def test_each_environment_has_its_own_pool(self, world: SmallGame) -> None:
        await world.play("pool", 10)
        for environment in ("live", "test"):
            ctx = world.engine(environment=environment)
            attempt = (await world.run(attempts.start, ctx, "ben", "pool")).data["attempt"]["id"]
            await world.run(attempts.progress, ctx, "ben", attempt, {"wins": 10})
        await settle(world.later(DAY))
        amounts = sorted(row["contents"]["entries"][0]["amount"] for row in await world.rows(tables.grants))
        assert amounts == [500, 500, 1000]

    async def test_earlier_payments_are_subtracted_from_the_pool(self, world: SmallGame) -> None:
        first = await world.play("pool", 20, "ann")
        ann = await world.player("ann")

        async def pay_as_before(tx: Transaction, ctx: Context) -> None:
            place = (ann[name] for name in ("studio_id", "game_id", "player_id"))
            player = await tx.get(tables.players, *place, lock=True)
            assert player is not None
            attempt = await tx.get(tables.attempts, *player.primary_key(), first["id"])
            assert attempt is not None
            event = await catalog.event_by_key(tx, ctx, "race")
            bundle = {"bundle": {"entries": [{"type": "currency", "currencyKey": "gold", "amount": 400}]}}
            tx.change(event, reward_policy={"type": "fixed_bundle", **bundle})
            await rewards.pay(tx, ctx, player, attempt, event)

        await world.run(pay_as_before, world.engine())
        await world.play("pool", 20, "ben")
        await settle(world.later(DAY))
        assert [await gold_of(world, name) for name in ("ann", "ben")] == [[400], [600]]


class TestByRank:
    async def test_the_final_place_decides_the_tier(self, world: SmallGame) -> None:
        for external_id, score in (("fourth", 13), ("third", 14), ("second", 15), ("first", 20)):
            await world.play("ladder", score, external_id)
        await settle(world.later(DAY))
        assert [await gold_of(world, name, "gems") for name in ("second", "third", "fourth")] == [[5], [5], []]
        first = await world.player("first")
        assert {row["kind"] for row in await world.rows(tables.grants, player_id=first["player_id"])} == {
            "reward",
            "crate",
        }
        states = {row["roll_status"] for row in await world.rows(tables.attempts)}
        assert states == {"rolled"}

    async def test_a_player_is_paid_for_one_rank(self, world: SmallGame) -> None:
        for turn in range(3):
            await world.play("ladder", 15 + turn, "ann")
            await world.play("ladder", 14 + turn, "ben")
        await settle(world.later(DAY))
        assert await gold_of(world, "ben", "gems") == [5]
        player = await world.player("ann")
        rewarded = {row["attempt_id"] for row in await world.rows(tables.grants, player_id=player["player_id"])}
        best = [row["attempt_id"] for row in await world.rows(tables.attempts, score=17.0)]
        assert rewarded == set(best)

    async def test_a_tier_that_cannot_be_rolled_fails_and_can_be_retried(self, world: SmallGame) -> None:
        await world.archive()
        attempt = await world.play("ladder", 20)
        over = world.later(DAY)
        await settle(over)
        [row] = await world.rows(tables.attempts)
        assert (row["roll_status"], row["roll_error"]) == ("failed", 'table "daily_gold" was archived')
        await world.restore()
        answer = await over.run(rewards.retry_roll, over.admin(), attempt["id"])
        assert answer.data["grantCount"] == 2

    async def test_a_force_completed_expired_attempt_has_its_rank_of_the_frozen_ranking(self, world: SmallGame) -> None:
        hung = await world.play("ladder", 9, "ann")
        await world.play("ladder", 12, "ben")
        over = world.later(DAY)
        await settle(over)
        await over.run(attempts.force_complete, over.admin(), hung["id"], final_score=20)
        answer = await over.run(rewards.retry_roll, over.admin("key-0002"), hung["id"])
        assert [grant["contents"]["entries"] for grant in answer.data["grants"]] == [GEMS]  # the second place

    async def test_an_attempt_without_a_rank_gets_nothing(self, world: SmallGame) -> None:
        hung = (await world.run(attempts.start, world.engine(), ALICE, "ladder")).data["attempt"]
        over = world.later(DAY)
        await settle(over)
        await over.run(attempts.force_complete, over.admin(), hung["id"], final_score=20)
        answer = await over.run(rewards.retry_roll, over.admin("key-0002"), hung["id"])
        assert (answer.data["grantCount"], answer.data["attempt"]["roll"]["status"]) == (0, "rolled")

    async def test_a_board_of_an_older_version_pays_by_current_rank(self, world: SmallGame) -> None:
        await world.archive()
        attempt = await world.play("ladder", 20)

        async def close_as_before(tx: Transaction, _ctx: Context) -> None:
            table = tables.leaderboards
            here = table.c.game_id == world.tenant.game_id
            await tx.execute(table.update().where(here).values(finalized_at=1, frozen_at=settling.NEVER_FROZEN))

        await world.run(close_as_before, world.engine())
        await world.restore()
        answer = await world.run(rewards.retry_roll, world.admin(), attempt["id"])
        assert answer.data["grantCount"] == 2


@pytest.mark.parametrize("event", ["ladder", "pool"])
class TestBoth:
    async def test_a_retry_before_the_window_closes_says_when_it_does(self, world: SmallGame, event: str) -> None:
        attempt = await world.play(event, 12)
        with pytest.raises(RuleError, match="once its window has closed") as refused:
            await world.run(rewards.retry_roll, world.admin(), attempt["id"])
        assert refused.value.status == 409
        assert refused.value.details["windowEndsAt"] == attempt["windowEndsAt"]
        assert await world.rows(tables.idempotency) == []

    async def test_force_completed_attempts_are_paid_with_the_others(self, world: SmallGame, event: str) -> None:
        attempt = await world.play(event, 3)
        await world.run(attempts.force_complete, world.admin(), attempt["id"], final_score=15)
        await settle(world.later(DAY))
        assert {row["attempt_id"] for row in await world.rows(tables.grants)} == {attempt["id"]}

    async def test_a_window_is_settled_once_by_concurrent_workers(self, world: SmallGame, event: str) -> None:
        for number in range(7):
            await world.play(event, 10 + number, f"player {number}")
        over = world.later(DAY)
        for _ in range(2):
            await asyncio.gather(*(settle(over) for _ in range(3)))
            await settle(over)
        by_attempt = [row["attempt_id"] for row in await world.rows(tables.attempt_rolls)]
        assert len(by_attempt) == len(set(by_attempt)) == 7
        if event == "pool":
            assert sum([sum(await gold_of(world, f"player {number}")) for number in range(7)]) == 1000

    async def test_what_changes_after_the_freeze_changes_no_award(self, world: SmallGame, event: str) -> None:
        await world.play(event, 12, "ann")
        await world.play(event, 11, "ben")
        over = world.later(DAY)
        for sweep in SETTLING[:-1]:
            await drain(sweep, over)
        awards = await world.rows(tables.attempt_awards)

        async def spoil(tx: Transaction, ctx: Context) -> None:
            entries = tables.leaderboard_entries
            await tx.execute(
                entries.update()
                .where(entries.c.game_id == world.tenant.game_id, entries.c.score == 11)
                .values(score=1e9)
            )
            row = await catalog.event_by_key(tx, ctx, event)
            tx.change(row, reward_policy={"type": "none"})

        await over.run(spoil, over.engine())
        await drain(sweeps.freeze_rankings, over)
        await drain(sweeps.pay_awards, over)
        after = await world.rows(tables.attempt_awards)
        assert [row["reward"] for row in after] == [row["reward"] for row in awards]
        assert {row["roll_status"] for row in await world.rows(tables.attempts)} == {"rolled"}
        paid = {row["attempt_id"] for row in await world.rows(tables.grants)}
        assert paid == {row["attempt_id"] for row in awards}

    async def test_the_ranking_waits_for_attempts_to_be_ended_but_not_for_ever(
        self, world: SmallGame, event: str
    ) -> None:
        await world.play(event, 12, "ann")
        late = await world.play(event, 3, "ben")
        over = world.later(DAY)

        async def lose_the_event(tx: Transaction, _ctx: Context) -> None:
            table = tables.attempts
            await tx.execute(table.update().where(table.c.attempt_id == late["id"]).values(event_id=world.new_id()))

        await world.run(lose_the_event, world.engine())
        await drain(sweeps.close_windows, over)
        assert await drain(sweeps.freeze_rankings, over) == 0
        for _ in range(set_aside.AFTER):
            await drain(sweeps.expire_attempts, over)
            over = over.later(set_aside.DAY_MS)
        assert await drain(sweeps.freeze_rankings, over) == 1

    async def test_an_invalid_award_does_not_block_the_others(self, world: SmallGame, event: str) -> None:
        for number in range(3):
            await world.play(event, 12 + number, f"player {number}")
        over = world.later(DAY)
        for sweep in SETTLING[:-1]:
            await drain(sweep, over)
        bad = next(row for row in await world.rows(tables.attempt_awards) if row["reward"] is not None)

        async def spoil(tx: Transaction, _ctx: Context) -> None:
            table = tables.attempt_awards
            await tx.execute(table.update().where(table.c.attempt_id == bad["attempt_id"]).values(reward={"x": 1}))

        await over.run(spoil, over.engine())
        await drain(sweeps.pay_awards, over)
        settled = {row["attempt_id"]: row["settled_at"] for row in await world.rows(tables.attempt_awards)}
        assert [key for key, at in settled.items() if at is None] == [bad["attempt_id"]]
        assert [row["row_id"] for row in await world.rows(tables.sweep_failures)] == [bad["attempt_id"]]

    async def test_a_merge_reassigns_awards(self, world: SmallGame, event: str) -> None:
        await world.play(event, 12, "guest")
        await world.play(event, 11, "user")
        over = world.later(DAY)
        for sweep in SETTLING[:-1]:
            await drain(sweep, over)
        await over.run(merge.merge, over.server(), "guest", "user")
        await drain(sweeps.pay_awards, over)
        user = await world.player("user")
        attempts_ = {row["attempt_id"] for row in await world.rows(tables.attempts, player_id=user["player_id"])}
        paid = {row["attempt_id"] for row in await world.rows(tables.grants, player_id=user["player_id"])}
        assert len(attempts_) == 2
        assert paid == attempts_

    async def test_a_window_that_is_made_shorter_takes_its_attempts_with_it(self, world: SmallGame, event: str) -> None:
        await world.play(event, 3)
        row = (await world.rows(tables.events, key=event))[0]
        document: dict[str, Any] = {
            "events": [
                {
                    "key": event,
                    "name": "Sooner",
                    "metrics": [{"key": "wins", "target": 10}],
                    "rewardPolicy": row["reward_policy"],
                    "windows": [{"startsAt": "2026-09-20T14:13:20Z", "endsAt": "2026-09-21T15:13:20Z"}],
                }
            ]
        }
        game_document = GameDocument.model_validate(document)
        assert (game_document.events[0].windows[0].starts_at, game_document.events[0].windows[0].ends_at) == (
            NOW - DAY,
            NOW + HOUR,
        )
        await world.run(definitions.load, world.engine(), game_document)
        [attempt] = await world.rows(tables.attempts)
        assert attempt["ends_at"] == NOW + HOUR


class TestShares:
    @pytest.mark.parametrize(
        ("pool", "scores", "given"),
        [
            (1000, [(1, 0), (1, 0), (1, 0)], [334, 333, 333]),
            (1000, [(1, 9), (1, 5), (1, 7)], [333, 334, 333]),
            (10, [(3, 0), (3, 0), (1, 0)], [4, 4, 2]),
            (2, [(5, 3), (5, 2), (5, 1)], [0, 1, 1]),
            (7, [], []),
            (7, [(0, 0), (0, 0)], [0, 0]),
            (0, [(1, 0)], [0]),
            (-5, [(1, 0)], [0]),
            (100, [(0.1, 0), (0.2, 0)], [33, 67]),
            (MAX_BALANCE, [(MAX_BALANCE, 0), (MAX_BALANCE, 1)], [MAX_BALANCE // 2 + 1, MAX_BALANCE // 2]),
            (5, [(5e-324, 0), (1e308, 0)], [0, 5]),
        ],
    )
    def test_a_pool_is_divided_to_the_last_unit(
        self, pool: int, scores: list[tuple[float, int]], given: list[int]
    ) -> None:
        assert split_pool(pool, scores) == given

    def test_shares_add_up_to_the_pool_and_follow_the_scores(self) -> None:
        chance = random.Random(7)
        for _ in range(300):
            pool = chance.choice([1, 7, 1000, 10**12, MAX_BALANCE])
            scores = [(chance.choice([0, 1, 1e-9, 0.3, 7, 1e15, chance.random()]), 0) for _ in range(9)]
            given = split_pool(pool, scores)
            assert sum(given) == (pool if any(score for score, _ in scores) else 0)
            for (score, _), share in zip(scores, given, strict=True):
                assert all(share >= other - 1 for (less, _), other in zip(scores, given, strict=True) if less <= score)
