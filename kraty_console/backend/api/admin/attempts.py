"""Mending an attempt (player-tools: Force-complete an attempt, Retry the reward roll)."""

from __future__ import annotations

from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import Reply
from kraty_console.backend.engine import attempts, rewards
from kraty_console.contract.actions import ForceComplete, RetryRewardRoll


async def force_complete(call: Call) -> Reply:
    """Complete an attempt that never finished; its rewards are not rolled."""
    attempt_id = call.id("attemptId", "Attempt")
    asked = await call.body(ForceComplete)
    return await call.change(
        asked, lambda tx, ctx: attempts.force_complete(tx, ctx, attempt_id, final_score=asked.final_score)
    )


async def retry_reward_roll(call: Call) -> Reply:
    """Roll an attempt's rewards, if that failed or never happened."""
    attempt_id = call.id("attemptId", "Attempt")
    asked = await call.body(RetryRewardRoll)
    return await call.change(asked, lambda tx, ctx: rewards.retry_roll(tx, ctx, attempt_id))
