"""Faults of all players of a game (contract/README.md#faults)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kraty_console.contract.wire import Answer


class FaultTarget(Answer):
    """The broken row."""

    kind: str = ""
    """`attempt` or `grant`."""
    id: str = ""


class FaultRow(Answer):
    """A fault of one player."""

    kind: str = ""
    """A `FaultKind`, or an unknown value."""
    external_player_id: str
    target: FaultTarget = Field(default_factory=FaultTarget)
    event_key: str | None = None
    """None for a grant of no event."""
    since: datetime | None = None
    """When the broken state began."""


class EventFaultCount(Answer):
    """How many faults of one kind an event has."""

    event_key: str | None = None
    """None for grants of no event."""
    count: int = 0


class FaultCount(Answer):
    """How many faults of one kind there are."""

    kind: str = ""
    count: int = 0
    counted: str = ""
    """`exact`, or `at_least` if there may be more of this kind, and of any of its events."""
    events: list[EventFaultCount] = Field(default_factory=list)
    """The events that have some, most of them first."""


class FaultPage(Answer):
    """A page of faults; it may be short or empty although there is a next one."""

    counts: list[FaultCount] | None = None
    """For each kind that was asked for, on the first page; None on later ones."""
    rows: list[FaultRow] = Field(default_factory=list)
    """Most urgent kind first, within a kind newest first."""
    next_cursor: str | None = None
    """None on the last page."""
