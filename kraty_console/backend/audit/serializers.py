"""Rows of the audit log as JSON."""

from __future__ import annotations

from typing import Any, Final

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import AuditRecord, audit
from kraty_console.backend.storage.wire_forms import WireForm, made, value


def _target(kind: str | None, target_id: str | None) -> dict[str, Any] | None:
    return None if kind is None else {"kind": kind, "id": target_id}


def _player(player_id: str | None, external_id: str | None) -> dict[str, Any] | None:
    return None if player_id is None and external_id is None else {"id": player_id, "externalPlayerId": external_id}


AUDIT_ROW: Final = WireForm(
    {
        "id": value(audit.c.audit_id),
        "occurredAt": formats.moment(audit.c.occurred_at),
        "studioId": value(audit.c.studio_id),
        "gameId": value(audit.c.game_id),
        "environment": value(audit.c.environment),
        "actor": {
            "kind": value(audit.c.actor_kind),
            "id": value(audit.c.actor_id),
            "label": value(audit.c.actor_label),
        },
        "action": value(audit.c.action),
        "outcome": value(audit.c.outcome),
        "target": made(_target, audit.c.target_kind, audit.c.target_id),
        "player": made(_player, audit.c.player_id, audit.c.external_player_id),
        "reason": value(audit.c.reason),
        "ticket": value(audit.c.ticket),
        "metadata": value(audit.c.metadata),
        "before": value(audit.c.before),
        "after": value(audit.c.after),
        "idempotencyKey": value(audit.c.idempotency_key),
        "requestId": value(audit.c.request_id),
    }
)
"""A row of the audit log (contract/README.md#audit-log)."""


def serialize_audit_row(row: AuditRecord) -> dict[str, Any]:
    """A row of the audit log in wire form."""
    return AUDIT_ROW.of(row)
