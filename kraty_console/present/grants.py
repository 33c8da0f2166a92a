"""The rows of the Grants pane."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.present.attempts import status_cell, wrong_cell
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, Row, cell, sort_key
from kraty_console.present.times import ago
from kraty_console.support.contents import contents_words
from kraty_console.support.diagnosis import grant_faults
from kraty_console.support.links import Links
from kraty_console.support.words import event_words

if TYPE_CHECKING:
    from kraty_console.contract.players import Grant, Snapshot

COLUMNS: Final = (
    Column("status", "STATUS", 7, 12, priority=1),
    Column("contents", "CONTENTS", 12, 44, priority=2),
    Column("from", "FROM", 8, 26, priority=5),
    Column("created", "CREATED", 7, 9, priority=6),
    Column("expires", "EXPIRES", 7, 9, priority=7),
    Column("claimed", "CLAIMED", 7, 9, priority=4),
    Column("wrong", "WHAT IS WRONG", 10, 40, priority=3),
)

_SOURCES: Final = {
    "api": "studio's backend",
    "admin": "by hand",
    "crate_open": "a crate",
    "crate": "a crate",
    "event_completion": "an event",
    "event": "an event",
    "event_milestone": "a milestone",
}
"""Where grants come from (kraty-api 5.4); another source is shown as it came."""


def source_words(grant: Grant, links: Links) -> SafeText | None:
    """Where a grant comes from: the event it was won in when that is known."""
    attempt = links.attempt_of(grant)
    if grant.source_kind in ("event_completion", "event") and attempt is not None:
        return safe(event_words(attempt))
    if grant.source_kind == "event_milestone" and attempt is not None:
        return safe(f"milestone of {event_words(attempt)}")
    if grant.source_kind is None:
        return None if attempt is None else safe(event_words(attempt))
    return SafeText(_SOURCES[grant.source_kind]) if grant.source_kind in _SOURCES else safe(grant.source_kind)


def row(grant: Grant, snapshot: Snapshot, now: datetime, links: Links) -> Row:
    """One grant."""
    faults = grant_faults(grant, snapshot, now)
    source = source_words(grant, links)
    contents = contents_words(grant.contents, grant.kind)
    return Row(
        grant.id,
        "grant",
        (
            status_cell(grant.status),
            cell(contents),
            Cell(source) if source is not None else cell(None),
            Cell(ago(grant.created_at, now), "dim"),
            Cell(ago(grant.expires_at, now), "dim"),
            Cell(ago(grant.claimed_at, now), "dim"),
            wrong_cell(faults),
        ),
        (
            sort_key(grant.status),
            sort_key(contents),
            sort_key(source),
            sort_key(grant.created_at),
            sort_key(grant.expires_at),
            sort_key(grant.claimed_at),
            sort_key(-{"fine": 0.0, "notice": 1.0, "wrong": 2.0}[faults[0].severity]),
        ),
        grant.id,
        "grant id",
    )
