"""The rewards of an attempt, rolled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kraty_console.backend.audit import trail
from kraty_console.backend.catalog import definitions
from kraty_console.backend.events.attempt_views import attempt_view, grant_ids, refuse_stale_attempt
from kraty_console.backend.leaderboards import service as leaderboards
from kraty_console.backend.leaderboards import settlement
from kraty_console.backend.players.owned_rows import locate_attempt
from kraty_console.backend.rewards import grant_issuing, rolls
from kraty_console.backend.rewards.grant_issuing import GrantSource
from kraty_console.backend.rewards.rolls import Entry, RollFailed
from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.rules import formats, idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError, conflict
from kraty_console.backend.rules.versions import with_version
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import (
    AttemptAwardRecord,
    AttemptRecord,
    EventRecord,
    GrantRecord,
    PlayerRecord,
)
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

RETRY: Final = "grant.retry_reward_roll"

COMPLETION: Final = "event_completion"
MILESTONE: Final = "event_milestone"


async def pay(
    tx: Transaction,
    ctx: Context,
    player: PlayerRecord,
    attempt: AttemptRecord,
    event: EventRecord,
    award: AttemptAwardRecord | None = None,
) -> list[GrantRecord]:
    """Roll a completed attempt's rewards, record the result on the attempt, and return the grants.

    A roll that fails sets `roll_status` to `failed` with the reason, and makes no grants. Rewards that depend on the
    board are not rolled before its ranking is frozen; the `award` then counts, whatever the policy has become
    (`settlement`).
    """
    policy: Mapping[str, Any] = event.reward_policy
    if award is None and policy.get("type") == "none":
        tx.change(attempt, roll_status="not_configured", roll_error=None, roll_at=ctx.now_ms)
        return []
    if award is None and await _waits(tx, attempt, event):
        return []
    try:
        entries = await _entries(tx, ctx, attempt, policy, award)
    except RollFailed as failure:
        tx.change(attempt, roll_status="failed", roll_error=str(failure), roll_at=ctx.now_ms)
        return []
    tx.change(attempt, roll_status="rolled", roll_error=None, roll_at=ctx.now_ms)
    tx.add(
        tables.attempt_rolls,
        dict(zip(("studio_id", "game_id", "player_id", "attempt_id"), attempt.primary_key(), strict=True))
        | {"rolled_at": ctx.now_ms},
    )
    source = GrantSource(COMPLETION, attempt.attempt_id, attempt_id=attempt.attempt_id)
    return await grant_issuing.issue_rolled(tx, ctx, player, entries, source)


async def pay_award(tx: Transaction, ctx: Context, player: PlayerRecord, award: AttemptAwardRecord) -> None:
    """Pay the award of a locked player's attempt from its board's frozen ranking, once."""
    attempt = await tx.get(tables.attempts, *award.primary_key())
    assert attempt is not None, "an award is an attempt's"
    if await tx.get(tables.attempt_rolls, *attempt.primary_key()) is None:
        await pay(tx, ctx, player, attempt, await definitions.event(tx, ctx, attempt.event_id), award)
    tx.change(award, settled_at=ctx.now_ms)


async def pay_milestone(
    tx: Transaction, ctx: Context, player: PlayerRecord, attempt: AttemptRecord, milestone: Entry
) -> list[GrantRecord]:
    """Roll one milestone's rewards (contract/SDK.md#progress-and-finish); one that cannot be rolled pays nothing."""
    dice = await rolls.rng_for(tx, ctx, f"milestone/{attempt.attempt_id}/{milestone['key']}")
    try:
        entries = await rolls.resolve(tx, ctx, milestone["entries"], dice)
    except RollFailed:
        return []
    return await grant_issuing.issue_rolled(tx, ctx, player, entries, GrantSource(MILESTONE, attempt.attempt_id))


