"""Force-complete an attempt (contract/README.md#force-complete)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kraty_console.backend.events import attempts
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.small_game import ALICE, DAY, SmallGame


async def test_in_progress_keeps_its_score_and_rolls_nothing(world: SmallGame) -> None:
    attempt = await world.play(score=4)
    answer = await world.run(attempts.force_complete, world.admin(), attempt["id"])
    done = answer.data["attempt"]
    assert (done["status"], done["score"], done["roll"]["status"]) == ("force_completed", 4, "none")
    assert done["completedAt"] is not None
    assert done["grantIds"] == []
    assert await world.rows(tables.grants) == []


async def test_a_final_score_moves_the_board(world: SmallGame) -> None:
    attempt = await world.play(score=4)
    await world.run(attempts.force_complete, world.admin(), attempt["id"], final_score=17)
    assert [row["score"] for row in await world.rows(tables.leaderboard_entries)] == [17]


async def test_a_lower_final_score_leaves_the_players_best(world: SmallGame) -> None:
    best = await world.play(score=9)
    await world.play(score=6)
    await world.run(attempts.force_complete, world.admin(), best["id"], final_score=2)
    entries = await world.rows(tables.leaderboard_entries)
    assert [row["score"] for row in entries] == [6]


async def test_expired_can_be_completed_and_the_totals_follow(world: SmallGame) -> None:
    attempt = await world.play(score=4)
    after = world.later(2 * DAY)
    await after.run(attempts.expire, after.engine(), ALICE, attempt["id"])
    assert (await world.player())["attempts_expired"] == 1
    answer = await after.run(attempts.force_complete, after.admin(), attempt["id"], final_score=10)
    assert answer.data["attempt"]["status"] == "force_completed"
    player = await world.player()
    assert (player["attempt_count"], player["attempts_completed"], player["attempts_expired"]) == (1, 1, 0)


async def test_completing_again_is_refused(world: SmallGame) -> None:
    attempt = await world.play()
    with pytest.raises(RuleError) as refused:
        await world.run(attempts.force_complete, world.admin(), attempt["id"])
    assert (refused.value.code, refused.value.status) == (Code.CONFLICT, 409)
    assert refused.value.details == {"status": "completed"}


@pytest.mark.parametrize("score", [-1, float("nan"), float("inf"), 10**400])
async def test_an_invalid_score(world: SmallGame, score: float) -> None:
    attempt = await world.play(score=4)
    with pytest.raises(RuleError) as refused:
        await world.run(attempts.force_complete, world.admin(), attempt["id"], final_score=score)
    assert refused.value.code is Code.VALIDATION_FAILED
    assert await world.rows(tables.idempotency, key="key-0001") == []


@pytest.mark.parametrize("attempt_id", ["", "x", "../grants", "0" * 36, "01900000-0000-7000-8000-00000000000A"])
async def test_an_unknown_id(world: SmallGame, attempt_id: str) -> None:
    with pytest.raises(RuleError) as refused:
        await world.run(attempts.force_complete, world.admin(), attempt_id)
    assert refused.value.code is Code.NOT_FOUND


async def test_the_audit_row_holds_before_and_after(world: SmallGame) -> None:
    attempt = await world.play(score=4)
    await world.run(attempts.force_complete, world.admin(), attempt["id"], final_score=12)
    (row,) = await world.rows(tables.audit)
    assert row["metadata"] == {"reason": "ticket says so"}
    assert (row["before"]["status"], row["before"]["score"]) == ("in_progress", 4)
    assert (row["after"]["status"], row["after"]["score"]) == ("force_completed", 12)
    assert (row["target_kind"], row["target_id"]) == ("attempt", attempt["id"])


async def test_another_game_has_no_such_attempt(world: SmallGame) -> None:
    attempt = await world.play(score=4)
    elsewhere = world.admin(None, tenant=replace(world.tenant, game_id=world.new_id()))
    with pytest.raises(RuleError) as refused:
        await world.run(attempts.force_complete, elsewhere, attempt["id"])
    assert refused.value.code is Code.NOT_FOUND
    assert [row["status"] for row in await world.rows(tables.attempts)] == ["in_progress"]
