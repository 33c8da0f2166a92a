"""Players and their totals as JSON."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.players import names
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.versions import version_of
from kraty_console.backend.storage.tables import PlayerRecord


def serialize_player(row: PlayerRecord, *, merged_into: str | None = None, for_admin: bool) -> dict[str, Any]:
    """A player's profile: the union of both published field sets
    (contract/README.md#snapshot); e-mail and version on the admin surface only."""
    ban = None
    if row.banned_at is not None:
        ban = {"bannedAt": formats.timestamp(row.banned_at), "reason": row.ban_reason}
    profile = {
        "id": row.player_id,
        "externalPlayerId": row.external_player_id,
        "studioId": row.studio_id,
        "gameId": row.game_id,
        "environment": row.environment,
        "displayIdentity": names.chosen(row),
        "firstSeenAt": formats.timestamp(row.first_seen_at),
        "lastSeenAt": formats.timestamp(row.last_seen_at),
        "createdAt": formats.timestamp(row.created_at),
        "updatedAt": formats.timestamp(row.updated_at),
        "lastContextSnapshot": row.last_context,
        "ban": ban,
        "mergedInto": merged_into,
    }
    if for_admin:
        profile |= {"email": row.email, "version": version_of(row)}
    return profile


def serialize_totals(row: PlayerRecord) -> dict[str, int]:
    """A player's totals."""
    return {
        "attemptCount": row.attempt_count,
        "attemptsCompleted": row.attempts_completed,
        "attemptsExpired": row.attempts_expired,
        "grantsPending": row.grants_pending,
        "grantsClaimed": row.grants_claimed,
        "lobbiesActive": row.lobbies_active,
    }
