"""The timeline of a player (contract/README.md#admin-surface)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.players import Attempt, Grant, LedgerRow, Lobby
from kraty_console.contract.webhooks import Delivery
from kraty_console.contract.wire import Answer


class TimelineKind(StrEnum):
    """The kind of a timeline row; the row itself is in the field of the same name."""

    ATTEMPT = "attempt"
    GRANT = "grant"
    WALLET = "wallet"
    ITEM = "item"
    LOBBY = "lobby"
    BAN = "ban"
    """The audit row of a ban or an unban."""
    AUDIT = "audit"
    """Any other audit row."""
    WEBHOOK = "webhook"
    """A delivery: one event on its way to one endpoint; the row's id is the delivery's as a UUID."""


class TimelineRow(Answer):
    """One row of the timeline; of the fields named for kinds, the one of its own kind is set."""

    kind: str = ""
    """A `TimelineKind`, or an unknown value."""
    at: datetime | None = None
    """The start of an attempt, the creation of a grant, the join of a lobby, or the time of any other row."""
    id: str = ""
    attempt: Attempt | None = None
    grant: Grant | None = None
    wallet: LedgerRow | None = None
    item: LedgerRow | None = None
    lobby: Lobby | None = None
    ban: AuditRow | None = None
    audit: AuditRow | None = None
    webhook: Delivery | None = None


class TimelinePage(Answer):
    """A page of the timeline, newest first; `next_cursor` is None on the last page."""

    rows: list[TimelineRow] = Field(default_factory=list)
    next_cursor: str | None = None
