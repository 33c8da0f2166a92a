"""Grants as JSON."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import GrantRecord


def serialize_grant(row: GrantRecord) -> dict[str, Any]:
    """A grant (contract/README.md#grant) with the attempt it came from."""
    return {
        "id": row.grant_id,
        "kind": row.kind,
        "contents": row.contents,
        "sourceKind": row.source_kind,
        "sourceRefId": row.source_ref_id,
        "parentGrantId": row.parent_grant_id,
        "attemptId": row.attempt_id,
        "status": row.status,
        "rolledAt": formats.timestamp(row.rolled_at),
        "claimedAt": formats.timestamp(row.claimed_at),
        "expiresAt": formats.timestamp(row.expires_at),
        "createdAt": formats.timestamp(row.created_at),
    }
