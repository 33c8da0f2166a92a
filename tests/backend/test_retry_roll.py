"""Retry the reward roll (contract/README.md#retry-roll)."""

from __future__ import annotations

import pytest

from kraty_console.backend.events import attempt_rewards as rewards
from kraty_console.backend.events import attempts
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.backend.test_settling import settle
from tests.harness.backend.admin_actions import unpaid
from tests.harness.backend.small_game import DAY, SmallGame


async def test_a_restored_table_pays_the_same_rewards(world: SmallGame) -> None:
    attempt_id = await unpaid(world)
    answer = await world.run(rewards.retry_roll, world.admin(), attempt_id)
    assert answer.data["grantCount"] == len(answer.data["grants"]) == 2
    assert answer.data["attempt"]["roll"]["status"] == "rolled"
    assert answer.data["attempt"]["grantIds"] == [grant["id"] for grant in answer.data["grants"]]
    (row,) = await world.rows(tables.audit)
    assert row["metadata"] == {"grantCount": 2}


async def test_force_complete_then_roll(world: SmallGame) -> None:
    attempt = await world.play(score=4)
    with pytest.raises(RuleError) as refused:
        await world.run(rewards.retry_roll, world.admin("key-0000"), attempt["id"])
    assert refused.value.details == {"status": "in_progress"}
    await world.run(attempts.force_complete, world.admin(), attempt["id"])
    answer = await world.run(rewards.retry_roll, world.admin(), attempt["id"])
    assert answer.data["grantCount"] == 2


async def test_linked_grants_refuse_a_second_roll(world: SmallGame) -> None:
    attempt = await world.play()
    with pytest.raises(RuleError) as refused:
        await world.run(rewards.retry_roll, world.admin(), attempt["id"])
    assert refused.value.code is Code.CONFLICT
    assert refused.value.details == {"grantIds": attempt["grantIds"]}


async def test_a_roll_without_rewards_counts_as_rolled(world: SmallGame) -> None:
    for n in range(3):
        await world.play("ladder", 20, f"better_{n}")
    attempt = await world.play("ladder", 10)
    await settle(world.later(DAY))
    [row] = await world.rows(tables.attempts, attempt_id=attempt["id"])
    assert row["roll_status"] == "rolled"
    with pytest.raises(RuleError) as refused:
        await world.run(rewards.retry_roll, world.admin(), attempt["id"])
    assert refused.value.details == {"grantIds": []}


async def test_policy_none_says_so(world: SmallGame) -> None:
    attempt = await world.play("quiet")
    with pytest.raises(RuleError, match="reward policy is none") as refused:
        await world.run(rewards.retry_roll, world.admin(), attempt["id"])
    assert refused.value.status == 409


async def test_a_roll_that_fails_again_is_kept_on_the_attempt(world: SmallGame) -> None:
    await world.archive()
    attempt = await world.play()
    again = world.later(1000)
    with pytest.raises(RuleError) as refused:
        await again.run(rewards.retry_roll, again.admin(), attempt["id"])
    assert (refused.value.code, refused.value.status) == (Code.CONFLICT, 409)
    assert refused.value.details["rollError"] == 'table "daily_gold" was archived'
    (kept,) = await world.rows(tables.attempts)
    assert (kept["roll_status"], kept["roll_at"]) == ("failed", again.now)
    (row,) = await world.rows(tables.audit)
    assert row["metadata"] == {"grantCount": 0, "rollError": 'table "daily_gold" was archived'}
    # The same key gets the same answer; a new key rolls again.
    await world.restore()
    with pytest.raises(RuleError) as replayed:
        await again.run(rewards.retry_roll, again.admin(), attempt["id"])
    assert (replayed.value.replayed, replayed.value.details) == (True, refused.value.details)
    answer = await again.run(rewards.retry_roll, again.admin("key-0002"), attempt["id"])
    assert answer.data["grantCount"] == 2
