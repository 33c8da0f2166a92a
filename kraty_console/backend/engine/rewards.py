"""The reward pipeline of an attempt: what its event pays, rolled once (player-tools: Retry the reward roll)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kraty_console.backend import answers
from kraty_console.backend.engine import audit, catalog, idempotency, issuing, leaderboards, places, rolls
from kraty_console.backend.engine.context import Answer, Context
from kraty_console.backend.engine.dice import Dice
from kraty_console.backend.engine.errors import RuleError, conflict
from kraty_console.backend.engine.issuing import Source
from kraty_console.backend.engine.rolls import Entry, RollFailed
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Row, Transaction
from kraty_console.contract.errors import Code

RETRY: Final = "grant.retry_reward_roll"

COMPLETION: Final = "event_completion"
MILESTONE: Final = "event_milestone"


async def pay(tx: Transaction, ctx: Context, player: Row, attempt: Row, event: Row) -> list[Row]:
    """Roll a completed attempt's rewards and note on the attempt how that went; the answer is the grants.

    A roll that cannot be made leaves `roll_status` `failed` with its reason, and no grants.
    """
    policy: Mapping[str, Any] = event["reward_policy"]
    if policy.get("type") == "none":
        tx.change(attempt, roll_status="not_configured", roll_error=None, roll_at=ctx.now_ms)
        return []
    try:
        entries = await _entries(tx, ctx, attempt, policy)
    except RollFailed as failure:
        tx.change(attempt, roll_status="failed", roll_error=str(failure), roll_at=ctx.now_ms)
        return []
    tx.change(attempt, roll_status="rolled", roll_error=None, roll_at=ctx.now_ms)
    tx.add(
        tables.attempt_rolls,
        dict(zip(("studio_id", "game_id", "player_id", "attempt_id"), attempt.key(), strict=True))
        | {"rolled_at": ctx.now_ms},
    )
    source = Source(COMPLETION, attempt["attempt_id"], attempt_id=attempt["attempt_id"])
    return await issuing.issue_rolled(tx, ctx, player, entries, source)


async def pay_milestone(tx: Transaction, ctx: Context, player: Row, attempt: Row, milestone: Entry) -> list[Row]:
    """Roll one milestone's rewards (kraty-api 9: Milestones); one that cannot be rolled pays nothing."""
    dice = Dice(f"milestone/{attempt['attempt_id']}/{milestone['key']}")
    try:
        entries = await rolls.resolve(tx, ctx, milestone["entries"], dice)
    except RollFailed:
        return []
    return await issuing.issue_rolled(tx, ctx, player, entries, Source(MILESTONE, attempt["attempt_id"]))


async def retry_roll(tx: Transaction, ctx: Context, attempt_id: str) -> Answer:
    """Roll a completed attempt's rewards when that failed or never happened (player-tools: Retry the reward roll).

    409 `conflict`: not completed; grants are linked already (`details.grantIds`); rolled already; the policy is `none`;
    or the roll failed again, which is kept on the attempt (`details.rollError`).
    """
    earlier = await idempotency.replay(tx, ctx, RETRY, {"attemptId": attempt_id})
    if earlier is not None:
        return earlier
    player, attempt = await places.locate_attempt(tx, ctx, attempt_id)
    event = await catalog.event(tx, ctx, attempt["event_id"])
    linked = await places.grant_ids(tx, attempt)
    _refuse_retry(attempt, event, linked)
    if await tx.get(tables.attempt_rolls, *attempt.key()) is not None:
        conflict("The rewards of this attempt were rolled already, and came to nothing", grantIds=[])
    before = await places.wire(tx, ctx, attempt, linked)
    made = await pay(tx, ctx, player, attempt, event)
    after = await places.wire(tx, ctx, attempt, [grant["grant_id"] for grant in made])
    failed = attempt["roll_status"] == "failed"
    metadata: dict[str, Any] = {"grantCount": len(made)}
    if failed:
        metadata["rollError"] = attempt["roll_error"]
    audit_id = audit.record(
        tx,
        ctx,
        RETRY,
        target_kind="attempt",
        target_id=attempt_id,
        player=player,
        metadata=metadata,
        before=before,
        after=after,
    )
    if failed:
        refusal = RuleError(
            Code.CONFLICT,
            f"The roll failed again: {attempt['roll_error']}",
            {"rollError": attempt["roll_error"], "audit": audit.link(ctx, audit_id)},
            commit=True,
        )
        await idempotency.keep_refusal(tx, ctx, RETRY, refusal)
        raise refusal
    data = {
        "attempt": after,
        "grants": [answers.grant(grant) for grant in made],
        "grantCount": len(made),
        "audit": audit.link(ctx, audit_id),
    }
    return await idempotency.keep(tx, ctx, RETRY, 200, data)


def _refuse_retry(attempt: Row, event: Row, linked: Sequence[str]) -> None:
    if attempt["status"] not in ("completed", "force_completed"):
        conflict(
            f"The attempt is {attempt['status']}; rewards are rolled for completed attempts only",
            status=attempt["status"],
        )
    if linked:
        conflict("The attempt has its rewards already", grantIds=list(linked))
    if event["reward_policy"].get("type") == "none":
        conflict(f"The event '{event['key']}' pays no rewards: its reward policy is none", rewardPolicy="none")


async def _entries(tx: Transaction, ctx: Context, attempt: Row, policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    dice = Dice(f"attempt/{attempt['attempt_id']}")
    match policy.get("type"):
        case "fixed_bundle":
            entries = await rolls.bundle_entries(tx, ctx, policy.get("bundle"))
        case "rank_scaled":
            entries = await _by_rank(tx, ctx, attempt, policy)
        case "shared_pool":
            entries = await _share(tx, attempt, policy)
        case other:
            rolls.fail(f"the reward policy {other!r} is unknown")
    return await rolls.resolve(tx, ctx, entries, dice)


async def _by_rank(tx: Transaction, ctx: Context, attempt: Row, policy: Mapping[str, Any]) -> Sequence[Entry]:
    """The bundle of the tier that the player's present place falls into; nothing below the last tier."""
    place = await leaderboards.rank(tx, attempt)
    if place is None:
        rolls.fail("the player has no place on the leaderboard")
    for tier in policy.get("tiers", []):
        if tier["fromRank"] <= place <= tier["toRank"]:
            return await rolls.bundle_entries(tx, ctx, tier["bundle"])
    return []


async def _share(tx: Transaction, attempt: Row, policy: Mapping[str, Any]) -> Sequence[Entry]:
    """The player's part of the pool: as the attempt's score is to all scores on the board now, rounded down."""
    pool = policy.get("pool")
    if type(pool) is not int or pool < 0:
        rolls.fail("the shared pool has no size")
    total = await leaderboards.total_score(tx, attempt)
    part = int(pool * attempt["score"] / total) if total > 0 else 0
    return [{"type": "currency", "currencyKey": policy.get("currencyKey"), "amount": min(part, pool)}]