async def retry_roll(tx: Transaction, ctx: Context, attempt_id: str) -> RuleResult:
    """Roll a completed attempt's rewards if that failed or never happened (contract/README.md#retry-roll).

    409 `conflict`: not completed; grants are linked already (`details.grantIds`); rolled already; the policy is `none`;
    the rewards depend on a ranking that is not settled yet (`details.windowEndsAt`); or the roll failed again, which is
    recorded on the attempt (`details.rollError`).
    """
    earlier = await idempotency.replay(tx, ctx, RETRY, {"attemptId": attempt_id})
    if earlier is not None:
        return earlier
    player, attempt = await locate_attempt(tx, ctx, attempt_id)
    await refuse_stale_attempt(tx, ctx, attempt)
    event = await definitions.event(tx, ctx, attempt.event_id)
    linked = await grant_ids(tx, attempt)
    _refuse_retry(attempt, event, linked)
    award = await settlement.award_of(tx, attempt)
    if award is None and await _waits(tx, attempt, event):
        ends_at = (await definitions.window(tx, ctx, attempt.window_id)).ends_at
        conflict(
            f"The event '{event.key}' pays by its final ranking, once its window has closed; no manual roll is needed",
            rewardPolicy=event.reward_policy["type"],
            windowEndsAt=formats.timestamp(ends_at),
        )
    if await tx.get(tables.attempt_rolls, *attempt.primary_key()) is not None:
        conflict("The rewards of this attempt were rolled already, without a grant", grantIds=[])
    before = await attempt_view(tx, ctx, attempt, linked)
    made = await pay(tx, ctx, player, attempt, event, award)
    after = await attempt_view(tx, ctx, attempt, [grant.grant_id for grant in made])
    failed = attempt.roll_status == "failed"
    metadata: dict[str, Any] = {"grantCount": len(made)}
    if failed:
        metadata["rollError"] = attempt.roll_error
    audit_id = trail.record(
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
            f"The roll failed again: {attempt.roll_error}",
            {"rollError": attempt.roll_error, "audit": trail.audit_link(ctx, audit_id)},
            commit=True,
        )
        await idempotency.keep_refusal(tx, ctx, RETRY, refusal)
        raise refusal
    data = {
        "attempt": with_version(after, attempt),
        "grants": [with_version(serialize_grant(grant), grant) for grant in made],
        "grantCount": len(made),
        "audit": trail.audit_link(ctx, audit_id),
    }
    return await idempotency.keep(tx, ctx, RETRY, 200, data)


def _refuse_retry(attempt: AttemptRecord, event: EventRecord, linked: Sequence[str]) -> None:
    if attempt.status not in ("completed", "force_completed"):
        conflict(
            f"The attempt is {attempt.status}; rewards are rolled for completed attempts only",
            status=attempt.status,
        )
    if linked:
        conflict("The attempt has its rewards already", grantIds=list(linked))
    if event.reward_policy.get("type") == "none":
        conflict(f"The event '{event.key}' pays no rewards: its reward policy is none", rewardPolicy="none")


async def _waits(tx: Transaction, attempt: AttemptRecord, event: EventRecord) -> bool:
    """Whether the attempt's rewards are not known yet."""
    return settlement.waits_for_close(event.reward_policy) and await settlement.frozen_at(tx, attempt) is None


async def _entries(
    tx: Transaction, ctx: Context, attempt: AttemptRecord, policy: Mapping[str, Any], award: AttemptAwardRecord | None
) -> list[dict[str, Any]]:
    dice = await rolls.rng_for(tx, ctx, f"attempt/{attempt.attempt_id}")
    match policy.get("type"):
        case _ if award is not None:
            entries = await _awarded(tx, ctx, award)
        case "fixed_bundle":
            entries = await rolls.bundle_entries(tx, ctx, policy.get("bundle"))
        case settlement.BY_RANK | settlement.FROM_POOL:
            entries = await _without_award(tx, ctx, attempt, policy)
        case other:
            rolls.fail(f"the reward policy {other!r} is unknown")
    return await rolls.resolve(tx, ctx, entries, dice)


async def _awarded(tx: Transaction, ctx: Context, award: AttemptAwardRecord) -> Sequence[Entry]:
    """The award of the frozen ranking."""
    reward: Mapping[str, Any] | None = award.reward
    if reward is None:
        return []
    entries: Sequence[Entry] | None = reward.get("entries")
    return await rolls.bundle_entries(tx, ctx, reward["bundle"]) if entries is None else entries


async def _without_award(
    tx: Transaction, ctx: Context, attempt: AttemptRecord, policy: Mapping[str, Any]
) -> Sequence[Entry]:
    """The award of an attempt without a place in the frozen ranking: nothing. If no ranking was frozen, the tier of its
    current place."""
    if policy["type"] != settlement.BY_RANK or await settlement.frozen_at(tx, attempt) != settlement.NEVER_FROZEN:
        return []
    rank = await leaderboards.rank(tx, attempt)
    if rank is None:
        rolls.fail("the player has no place on the leaderboard")
    tier = settlement.tier_bundle(policy, rank)
    return [] if tier is None else await rolls.bundle_entries(tx, ctx, tier)
