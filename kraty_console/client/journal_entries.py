"""What the journal holds: one intended change each, and what is known of it."""

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
    """How far a change has come."""

    INTENT = "intent"
    SENT = "sent"
    APPLIED = "applied"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    RESOLVED = "resolved"


NOT_SENT: Final = "not sent: "
"""Begins the error of a change of which no byte left."""

OPEN: Final = (EntryState.INTENT, EntryState.SENT, EntryState.UNKNOWN)
"""The states whose outcome is still to be told."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The backend and game that an entry belongs to."""

    base_url: str
    studio: str
    game: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One intended change and what is known of it."""

    id: str
    created_at: datetime
    profile: str
    base_url: str
    studio: str
    game: str
    environment: str | None
    member: str | None
    """Who meant it, as the session said."""
    ticket: str | None
    kind: Operation
    player: str
    path: str
    idempotency_key: str
    body: str
    """The JSON that is sent, byte for byte."""
    state: EntryState
    applied: bool | None = None
    """Whether it took effect; None while that is not known."""
    outcome: dict[str, Any] | None = None
    """The answer, as JSON."""
    audit: AuditLink | None = None
    request_id: str | None = None
    error: str | None = None
    """What went wrong last, in words."""
    owner: str | None = None
    """The process that began it."""

    @property
    def is_open(self) -> bool:
        """Whether its outcome is still to be told."""
        return self.state in OPEN

    @property
    def never_left(self) -> bool:
        """Whether it ended before anything was sent: the server refused nothing."""
        return self.state is EntryState.REFUSED and (self.error or "").startswith(NOT_SENT)

    @property
    def scope(self) -> Scope:
        """The backend and game it belongs to."""
        return Scope(self.base_url, self.studio, self.game)


def columns_of(entry: JournalEntry) -> Mapping[str, str | int | None]:
    """What is written when an entry begins."""
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
        "kind": entry.kind.value,
        "player": entry.player,
        "path": entry.path,
        "idempotency_key": entry.idempotency_key,
        "body": entry.body,
        "state": entry.state.value,
        "owner": entry.owner,
    }


def entry_of(row: sqlite3.Row) -> JournalEntry:
    """A row of the file as an entry."""
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
        kind=Operation(row["kind"]),
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
    )


def milliseconds(moment: datetime) -> int:
    """Since 1970, UTC."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment_of(since_1970: int) -> datetime:
    """The moment so many milliseconds after the beginning of 1970, UTC."""
    return _EPOCH + timedelta(milliseconds=since_1970)


def storable(text: str) -> str:
    """Text as a database takes it: half characters become visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
