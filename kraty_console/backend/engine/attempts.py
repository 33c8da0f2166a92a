"""Attempts: normal play, and completing by hand what never finished (player-tools: Force-complete an attempt)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NoReturn

from kraty_console.backend import answers
from kraty_console.backend.engine import (
    audit,
    catalog,
    idempotency,
    leaderboards,
    lobbies,
    places,
    players,
    rewards,
)
from kraty_console.backend.engine.context import Answer, Context
from kraty_console.backend.engine.errors import RuleError, conflict, not_found
from kraty_console.backend.engine.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Row, Transaction
from kraty_console.contract.errors import Code

FORCE_COMPLETE: Final = "attempt.force_complete"
START: Final = "attempt.start"
PROGRESS: Final = "attempt.progress"


async def force_complete(tx: Transaction, ctx: Context, attempt_id: str, *, final_score: float | None = None) -> Answer:
    """Complete an attempt that is in progress or expired; no rewards are rolled (decisions: Force-complete).

    `final_score`, finite and 0 or more, replaces the score; the leaderboard follows. Already complete: 409 `conflict`.
    """
    score = None if final_score is None else _finite(final_score, "finalScore")
    if score is not None and score < 0:
        _invalid("finalScore", "a finite number, 0 or more")
    earlier = await idempotency.replay(tx, ctx, FORCE_COMPLETE, {"attemptId": attempt_id, "finalScore": score})
    if earlier is not None:
        return earlier
    player, attempt = await places.locate_attempt(tx, ctx, attempt_id)
    if attempt["status"] not in ("in_progress", "expired"):
        conflict(f"The attempt is {attempt['status']} already", status=attempt["status"])
    linked = await places.grant_ids(tx, attempt)
    before = await places.wire(tx, ctx, attempt, linked)
    expired = player["attempts_expired"] - (1 if attempt["status"] == "expired" else 0)
    tx.change(player, attempts_expired=expired, attempts_completed=player["attempts_completed"] + 1)
    tx.change(attempt, status="force_completed", completed_at=ctx.now_ms)
    if score is not None:
        tx.change(attempt, score=score)
    await leaderboards.follow(tx, ctx, attempt)
    after = await places.wire(tx, ctx, attempt, linked)
    audit_id = audit.record(
        tx,
        ctx,
        FORCE_COMPLETE,
        target_kind="attempt",
        target_id=attempt_id,
        player=player,
        metadata={"reason": ctx.reason},
        before=before,
        after=after,
    )
    data = {"attempt": after, "audit": audit.link(ctx, audit_id)}
    return await idempotency.keep(tx, ctx, FORCE_COMPLETE, 200, data)


async def start(
    tx: Transaction, ctx: Context, external_id: str, event_key: str, *, context: Mapping[str, Any] | None = None
) -> Answer:
    """Start an attempt in the event's open window; the player is made on first contact (kraty-api 9: Start).

    Banned: 403. Unknown event: 404. Between windows, or in a lobby event without an active lobby: 409.
    """
    request = {"player": external_id, "eventKey": event_key, "context": context}
    earlier = await idempotency.replay(tx, ctx, START, request)
    if earlier is not None:
        return earlier
    player = await players.upsert(tx, ctx, external_id, context=context)
    players.refuse_banned(player)
    players.seen(tx, ctx, player)
    event = await catalog.event_by_key(tx, ctx, event_key)
    window = await catalog.open_window(tx, ctx, event["event_id"]) if event["enabled"] else None
    if window is None:
        conflict(f"The event '{event_key}' is not open now")
    scope = leaderboards.GLOBAL
    if event["leaderboard_mode"] == lobbies.MODE:
        scope = await lobbies.active_lobby(tx, ctx, player, window)
    board = await leaderboards.board(tx, ctx, event, window, scope)
    attempt = tx.add(tables.attempts, new_attempt(ctx, player, event, window, board))
    tx.change(player, attempt_count=player["attempt_count"] + 1)
    data = {
        "attempt": answers.attempt(attempt, event, window["ends_at"], []),
        "leaderboardId": board,
        "windowEndsAt": answers.moment(window["ends_at"]),
    }
    return await idempotency.keep(tx, ctx, START, 201, data)


def new_attempt(ctx: Context, player: Row, event: Row, window: Row, board: str) -> dict[str, Any]:
    """The row of an attempt that starts now."""
    zeros = {metric["key"]: 0 for metric in event["metrics"]}
    return {
        "studio_id": ctx.tenant.studio_id,
        "game_id": ctx.tenant.game_id,
        "player_id": player["player_id"],
        "attempt_id": ctx.new_id(),
        "environment": ctx.environment,
        "event_id": event["event_id"],
        "window_id": window["window_id"],
        "leaderboard_id": board,
        "status": "in_progress",
        "started_at": ctx.now_ms,
        "ends_at": window["ends_at"],
        "metrics": zeros,
        "metrics_raw": dict(zeros),
        "score": 0.0,
    }


async def progress(
    tx: Transaction,
    ctx: Context,
    external_id: str,
    attempt_id: str,
    metrics: Mapping[str, float],
    *,
    mode: Literal["set", "increment"] = "set",
) -> Answer:
    """Report metrics. Milestones fire; reaching every target completes the attempt and pays its rewards (kraty-api 9).

    Unknown metric: 400 `invalid_metric`. Attempt over: 409.
    """
    request = {"player": external_id, "attemptId": attempt_id, "metrics": dict(metrics), "mode": mode}
    earlier = await idempotency.replay(tx, ctx, PROGRESS, request)
    if earlier is not None:
        return earlier
    player, attempt = await _playing(tx, ctx, external_id, attempt_id)
    if ctx.now_ms >= attempt["ends_at"]:
        conflict("The attempt's time is over", endsAt=answers.moment(attempt["ends_at"]))
    event = await catalog.event(tx, ctx, attempt["event_id"])
    raw, capped, score = measure(event, attempt, metrics, mode)
    tx.change(attempt, metrics_raw=raw, metrics=capped, score=score, last_progress_at=ctx.now_ms)
    players.seen(tx, ctx, player)
    fired = await _fire_milestones(tx, ctx, player, attempt, event)
    linked: list[str] = []
    if _target_met(event, raw):
        linked = await _complete(tx, ctx, player, attempt, event)
    else:
        await leaderboards.follow(tx, ctx, attempt)
    data = {"attempt": await places.wire(tx, ctx, attempt, linked), "milestonesFired": fired}
    return await idempotency.keep(tx, ctx, PROGRESS, 200, data)


async def finish(tx: Transaction, ctx: Context, external_id: str, attempt_id: str) -> Answer:
    """End an attempt: `completed` with rewards when its target is met or it has none, else `expired` (kraty-api 9)."""
    player, attempt = await _playing(tx, ctx, external_id, attempt_id)
    event = await catalog.event(tx, ctx, attempt["event_id"])
    players.seen(tx, ctx, player)
    linked: list[str] = []
    if _target_met(event, attempt["metrics_raw"]) or answers.target(event["metrics"]) is None:
        linked = await _complete(tx, ctx, player, attempt, event)
    else:
        _expire(tx, player, attempt)
    return Answer(200, {"attempt": await places.wire(tx, ctx, attempt, linked), "outcome": attempt["status"]})


async def expire(tx: Transaction, ctx: Context, external_id: str, attempt_id: str) -> Answer:
    """End an attempt whose time is over without its target met; one that is over already is left as it is."""
    player = await players.lock(tx, ctx, external_id)
    attempt = await _of_player(tx, player, attempt_id)
    if attempt["status"] == "in_progress":
        if ctx.now_ms < attempt["ends_at"]:
            conflict("The attempt's time is not over", endsAt=answers.moment(attempt["ends_at"]))
        _expire(tx, player, attempt)
    return Answer(200, {"attempt": await places.wire(tx, ctx, attempt, await places.grant_ids(tx, attempt))})


async def _playing(tx: Transaction, ctx: Context, external_id: str, attempt_id: str) -> tuple[Row, Row]:
    player = await players.lock(tx, ctx, external_id)
    players.refuse_banned(player)
    attempt = await _of_player(tx, player, attempt_id)
    if attempt["status"] != "in_progress":
        conflict(f"The attempt is {attempt['status']} already", status=attempt["status"])
    return player, attempt


async def _of_player(tx: Transaction, player: Row, attempt_id: str) -> Row:
    attempt = await tx.get(tables.attempts, *player.key(), attempt_id) if is_id(attempt_id) else None
    if attempt is None:
        not_found("Attempt", attempt_id)
    return attempt


async def _complete(tx: Transaction, ctx: Context, player: Row, attempt: Row, event: Row) -> list[str]:
    tx.change(attempt, status="completed", completed_at=ctx.now_ms)
    tx.change(player, attempts_completed=player["attempts_completed"] + 1)
    await leaderboards.follow(tx, ctx, attempt)
    made = await rewards.pay(tx, ctx, player, attempt, event)
    return [grant["grant_id"] for grant in made]


def _expire(tx: Transaction, player: Row, attempt: Row) -> None:
    tx.change(attempt, status="expired")
    tx.change(player, attempts_expired=player["attempts_expired"] + 1)


def measure(
    event: Row, attempt: Mapping[str, Any], metrics: Mapping[str, float], mode: str
) -> tuple[dict[str, float], dict[str, float], float]:
    """Raw and capped metrics and the score: the sum of each capped metric times what a unit of it scores."""
    declared: Sequence[Mapping[str, Any]] = event["metrics"]
    known = {metric["key"] for metric in declared}
    raw = dict(attempt["metrics_raw"])
    for key, value in metrics.items():
        if key not in known:
            raise RuleError(Code.INVALID_METRIC, f"The event '{event['key']}' has no metric '{key}'", {"metric": key})
        reached = raw.get(key, 0) + value if mode == "increment" else value
        _finite(reached, f"metrics.{key}")
        raw[key] = reached
    capped = {}
    score = 0.0
    for metric in declared:
        key, cap = metric["key"], metric.get("cap")
        capped[key] = raw[key] if cap is None else min(raw[key], cap)
        score = _finite(score + capped[key] * metric.get("scorePerUnit", 1), f"metrics.{key}")
    return raw, capped, score


def _target_met(event: Row, raw: Mapping[str, float]) -> bool:
    targets = [metric for metric in event["metrics"] if metric.get("target") is not None]
    return bool(targets) and all(raw.get(metric["key"], 0) >= metric["target"] for metric in targets)


async def _fire_milestones(
    tx: Transaction, ctx: Context, player: Row, attempt: Row, event: Row
) -> list[dict[str, Any]]:
    """Each milestone whose metric crossed its threshold for the first time in this attempt."""
    fired = []
    for milestone in event["milestone_rewards"]:
        if attempt["metrics_raw"].get(milestone["metricKey"], 0) < milestone["threshold"]:
            continue
        place = (*attempt.key(), milestone["key"])
        if await tx.get(tables.milestones_fired, *place) is not None:
            continue
        names = ("studio_id", "game_id", "player_id", "attempt_id", "key")
        tx.add(tables.milestones_fired, dict(zip(names, place, strict=True)) | {"fired_at": ctx.now_ms})
        made = await rewards.pay_milestone(tx, ctx, player, attempt, milestone)
        fired.append({"key": milestone["key"], "grants": [answers.grant(grant) for grant in made]})
    return fired


def _finite(value: float, field: str) -> float:
    """The number as a float; `validation_failed` when it is none that a float can hold."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        _invalid(field, "a finite number")
    return number


def _invalid(field: str, wanted: str) -> NoReturn:
    raise RuleError(
        Code.VALIDATION_FAILED, f"{field} must be {wanted}", {"fields": [{"field": field, "message": wanted}]}
    )
