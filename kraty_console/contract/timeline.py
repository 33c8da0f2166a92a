"""The timeline of a player (contract/README.md#admin-surface)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.players import Attempt, Grant, LedgerRow, Lobby
from kraty_console.contract.webhooks import Delivery
from kraty_console.contract.wire import Answer


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
