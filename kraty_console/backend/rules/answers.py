"""Rows as the wire has them; the snapshot and the actions answer with the same forms (kraty-api 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from kraty_console.backend.players import names
from kraty_console.contract.wire import MAX_SAFE_INTEGER

Row = Mapping[str, Any]

LAST_MOMENT: Final = 253_402_300_799_999
"""The end of the year 9999, UTC, in milliseconds: what comes after cannot be written as a moment."""


@lru_cache(maxsize=4096)
def moment(ms: int | None) -> str | None:
    """ISO-8601, UTC, milliseconds and `Z` (kraty-api 7.3)."""
    if ms is None:
        return None
    seconds, rest = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def number(value: float) -> int | float:
    """A whole number without a fraction, as far as one is exact; anything else as it is."""
    return int(value) if abs(value) <= MAX_SAFE_INTEGER and value == int(value) else value


def target(metrics: Sequence[Mapping[str, Any]]) -> float | None:
    """What the first metric with a target has to reach; None when the event has none."""
    return next((metric["target"] for metric in metrics if metric.get("target") is not None), None)


def attempt(row: Row, event: Row | None, window_ends_at: int | None, grant_ids: Sequence[str]) -> dict[str, Any]:
    """An attempt with its event (kraty-api 5.1, decisions: Snapshot); `event` has key, name, metrics, reward_policy."""
    return {
        "id": row["attempt_id"],
        "eventId": row["event_id"],
        "eventWindowId": row["window_id"],
        "leaderboardId": row["leaderboard_id"],
        "playerId": row["player_id"],
        "status": row["status"],
        "startedAt": moment(row["started_at"]),
        "endsAt": moment(row["ends_at"]),
        "completedAt": moment(row["completed_at"]),
        "lastProgressAt": moment(row["last_progress_at"]),
        "score": number(row["score"]),
        "metrics": row["metrics"],
        "metricsRaw": row["metrics_raw"],
        "eventKey": None if event is None else event["key"],
        "eventName": None if event is None else event["name"],
        "target": None if event is None else target(event["metrics"]),
        "windowEndsAt": moment(window_ends_at),
        "rewardPolicy": None if event is None else event["reward_policy"].get("type"),
        "grantIds": list(grant_ids),
        "roll": {"status": row["roll_status"], "error": row["roll_error"], "at": moment(row["roll_at"])},
    }


def grant(row: Row) -> dict[str, Any]:
    """A grant (kraty-api 5.4) with the attempt it came from."""
    return {
        "id": row["grant_id"],
        "kind": row["kind"],
        "contents": row["contents"],
        "sourceKind": row["source_kind"],
        "sourceRefId": row["source_ref_id"],
        "parentGrantId": row["parent_grant_id"],
        "attemptId": row["attempt_id"],
        "status": row["status"],
        "rolledAt": moment(row["rolled_at"]),
        "claimedAt": moment(row["claimed_at"]),
        "expiresAt": moment(row["expires_at"]),
        "createdAt": moment(row["created_at"]),
    }


def lobby(row: Row, event_key: str | None) -> dict[str, Any]:
    """A lobby (kraty-api 5.7)."""
    return {
        "id": row["lobby_id"],
        "eventId": row["event_id"],
        "eventKey": event_key,
        "eventWindowId": row["window_id"],
        "leaderboardId": row["leaderboard_id"],
        "mode": row["mode"],
        "status": row["status"],
        "capacity": row["capacity"],
        "fillBy": moment(row["fill_by"]),
        "participantCount": row["participant_count"],
        "botSlots": row["bot_slots"],
        "startedAt": moment(row["started_at"]),
        "endsAt": moment(row["ends_at"]),
        "createdAt": moment(row["created_at"]),
    }


def wallet_holding(row: Row) -> dict[str, Any]:
    """A balance (kraty-api 5.5)."""
    return {
        "economyKey": row["economy_key"],
        "balance": row["balance"],
        "metadata": row["metadata"],
        "createdAt": moment(row["created_at"]),
        "updatedAt": moment(row["updated_at"]),
    }


def item_holding(row: Row) -> dict[str, Any]:
    """How many of an item (kraty-api 5.5)."""
    return {
        "itemKey": row["item_key"],
        "quantity": row["quantity"],
        "metadata": row["metadata"],
        "createdAt": moment(row["created_at"]),
        "updatedAt": moment(row["updated_at"]),
    }


def wallet_entry(row: Row) -> dict[str, Any]:
    """A row of the wallet ledger (kraty-api 5.6)."""
    return {"ledgerId": row["ledger_id"], "economyKey": row["economy_key"], "balance": row["balance"], **_change(row)}


def item_entry(row: Row) -> dict[str, Any]:
    """A row of the item ledger (kraty-api 5.6), with the metadata that came with it, if any did."""
    stamped = {} if row["metadata"] is None else {"metadata": row["metadata"]}
    entry = {"ledgerId": row["ledger_id"], "itemKey": row["item_key"], "quantity": row["quantity"]}
    return {**entry, **_change(row), **stamped}


def _change(row: Row) -> dict[str, Any]:
    return {
        "delta": row["delta"],
        "reason": row["reason"],
        "origin": row["origin"],
        "sourceRefId": row["source_ref_id"],
        "occurredAt": moment(row["occurred_at"]),
    }


def audit_row(row: Row) -> dict[str, Any]:
    """A row of the audit log (decisions: Audit rows)."""
    player = None
    if row["player_id"] is not None or row["external_player_id"] is not None:
        player = {"id": row["player_id"], "externalPlayerId": row["external_player_id"]}
    target_ = None
    if row["target_kind"] is not None:
        target_ = {"kind": row["target_kind"], "id": row["target_id"]}
    return {
        "id": row["audit_id"],
        "occurredAt": moment(row["occurred_at"]),
        "studioId": row["studio_id"],
        "gameId": row["game_id"],
        "environment": row["environment"],
        "actor": {"kind": row["actor_kind"], "id": row["actor_id"], "label": row["actor_label"]},
        "action": row["action"],
        "outcome": row["outcome"],
        "target": target_,
        "player": player,
        "reason": row["reason"],
        "ticket": row["ticket"],
        "metadata": row["metadata"],
        "before": row["before"],
        "after": row["after"],
        "idempotencyKey": row["idempotency_key"],
        "requestId": row["request_id"],
    }


def player(row: Row, *, merged_into: str | None = None, with_email: bool) -> dict[str, Any]:
    """A player's profile: the union of both published field sets (kraty-api 5.2); e-mail on the admin surface only."""
    ban = None
    if row["banned_at"] is not None:
        ban = {"bannedAt": moment(row["banned_at"]), "reason": row["ban_reason"]}
    profile = {
        "id": row["player_id"],
        "externalPlayerId": row["external_player_id"],
        "studioId": row["studio_id"],
        "gameId": row["game_id"],
        "environment": row["environment"],
        "displayIdentity": names.chosen(row),
        "firstSeenAt": moment(row["first_seen_at"]),
        "lastSeenAt": moment(row["last_seen_at"]),
        "createdAt": moment(row["created_at"]),
        "updatedAt": moment(row["updated_at"]),
        "lastContextSnapshot": row["last_context"],
        "ban": ban,
        "mergedInto": merged_into,
    }
    if with_email:
        profile["email"] = row["email"]
    return profile


def summary(row: Row) -> dict[str, int]:
    """A player's totals, as the engine keeps them."""
    return {
        "attemptCount": row["attempt_count"],
        "attemptsCompleted": row["attempts_completed"],
        "attemptsExpired": row["attempts_expired"],
        "grantsPending": row["grants_pending"],
        "grantsClaimed": row["grants_claimed"],
        "lobbiesActive": row["lobbies_active"],
    }
