"""Settle rewards by rank and from a shared pool: once, from a frozen ranking, in whole numbers.

When a board is final and no attempt on it is in progress, its ranking is frozen: each of its attempts gets an award,
which never changes. The awards are then paid one by one; later changes on the board do not affect them.

Of a player's attempts on a board one is paid: the one of the board's entry, if it was completed, else the best
that was. A pool is shared by score among the players who completed one; it never pays more than it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rules import set_aside
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptAwardRecord, AttemptRecord, LeaderboardRecord
from kraty_console.backend.storage.transaction import Transaction

BY_RANK: Final = "rank_scaled"
FROM_POOL: Final = "shared_pool"

NEVER_FROZEN: Final = 0
"""`frozen_at` of a board whose rewards were paid on completion, before rankings were frozen."""

COMPLETE: Final = ("completed", "force_completed")

Json = Mapping[str, Any]


def waits_for_close(policy: Json) -> bool:
    """Whether an attempt's rewards are only known when its board is final."""
    return policy.get("type") in (BY_RANK, FROM_POOL)


async def frozen_at(tx: Transaction, attempt: AttemptRecord) -> int | None:
    """When the ranking of the attempt's board was frozen; None if it is not."""
    board = await tx.get(tables.leaderboards, *attempt.primary_key()[:2], attempt.leaderboard_id)
    assert board is not None, "an attempt has a board"
    frozen_at: int | None = board.frozen_at
    return frozen_at


async def award_of(tx: Transaction, attempt: AttemptRecord) -> AttemptAwardRecord | None:
    """The award of the attempt in the frozen ranking."""
    return await tx.get(tables.attempt_awards, *attempt.primary_key())


async def freeze(tx: Transaction, ctx: Context, board: LeaderboardRecord) -> bool:
    """Freeze the ranking of a final board (locked); True if it was frozen now.

    It waits for overdue attempts to be ended, except those that are set aside (`set_aside`).
    """
    if board.finalized_at is None or board.frozen_at is not None or await _has_open_attempts(tx, ctx, board):
        return False
    event = await definitions.event(tx, ctx, board.event_id)
    policy: Json = event.reward_policy
    if waits_for_close(policy):
        await tx.insert_many(tables.attempt_awards, await _awards(tx, ctx, board, policy))
    tx.change(board, frozen_at=ctx.now_ms)
    return True


async def _has_open_attempts(tx: Transaction, ctx: Context, board: LeaderboardRecord) -> bool:
    """Whether an attempt on the board is overdue and not ended; searched among the few overdue ones of the game."""
    column = tables.attempts.c
    open_id = await tx.scalar(
        sa.select(column.attempt_id)
        .where(
            column.studio_id == board.studio_id,
            column.game_id == board.game_id,
            sa.text("attempts.status = 'in_progress'"),  # as in the index, so that it is used
            column.ends_at <= ctx.now_ms,
            column.leaderboard_id == board.leaderboard_id,
            set_aside.not_set_aside(ctx, "expire_attempts", column.attempt_id),
        )
        .limit(1)
    )
    return open_id is not None


@dataclass(frozen=True, slots=True)
class _Standing:
    """A player on a board."""

    rank: int
    player_id: str
    attempt_id: str | None
    """The attempt that the entry's score comes from."""


@dataclass(frozen=True, slots=True)
class _Played:
    """A completed attempt on a board."""

    attempt_id: str
    score: float
    completed_at: int
    is_rolled: bool


async def _awards(tx: Transaction, ctx: Context, board: LeaderboardRecord, policy: Json) -> list[dict[str, Any]]:
    """The awards of a board for each completed attempt, including awards of nothing.

    With rewards by rank, attempts that were not completed get an award too, which is paid if they are completed by hand
    and the roll is retried.
    """
    standings = await _standings(tx, board)
    played = await _completed(tx, board)
    chosen: dict[str, _Played] = {}
    for each in standings:
        attempts = played.get(each.player_id)
        if attempts and not any(attempt.is_rolled for attempt in attempts):
            own = (attempt for attempt in attempts if attempt.attempt_id == each.attempt_id)
            chosen[each.player_id] = next(own, attempts[0])
    if policy["type"] == BY_RANK:
        worth = {each.player_id: _bundle_of(policy, each.rank) for each in standings}
    else:
        held = await _left_in_pool(tx, board, policy, played)
        given = split_pool(held, [(attempt.score, attempt.completed_at) for attempt in chosen.values()])
        worth = {player_id: _share_of(policy, share) for player_id, share in zip(chosen, given, strict=True)}
    rows = []
    for each in standings:
        board_key = {
            "studio_id": board.studio_id,
            "game_id": board.game_id,
            "player_id": each.player_id,
            "leaderboard_id": board.leaderboard_id,
        }
        best = chosen.get(each.player_id)
        for attempt in played.get(each.player_id, ()):
            is_best = best is not None and attempt.attempt_id == best.attempt_id
            rows.append(
                {
                    **board_key,
                    "attempt_id": attempt.attempt_id,
                    "rank": each.rank if is_best else None,
                    "reward": worth[each.player_id] if is_best else None,
                    "settled_at": ctx.now_ms if attempt.is_rolled else None,
                }
            )
        if not played.get(each.player_id) and each.attempt_id is not None and worth.get(each.player_id):
            own_worth = {"rank": each.rank, "reward": worth[each.player_id], "settled_at": ctx.now_ms}
            rows.append({**board_key, "attempt_id": each.attempt_id, **own_worth})
    return rows


