"""Grants as JSON."""

from __future__ import annotations

from typing import Any, Final

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import GrantRecord, grants
from kraty_console.backend.storage.wire_forms import WireForm, value

GRANT: Final = WireForm(
    {
        "id": value(grants.c.grant_id),
        "kind": value(grants.c.kind),
        "contents": value(grants.c.contents),
        "sourceKind": value(grants.c.source_kind),
        "sourceRefId": value(grants.c.source_ref_id),
        "parentGrantId": value(grants.c.parent_grant_id),
        "attemptId": value(grants.c.attempt_id),
        "status": value(grants.c.status),
        "rolledAt": formats.moment(grants.c.rolled_at),
        "claimedAt": formats.moment(grants.c.claimed_at),
        "expiresAt": formats.moment(grants.c.expires_at),
        "createdAt": formats.moment(grants.c.created_at),
    }
)
"""A grant (contract/README.md#grant) with the attempt it came from."""


def serialize_grant(row: GrantRecord) -> dict[str, Any]:
    """A grant in wire form."""
    return GRANT.of(row)
