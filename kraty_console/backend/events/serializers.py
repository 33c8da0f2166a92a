"""Attempts as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import AttemptRecord, EventRecord, attempts
from kraty_console.backend.storage.tables.columns import hyphenated
from kraty_console.backend.storage.wire_forms import WireForm, labelled, made, value


class AttemptOfEvent(AttemptRecord):
    """An attempt with what a query labels of its event and window, and of the grants it made (`ATTEMPT`)."""


def metric_target(metrics: Sequence[Mapping[str, Any]]) -> float | None:
    """The target of the first metric that has one; None if there is none."""
    return next((metric["target"] for metric in metrics if metric.get("target") is not None), None)


def _target(metrics: Sequence[Mapping[str, Any]] | None) -> float | None:
    return None if metrics is None else metric_target(metrics)


def _policy(policy: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 (any JSON)
    return None if policy is None else policy.get("type")


def _grant_ids(made: str | None) -> list[str]:
    """The ids of the grants that an attempt made, oldest first."""
    if made is None:
        return []
    grants = made.split(",")
    if len(grants) > 1:
        grants.sort(key=_age_and_id)
    ids = (grant.partition(".")[2] for grant in grants)
    return [each if "-" in each else hyphenated(each) for each in ids]


def _age_and_id(grant: str) -> tuple[int, str]:
    at, _, grant_id = grant.partition(".")
    return int(at), grant_id


ATTEMPT: Final = WireForm(
    {
        "id": value(attempts.c.attempt_id),
        "eventId": value(attempts.c.event_id),
        "eventWindowId": value(attempts.c.window_id),
        "leaderboardId": value(attempts.c.leaderboard_id),
        "playerId": value(attempts.c.player_id),
        "status": value(attempts.c.status),
        "startedAt": formats.moment(attempts.c.started_at),
        "endsAt": formats.moment(attempts.c.ends_at),
        "completedAt": formats.moment(attempts.c.completed_at),
        "lastProgressAt": formats.moment(attempts.c.last_progress_at),
        "score": made(formats.number, attempts.c.score),
        "metrics": value(attempts.c.metrics),
        "metricsRaw": value(attempts.c.metrics_raw),
        "eventKey": labelled("event_key"),
        "eventName": labelled("event_name"),
        "target": labelled("event_metrics", _target),
        "windowEndsAt": labelled("window_ends_at", formats.timestamp),
        "rewardPolicy": labelled("reward_policy", _policy),
        "grantIds": labelled("grants_made", _grant_ids),
        "roll": {
            "status": value(attempts.c.roll_status),
            "error": value(attempts.c.roll_error),
            "at": formats.moment(attempts.c.roll_at),
        },
    }
)
"""An attempt with its event (contract/README.md#attempt).

A query labels `event_key`, `event_name`, `event_metrics` and `reward_policy` of the event, and `window_ends_at`; each
is NULL where the event or the window is gone. `grants_made` has `milliseconds.id` of each grant, separated by commas.
"""


def serialize_attempt(
    row: AttemptRecord, event: EventRecord, window_ends_at: int, grant_ids: Sequence[str]
) -> dict[str, Any]:
    """An attempt in wire form."""
    known = {
        "event_key": event.key,
        "event_name": event.name,
        "event_metrics": event.metrics,
        "reward_policy": event.reward_policy,
        "window_ends_at": window_ends_at,
        "grants_made": None,
    }
    shown = ATTEMPT.of(AttemptOfEvent.of(vars(row) | known))
    shown["grantIds"] = list(grant_ids)
    return shown
