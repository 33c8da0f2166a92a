"""Mending an attempt (player-tools: Force-complete an attempt, Retry the reward roll)."""

from __future__ import annotations

from kraty_console.backend.events import attempt_rewards, attempts
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.contract.actions import ForceComplete, RetryRewardRoll


async def force_complete(call: Call) -> HandlerReply:
    """Complete an attempt that never finished; its rewards are not rolled."""
    attempt_id = call.id("attemptId", "Attempt")
    asked = await call.body(ForceComplete)
    return await call.change(
        asked, lambda tx, ctx: attempts.force_complete(tx, ctx, attempt_id, final_score=asked.final_score)
    )


async def retry_reward_roll(call: Call) -> HandlerReply:
    """Roll an attempt's rewards, if that failed or never happened."""
    attempt_id = call.id("attemptId", "Attempt")
    asked = await call.body(RetryRewardRoll)
    return await call.change(asked, lambda tx, ctx: attempt_rewards.retry_roll(tx, ctx, attempt_id))
