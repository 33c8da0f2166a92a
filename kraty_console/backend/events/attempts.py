"""Attempts: start, report progress, finish, expire, and force-complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NoReturn

from kraty_console.backend.audit import trail
from kraty_console.backend.catalog import definitions
from kraty_console.backend.events import attempt_rewards, conditions, entry_rules
from kraty_console.backend.events.attempt_views import attempt_view, grant_ids, refuse_stale_attempt
from kraty_console.backend.events.conditions import ConditionSubject
from kraty_console.backend.events.serializers import metric_target, serialize_attempt
from kraty_console.backend.leaderboards import service as leaderboards
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.players import service as players
from kraty_console.backend.players.owned_rows import locate_attempt
from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.rules import amounts, formats, idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError, conflict, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.rules.versions import with_version
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import (
    AttemptRecord,
    EventRecord,
    EventWindowRecord,
    LobbyRecord,
    PlayerRecord,
)
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

FORCE_COMPLETE: Final = "attempt.force_complete"
START: Final = "attempt.start"
PROGRESS: Final = "attempt.progress"
FINISH: Final = "attempt.finish"


async def force_complete(
    tx: Transaction, ctx: Context, attempt_id: str, *, final_score: float | None = None
) -> RuleResult:
    """Complete an attempt that is in progress or expired; no rewards are rolled (contract/README.md#force-complete).

    `final_score`, from 0 to 2^53-1, replaces the score; the leaderboard follows. Already complete: 409 `conflict`.
    """
    score = None if final_score is None else amounts.check_score(final_score, "finalScore")
    earlier = await idempotency.replay(tx, ctx, FORCE_COMPLETE, {"attemptId": attempt_id, "finalScore": score})
    if earlier is not None:
        return earlier
    player, attempt = await locate_attempt(tx, ctx, attempt_id)
    await refuse_stale_attempt(tx, ctx, attempt)
    if attempt.status not in ("in_progress", "expired"):
        conflict(f"The attempt is {attempt.status} already", status=attempt.status)
    linked = await grant_ids(tx, attempt)
    before = await attempt_view(tx, ctx, attempt, linked)
    expired = player.attempts_expired - (1 if attempt.status == "expired" else 0)
    tx.change(player, attempts_expired=expired, attempts_completed=player.attempts_completed + 1)
    tx.change(attempt, status="force_completed", completed_at=ctx.now_ms)
    if score is not None:
        tx.change(attempt, score=score)
    await leaderboards.update_score(tx, ctx, attempt)
    after = await attempt_view(tx, ctx, attempt, linked)
    audit_id = trail.record(
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
    data = {"attempt": with_version(after, attempt), "audit": trail.audit_link(ctx, audit_id)}
    return await idempotency.keep(tx, ctx, FORCE_COMPLETE, 200, data)


async def start(
    tx: Transaction, ctx: Context, external_id: str, event_key: str, *, context: Mapping[str, Any] | None = None
) -> RuleResult:
    """Start an attempt in the event's open window; the player is created on first contact (contract/SDK.md#start).

    A player may have several at once. Refusals, in this order: unknown event 404; banned 403; disabled, or between
    windows 409; a condition that is not met 403; too many attempts 429; entry cost not covered 402. In a lobby event
    the player gets a seat first: 202 `lobby_forming` until the lobby plays, and the entry is not paid before.
    """
    request = {"player": external_id, "eventKey": event_key, "context": context}
    earlier = await idempotency.replay(tx, ctx, START, request)
    if earlier is not None:
        return earlier
    event = await definitions.event_by_key(tx, ctx, event_key)
    window = await definitions.open_window(tx, ctx, event.event_id) if event.enabled else None
    lobby = None
    if window is not None and event.leaderboard_mode == lobbies.MODE:
        lobby = await lobbies.find_lobby(tx, ctx, event, window, external_id)
    player = await players.upsert(tx, ctx, external_id, context=context)
    players.refuse_banned(player)
    players.mark_seen(tx, ctx, player)
    if window is None:
        _refuse_closed(event)
    await conditions.require_conditions(tx, ctx, event, ConditionSubject(player, player.last_context or {}))
    await entry_rules.require_quota(tx, ctx, player, event, window)
    prices = await entry_rules.require_cost(tx, ctx, player, event)
    scope = leaderboards.GLOBAL
    if lobby is not None:
        await lobbies.take_seat(tx, ctx, player, lobby)
        await lobbies.advance(tx, ctx, lobby)
        if lobby.status == "forming":
            await _wait_for(tx, ctx, lobby)
        scope = lobby.lobby_id
    board = await leaderboards.board(tx, ctx, event, window, scope)
    attempt = tx.add(tables.attempts, new_attempt(ctx, player, event, window, board))
    tx.change(player, attempt_count=player.attempt_count + 1)
    await entry_rules.pay_cost(tx, ctx, player, prices, attempt.attempt_id)
    data = {
        "attempt": serialize_attempt(attempt, event, window.ends_at, []),
        "leaderboardId": board,
        "windowEndsAt": formats.timestamp(window.ends_at),
    }
    return await idempotency.keep(tx, ctx, START, 201, data)


def _refuse_closed(event: EventRecord) -> NoReturn:
    if not event.enabled:
        raise RuleError(Code.EVENT_DISABLED, f"The event '{event.key}' is switched off")
    definitions.refuse_between_windows(event)


async def _wait_for(tx: Transaction, ctx: Context, lobby: LobbyRecord) -> NoReturn:
    """Answer 202: the seat stays taken, and the key is free again for the next try (contract/SDK.md#lobbies)."""
    await idempotency.release(tx, ctx, START)
    shown = (await lobbies.lobby_answer(tx, ctx, lobby))["lobby"]
    details = {
        "lobbyId": shown["id"],
        **{name: shown[name] for name in ("capacity", "participantCount", "botSlots", "fillBy")},
    }
    raise RuleError(Code.LOBBY_FORMING, "The lobby is forming; ask again when it plays", details, commit=True)


def new_attempt(
    ctx: Context, player: PlayerRecord, event: EventRecord, window: EventWindowRecord, board: str
) -> dict[str, Any]:
    """The row of a new attempt."""
    zeros = {metric["key"]: 0 for metric in event.metrics}
    return {
        "studio_id": ctx.tenant.studio_id,
        "game_id": ctx.tenant.game_id,
        "player_id": player.player_id,
        "attempt_id": ctx.new_id(),
        "environment": ctx.environment,
        "event_id": event.event_id,
        "window_id": window.window_id,
        "leaderboard_id": board,
        "status": "in_progress",
        "started_at": ctx.now_ms,
        "ends_at": window.ends_at,
        "metrics": zeros,
        "metrics_raw": dict(zeros),
        "score": 0.0,
    }


async def progress(
    tx: Transaction,
    ctx: Context,
    external_id: str,
    attempt_id: str,
    metrics: Mapping[str, float] | float,
    *,
    mode: Literal["set", "increment"] = "set",
    event_key: str | None = None,
    occurred_at: int | None = None,
) -> RuleResult:
    """Report metrics. Milestones fire; reaching every target completes the attempt and pays its rewards
    (contract/SDK.md#progress-and-finish).

    A single number is the value of the event's only metric. With `event_key` the attempt must be of that event, else
    404. `occurred_at` (milliseconds) is when it happened, if the attempt was in progress then. Unknown metric: 400
    `invalid_metric`. A finished attempt: 409 `attempt_finished`.
    """
    reported = dict(metrics) if isinstance(metrics, Mapping) else metrics
    request = {"player": external_id, "attemptId": attempt_id, "metrics": reported, "mode": mode, "eventKey": event_key}
    earlier = await idempotency.replay(tx, ctx, PROGRESS, request)
    if earlier is not None:
        return earlier
    player, attempt, event = await _playing(tx, ctx, external_id, attempt_id, event_key)
    if ctx.now_ms >= attempt.ends_at:
        ended = {"status": attempt.status, "endsAt": formats.timestamp(attempt.ends_at)}
        raise RuleError(Code.ATTEMPT_FINISHED, "The attempt's time is over", ended)
    raw, capped, score = measure(event, attempt.metrics_raw, _by_key(event, metrics), mode)
    happened = ctx.now_ms if occurred_at is None else min(max(occurred_at, attempt.started_at), ctx.now_ms)
    latest = max(happened, attempt.last_progress_at or 0)
    tx.change(attempt, metrics_raw=raw, metrics=capped, score=score, last_progress_at=latest)
    players.mark_seen(tx, ctx, player)
    fired = await _fire_milestones(tx, ctx, player, attempt, event)
    linked: list[str] = []
    if _target_met(event, raw):
        linked = await _complete(tx, ctx, player, attempt, event)
    else:
        await leaderboards.update_score(tx, ctx, attempt)
    data = {"attempt": await attempt_view(tx, ctx, attempt, linked), "milestonesFired": fired}
    return await idempotency.keep(tx, ctx, PROGRESS, 200, data)


def _by_key(event: EventRecord, metrics: Mapping[str, float] | float) -> Mapping[str, float]:
    if isinstance(metrics, Mapping):
        return metrics
    keys = [metric["key"] for metric in event.metrics]
    if len(keys) != 1:
        message = f"The event '{event.key}' has {len(keys)} metrics; name them in metrics instead of metricValue"
        raise RuleError(Code.INVALID_METRIC, message, {"metrics": keys})
    return {keys[0]: metrics}


async def finish(
    tx: Transaction, ctx: Context, external_id: str, attempt_id: str, *, event_key: str | None = None
) -> RuleResult:
    """End an attempt: `completed` with rewards if its target is met or it has none, else `expired`
    (contract/SDK.md#progress-and-finish).

    `event_key` as for progress. A finished attempt: 409 `attempt_finished`.
    """
    request = {"player": external_id, "attemptId": attempt_id, "eventKey": event_key}
    earlier = await idempotency.replay(tx, ctx, FINISH, request)
    if earlier is not None:
        return earlier
    player, attempt, event = await _playing(tx, ctx, external_id, attempt_id, event_key)
    players.mark_seen(tx, ctx, player)
    linked: list[str] = []
    if _has_won(event, attempt):
        linked = await _complete(tx, ctx, player, attempt, event)
    else:
        _expire(tx, player, attempt)
    data = {"attempt": await attempt_view(tx, ctx, attempt, linked), "outcome": attempt.status}
    return await idempotency.keep(tx, ctx, FINISH, 200, data)


async def expire(tx: Transaction, ctx: Context, external_id: str, attempt_id: str) -> RuleResult:
    """End an attempt whose time is over; a finished one stays as it is."""
    player = await players.lock(tx, ctx, external_id)
    attempt = await _of_player(tx, player, attempt_id)
    if attempt.status == "in_progress" and ctx.now_ms < attempt.ends_at:
        conflict("The attempt's time is not over", endsAt=formats.timestamp(attempt.ends_at))
    await expire_locked(tx, ctx, player, attempt)
    return RuleResult(200, {"attempt": await attempt_view(tx, ctx, attempt, await grant_ids(tx, attempt))})


async def expire_locked(tx: Transaction, ctx: Context, player: PlayerRecord, attempt: AttemptRecord) -> bool:
    """End an attempt of a locked player whose time is over; True if it was in progress.

    An attempt without a target completes and is paid, as if its player had ended it; so does one whose target is met
    now because the event's target was lowered.
    """
    if attempt.status != "in_progress" or ctx.now_ms < attempt.ends_at:
        return False
    event = await definitions.event(tx, ctx, attempt.event_id)
    if _has_won(event, attempt):
        await _complete(tx, ctx, player, attempt, event)
    else:
        _expire(tx, player, attempt)
    return True


def _has_won(event: EventRecord, attempt: AttemptRecord) -> bool:
    """Whether an attempt that ends is `completed`: its target is met, or it has none
    (contract/SDK.md#progress-and-finish)."""
    return metric_target(event.metrics) is None or _target_met(event, attempt.metrics_raw)


async def _playing(
    tx: Transaction, ctx: Context, external_id: str, attempt_id: str, event_key: str | None
) -> tuple[PlayerRecord, AttemptRecord, EventRecord]:
    player = await players.lock(tx, ctx, external_id)
    if ctx.surface != "server":  # a ban does not stop the studio's backend (contract/SERVER.md#ban)
        players.refuse_banned(player)
    attempt = await _of_player(tx, player, attempt_id)
    event = await definitions.event(tx, ctx, attempt.event_id)
    if event_key is not None and event.key != event_key:
        not_found("Attempt", attempt_id)
    if attempt.status != "in_progress":
        message = f"The attempt is {attempt.status} already"
        raise RuleError(Code.ATTEMPT_FINISHED, message, {"status": attempt.status})
    return player, attempt, event


async def _of_player(tx: Transaction, player: PlayerRecord, attempt_id: str) -> AttemptRecord:
    attempt = await tx.get(tables.attempts, *player.primary_key(), attempt_id) if is_id(attempt_id) else None
    if attempt is None:
        not_found("Attempt", attempt_id)
    return attempt


async def _complete(
    tx: Transaction, ctx: Context, player: PlayerRecord, attempt: AttemptRecord, event: EventRecord
) -> list[str]:
    tx.change(attempt, status="completed", completed_at=ctx.now_ms)
    tx.change(player, attempts_completed=player.attempts_completed + 1)
    await leaderboards.update_score(tx, ctx, attempt)
    made = await attempt_rewards.pay(tx, ctx, player, attempt, event)
    return [grant.grant_id for grant in made]


def _expire(tx: Transaction, player: PlayerRecord, attempt: AttemptRecord) -> None:
    tx.change(attempt, status="expired")
    tx.change(player, attempts_expired=player.attempts_expired + 1)


def measure(
    event: EventRecord, earlier: Mapping[str, float], metrics: Mapping[str, float], mode: str
) -> tuple[dict[str, float], dict[str, float], float]:
    """Raw and capped metrics and the score after a report; `earlier` are the previous raw ones.

    The score is the sum of each capped metric times its score per unit. A value outside 0 to 2^53-1 is refused, because
    it could not be summed or ranked exactly.
    """
    declared: Sequence[Mapping[str, Any]] = event.metrics
    known = {metric["key"] for metric in declared}
    raw = {**dict.fromkeys((metric["key"] for metric in declared), 0), **earlier}
    for key, value in metrics.items():
        if key not in known:
            raise RuleError(Code.INVALID_METRIC, f"The event '{event.key}' has no metric '{key}'", {"metric": key})
        reached = raw.get(key, 0) + value if mode == "increment" else value
        amounts.check_score(reached, f"metrics.{key}")
        raw[key] = reached or 0  # no negative zero
    capped = {}
    score = 0.0
    for metric in declared:
        key, cap = metric["key"], metric.get("cap")
        capped[key] = raw[key] if cap is None else min(raw[key], cap)
        score = amounts.check_score(score + float(capped[key]) * metric.get("scorePerUnit", 1), f"metrics.{key}")
    return raw, capped, score


def _target_met(event: EventRecord, raw: Mapping[str, float]) -> bool:
    targets = [metric for metric in event.metrics if metric.get("target") is not None]
    return bool(targets) and all(raw.get(metric["key"], 0) >= metric["target"] for metric in targets)


async def _fire_milestones(
    tx: Transaction, ctx: Context, player: PlayerRecord, attempt: AttemptRecord, event: EventRecord
) -> list[dict[str, Any]]:
    """Each milestone whose metric crossed its threshold for the first time in this attempt."""
    fired = []
    for milestone in event.milestone_rewards:
        if attempt.metrics_raw.get(milestone["metricKey"], 0) < milestone["threshold"]:
            continue
        key = (*attempt.primary_key(), milestone["key"])
        if await tx.get(tables.milestones_fired, *key) is not None:
            continue
        names = ("studio_id", "game_id", "player_id", "attempt_id", "key")
        tx.add(tables.milestones_fired, dict(zip(names, key, strict=True)) | {"fired_at": ctx.now_ms})
        made = await attempt_rewards.pay_milestone(tx, ctx, player, attempt, milestone)
        fired.append({"key": milestone["key"], "grants": [serialize_grant(grant) for grant in made]})
    return fired