async def _standings(tx: Transaction, board: LeaderboardRecord) -> list[_Standing]:
    """Every player on the board, in ranking order; bots have ranks too."""
    column = tables.leaderboard_entries.c
    ranked = await tx.execute(
        sa.select(column.participant_id, column.kind, column.attempt_id)
        .where(
            column.studio_id == board.studio_id,
            column.game_id == board.game_id,
            column.leaderboard_id == board.leaderboard_id,
        )
        .order_by(column.score.desc(), column.reached_at, column.participant_id)
    )
    return [
        _Standing(rank, row.participant_id, row.attempt_id)
        for rank, row in enumerate(ranked.all(), 1)
        if row.kind == "player"
    ]


async def _completed(tx: Transaction, board: LeaderboardRecord) -> dict[str, list[_Played]]:
    """The completed attempts on the board by player, the best first."""
    entry, attempt, roll = tables.leaderboard_entries.c, tables.attempts.c, tables.attempt_rolls.c
    same = [entry.studio_id == attempt.studio_id, entry.game_id == attempt.game_id]
    rolled = (
        sa.select(sa.literal(1))
        .where(
            roll.studio_id == attempt.studio_id,
            roll.game_id == attempt.game_id,
            roll.player_id == attempt.player_id,
            roll.attempt_id == attempt.attempt_id,
        )
        .exists()
    )
    result = await tx.execute(
        sa.select(
            attempt.player_id,
            attempt.attempt_id,
            attempt.score,
            attempt.completed_at,
            rolled.label("is_rolled"),
        )
        .join(tables.leaderboard_entries, sa.and_(*same, entry.participant_id == attempt.player_id))
        .where(
            entry.studio_id == board.studio_id,
            entry.game_id == board.game_id,
            entry.leaderboard_id == board.leaderboard_id,
            attempt.event_id == board.event_id,
            attempt.leaderboard_id == board.leaderboard_id,
            attempt.status.in_(COMPLETE),
        )
        .order_by(attempt.score.desc(), attempt.completed_at, attempt.attempt_id)
    )
    by_player: dict[str, list[_Played]] = {}
    for row in result.all():
        played = _Played(row.attempt_id, row.score, row.completed_at or 0, bool(row.is_rolled))
        by_player.setdefault(row.player_id, []).append(played)
    return by_player


def tier_bundle(policy: Json, rank: int) -> Any | None:  # noqa: ANN401 (a key, or a bundle in place)
    """The bundle of a rank's tier; None below the last one."""
    for each in policy.get("tiers", []):
        if each["fromRank"] <= rank <= each["toRank"]:
            return each["bundle"]
    return None


def _bundle_of(policy: Json, rank: int) -> Json | None:
    bundle = tier_bundle(policy, rank)
    return None if bundle is None else {"bundle": bundle}


def _share_of(policy: Json, amount: int) -> Json | None:
    if not amount:
        return None
    return {"entries": [{"type": "currency", "currencyKey": policy.get("currencyKey"), "amount": amount}]}


def split_pool(pool: int, scores: Sequence[tuple[float, int]]) -> list[int]:
    """Divide a pool by score, to the last unit: each share rounded down, then one more by the largest remainders.

    `scores` has each player's score and completion time; of equal remainders the earlier one wins. Integers of any size
    are exact, so shares never exceed the pool. Without any score there are no shares.
    """
    ratios = [max(score, 0.0).as_integer_ratio() for score, _ in scores]
    common = max((below for _, below in ratios), default=1)  # powers of two, so the largest is a multiple of each
    weights = [above * (common // below) for above, below in ratios]
    total = sum(weights)
    if pool <= 0 or not total:
        return [0] * len(scores)
    shares = [divmod(pool * weight, total) for weight in weights]
    given = [share for share, _ in shares]
    left = pool - sum(given)
    by_remainder = sorted(range(len(scores)), key=lambda index: (-shares[index][1], scores[index][1], index))
    for index in by_remainder[:left]:
        given[index] += 1
    return given


async def _left_in_pool(
    tx: Transaction, board: LeaderboardRecord, policy: Json, played: Mapping[str, Sequence[_Played]]
) -> int:
    """The rest of the pool: all of it, except payments from before rankings were frozen."""
    rolled = [each.attempt_id for attempts in played.values() for each in attempts if each.is_rolled]
    held = policy.get("pool")
    pool = held if type(held) is int else 0
    if not rolled:
        return pool
    column = tables.grants.c
    paid = await tx.execute(
        sa.select(column.contents).where(
            column.studio_id == board.studio_id,
            column.game_id == board.game_id,
            tx.among(column.player_id, sorted(player for player, attempts in played.items() if attempts)),
            tx.among(column.attempt_id, rolled),
        )
    )
    entries = [entry for contents in paid.scalars() for entry in contents.get("entries", [])]
    amounts: list[int] = [entry["amount"] for entry in entries if entry.get("currencyKey") == policy.get("currencyKey")]
    return pool - sum(amounts)
