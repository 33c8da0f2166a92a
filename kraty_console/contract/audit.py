"""Audit rows: actor, action, target, reason, before and after (contract/README.md#audit-log)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.wire import Answer


class AuditActor(Answer):
    """Who acted: a member, an API key, a player, or the engine."""

    kind: str = ""
    id: str | None = None
    label: str | None = None


class AuditTarget(Answer):
    """The object of the action."""

    kind: str = ""
    id: str | None = None


class AuditPlayer(Answer):
    """The player concerned, with the external id at that time."""

    id: str | None = None
    external_player_id: str | None = None


class AuditRow(Answer):
    """One row of the studio's audit log; the database refuses to change or delete it."""

    id: str
    occurred_at: datetime | None = None
    studio_id: str | None = None
    game_id: str | None = None
    environment: str | None = None
    actor: AuditActor | None = None
    action: str = ""
    outcome: str = ""
    target: AuditTarget | None = None
    player: AuditPlayer | None = None
    reason: str | None = None
    ticket: str | None = None
    metadata: dict[str, Any] | None = None
    before: Any = None
    after: Any = None
    idempotency_key: str | None = None
    request_id: str | None = None


class AuditPage(Answer):
    """A page of audit rows, newest first; `next_cursor` is None on the last page."""

    rows: list[AuditRow] = Field(default_factory=list)
    next_cursor: str | None = None


class AuditLink(Answer):
    """The audit row of an action; its URL goes into the ticket."""

    id: str
    url: str = ""
