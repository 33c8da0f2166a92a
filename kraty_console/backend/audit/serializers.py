"""Rows of the audit log as JSON."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import AuditRecord


def serialize_audit_row(row: AuditRecord) -> dict[str, Any]:
    """A row of the audit log (contract/README.md#audit-log)."""
    player = None
    if row.player_id is not None or row.external_player_id is not None:
        player = {"id": row.player_id, "externalPlayerId": row.external_player_id}
    target_ = None
    if row.target_kind is not None:
        target_ = {"kind": row.target_kind, "id": row.target_id}
    return {
        "id": row.audit_id,
        "occurredAt": formats.timestamp(row.occurred_at),
        "studioId": row.studio_id,
        "gameId": row.game_id,
        "environment": row.environment,
        "actor": {"kind": row.actor_kind, "id": row.actor_id, "label": row.actor_label},
        "action": row.action,
        "outcome": row.outcome,
        "target": target_,
        "player": player,
        "reason": row.reason,
        "ticket": row.ticket,
        "metadata": row.metadata,
        "before": row.before,
        "after": row.after,
        "idempotencyKey": row.idempotency_key,
        "requestId": row.request_id,
    }
