"""Journal entries: one intended change each, with its state."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from kraty_console.contract.audit import AuditLink
from kraty_console.contract.operations import Operation

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class EntryState(StrEnum):
    """The state of a change."""

    INTENT = "intent"
    SENT = "sent"
    APPLIED = "applied"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    RESOLVED = "resolved"


NOT_SENT: Final = "not sent: "
"""Prefix of the error of a change that was never sent."""

NEVER_SENT: Final = "never sent"
"""The error of an intent that was given up before it was sent."""

OPEN: Final = (EntryState.INTENT, EntryState.SENT, EntryState.UNKNOWN)
"""The states without a confirmed outcome."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The backend and game that an entry belongs to."""

    base_url: str
    studio: str
    game: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One intended change and its state."""

    id: str
    created_at: datetime
    profile: str
    base_url: str
    studio: str
    game: str
    environment: str | None
    member: str | None
    """The member who made the change, from the session."""
    ticket: str | None
    operation: Operation
    player: str
    path: str
    idempotency_key: str
    body: str
    """The exact JSON that is sent."""
    state: EntryState
    applied: bool | None = None
    """Whether it took effect; None if unknown."""
    outcome: dict[str, Any] | None = None
    """The answer, as JSON."""
    audit: AuditLink | None = None
    request_id: str | None = None
    error: str | None = None
    """The last error, in words."""
    owner: str | None = None
    """The process that wrote it."""
    version: str | None = None
    """The version of the row that it was decided on; sent with every resend, too."""

    @property
    def is_open(self) -> bool:
        """Whether it has no confirmed outcome."""
        return self.state in OPEN

    @property
    def never_left(self) -> bool:
        """Whether it was closed before anything was sent."""
        return self.state is EntryState.REFUSED and (self.error or "").startswith(NOT_SENT)

    @property
    def was_given_up(self) -> bool:
        """Whether it is an intent that was closed without being sent: its key may be used for the same change."""
        return self.state is EntryState.RESOLVED and self.applied is False and self.error == NEVER_SENT

    @property
    def scope(self) -> Scope:
        """The backend and game it belongs to."""
        return Scope(self.base_url, self.studio, self.game)


def columns_of(entry: JournalEntry) -> Mapping[str, str | int | None]:
    """The column values of a new entry."""
    return {
        "id": entry.id,
        "created_ms": milliseconds(entry.created_at),
        "changed_ms": milliseconds(entry.created_at),
        "profile": entry.profile,
        "base_url": entry.base_url,
        "studio": entry.studio,
        "game": entry.game,
        "environment": entry.environment,
        "member": entry.member,
        "ticket": entry.ticket,
        "kind": entry.operation.value,
        "player": entry.player,
        "path": entry.path,
        "idempotency_key": entry.idempotency_key,
        "body": entry.body,
        "state": entry.state.value,
        "owner": entry.owner,
        "version": entry.version,
    }


def entry_of(row: sqlite3.Row) -> JournalEntry:
    """The entry of a database row."""
    return JournalEntry(
        id=row["id"],
        created_at=moment_of(row["created_ms"]),
        profile=row["profile"],
        base_url=row["base_url"],
        studio=row["studio"],
        game=row["game"],
        environment=row["environment"],
        member=row["member"],
        ticket=row["ticket"],
        operation=Operation(row["kind"]),
        player=row["player"],
        path=row["path"],
        idempotency_key=row["idempotency_key"],
        body=row["body"],
        state=EntryState(row["state"]),
        applied=None if row["applied"] is None else bool(row["applied"]),
        outcome=json.loads(row["outcome"]) if row["outcome"] else None,
        audit=AuditLink(id=row["audit_id"], url=row["audit_url"] or "") if row["audit_id"] else None,
        request_id=row["request_id"],
        error=row["error"],
        owner=row["owner"],
        version=row["version"],
    )


def milliseconds(moment: datetime) -> int:
    """Milliseconds since the epoch, UTC."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment_of(since_1970: int) -> datetime:
    """The time from milliseconds since the epoch, UTC."""
    return _EPOCH + timedelta(milliseconds=since_1970)
