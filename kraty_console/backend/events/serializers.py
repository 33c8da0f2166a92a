"""Attempts as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import AttemptRecord, EventRecord


def metric_target(metrics: Sequence[Mapping[str, Any]]) -> float | None:
    """The target of the first metric that has one; None if there is none."""
    return next((metric["target"] for metric in metrics if metric.get("target") is not None), None)


def serialize_attempt(
    row: AttemptRecord, event: EventRecord | None, window_ends_at: int | None, grant_ids: Sequence[str]
) -> dict[str, Any]:
    """An attempt with its event (contract/README.md#attempt); `event` has key, name, metrics, reward_policy."""
    return {
        "id": row.attempt_id,
        "eventId": row.event_id,
        "eventWindowId": row.window_id,
        "leaderboardId": row.leaderboard_id,
        "playerId": row.player_id,
        "status": row.status,
        "startedAt": formats.timestamp(row.started_at),
        "endsAt": formats.timestamp(row.ends_at),
        "completedAt": formats.timestamp(row.completed_at),
        "lastProgressAt": formats.timestamp(row.last_progress_at),
        "score": formats.number(row.score),
        "metrics": row.metrics,
        "metricsRaw": row.metrics_raw,
        "eventKey": None if event is None else event.key,
        "eventName": None if event is None else event.name,
        "target": None if event is None else metric_target(event.metrics),
        "windowEndsAt": formats.timestamp(window_ends_at),
        "rewardPolicy": None if event is None else event.reward_policy.get("type"),
        "grantIds": list(grant_ids),
        "roll": {"status": row.roll_status, "error": row.roll_error, "at": formats.timestamp(row.roll_at)},
    }
