"""The worklog of a ticket: what was looked at, found and done, as data and as Markdown (console/README.md#worklog).

Records hold ids, keys and numbers, but no names, e-mails, reasons or notes: they outlive what an erasure removes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kraty_console.contract.characters import is_unsafe
from kraty_console.contract.iso_time import iso
from kraty_console.domain.formatting import ungrouped
from kraty_console.domain.timestamps import as_utc

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow

LONGEST: Final = 400
"""Characters of a text in a record; a longer one is cut."""

LOOKED: Final = "looked"
CHANGED: Final = "changed"


@dataclass(frozen=True, slots=True)
class WorkRecord:
    """One line of a worklog: a player who was looked at, or a step of a change. All texts are raw."""

    at: datetime
    ticket: str
    player: str
    """The external id."""
    kind: str = LOOKED
    """`looked` or `changed`."""
    game: str = ""
    found: tuple[str, ...] = ()
    """What diagnosis said, for a player who was looked at."""
    key: str = ""
    """The idempotency key of a change: the last record with a key has its outcome."""
    title: str = ""
    """The change: `Force-complete`."""
    what: str = ""
    """Its row: `daily_race, attempt 0197…`."""
    state: str = ""
    """`sent`, `applied`, `refused` or `unknown`."""
    words: str = ""
    """What it did, or why not."""
    audit_id: str = ""
    audit_url: str = ""
    request_id: str = ""
    told: str = ""
    """What the player is told of it; empty if nothing."""
    advice: str = ""
    """What the player is asked to do."""
    reason: str = ""
    """As given in this session; never kept."""

    def as_json(self) -> dict[str, Any]:
        """What is kept of it, without what is empty."""
        texts = {name: getattr(self, name)[:LONGEST] for name in (*_TEXTS, *_IDS)}
        kept = {
            "at": iso(as_utc(self.at)),
            "kind": self.kind,
            **texts,
            "found": [each[:LONGEST] for each in self.found],
        }
        return {name: value for name, value in kept.items() if value}


_IDS: Final = ("ticket", "player", "key", "audit_id", "audit_url", "request_id")
_TEXTS: Final = ("game", "title", "what", "state", "words", "told", "advice")
_STATES: Final = ("sent", "applied", "refused", "unknown")


def read_record(value: object) -> WorkRecord | None:
    """The record of a parsed line; None if it is none, or of a later version."""
    if not isinstance(value, dict) or value.get("kind") not in (LOOKED, CHANGED):
        return None
    texts = {name: value.get(name, "") for name in (*_TEXTS, *_IDS)}
    found = value.get("found", [])
    if not all(isinstance(each, str) for each in (*texts.values(), *found)):
        return None
    try:
        at = datetime.fromisoformat(str(value.get("at")))
    except ValueError:
        return None
    if value["kind"] == CHANGED and texts["state"] not in _STATES:
        return None
    return WorkRecord(as_utc(at), kind=value["kind"], found=tuple(found), **texts)


def merged(records: Iterable[WorkRecord]) -> list[WorkRecord]:
    """One record per change, in its last state, and one per look; the oldest first.

    What a later record of a change lacks is taken from an earlier one.
    """
    looks: dict[WorkRecord, None] = {}
    changes: dict[str, WorkRecord] = {}
    for record in records:
        if record.kind == LOOKED:
            looks[record] = None
            continue
        before = changes.get(record.key)
        changes[record.key] = record if before is None else _later(before, record)
    return sorted([*looks, *changes.values()], key=lambda each: each.at)


def _later(before: WorkRecord, record: WorkRecord) -> WorkRecord:
    if before.state == "applied" and record.state in ("sent", "unknown"):
        record = replace(record, state="applied", words=before.words)  # it was asked for once more
    lacking = {
        name: getattr(before, name)
        for name in ("ticket", "game", "title", "what", "words", "audit_id", "audit_url", "request_id", "reason")
        if not getattr(record, name)
    }
    if record.state == "applied":
        lacking |= {name: getattr(before, name) for name in ("told", "advice") if not getattr(record, name)}
    return replace(record, **lacking)


class TicketTimes(NamedTuple):
    """A ticket in the worklog."""

    ticket: str
    first: datetime
    last: datetime
    players: int
    changes: int
    """Those that were applied."""


def tickets(records: Iterable[WorkRecord]) -> list[TicketTimes]:
    """The tickets, the one worked on last first."""
    by_ticket: dict[str, list[WorkRecord]] = {}
    for record in records:
        by_ticket.setdefault(record.ticket, []).append(record)
    found = []
    for ticket, own in by_ticket.items():
        lines = merged(own)
        done = sum(each.state == "applied" for each in lines)
        times = [each.at for each in lines]
        found.append(TicketTimes(ticket, times[0], times[-1], len({each.player for each in lines}), done))
    return sorted(found, key=lambda each: each.last, reverse=True)


_MARKS: Final = re.compile(r"[\\`*<>\[\]|~&#]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown takes for marks; a `_` within a word is none."""


def markdown(ticket: str, records: Iterable[WorkRecord]) -> str:
    """The worklog as Markdown, the oldest record first; what is not known is said. Each value stays on its line.

    Numbers are ungrouped, so that readers can search for and copy them.
    """
    lines = [f"**{_text(ticket)}**: what was done" if ticket else "What was done", ""]
    for record in merged(records):
        when = as_utc(record.at).strftime("%Y-%m-%d %H:%M:%S UTC")
        if record.kind == LOOKED:
            said = "; ".join(map(_text, record.found))
            lines.append(f"- {when} · looked at {_text(record.player)}" + (f": {said}" if said else ""))
            continue
        what = f" ({_text(record.what)})" if record.what else ""
        lines.append(f"- {when} · **{_text(record.title)}** · {_text(record.player)}{what}: {_outcome(record)}")
        if record.reason:
            lines.append(f"  - reason: {_text(record.reason)}")
        if record.audit_url:
            lines.append(f"  - audit: {_url(record.audit_url)}")
        elif record.request_id:
            lines.append(f"  - request: {_text(record.request_id)}")
    return "\n".join(lines).rstrip("\n") + "\n"


def _outcome(record: WorkRecord) -> str:
    words = _text(ungrouped(record.words))
    if record.state == "applied":
        return words or "applied"
    if record.state == "refused":
        return f"**not applied**: {words}" if words else "**not applied**"
    if record.state == "unknown":
        return "**not known** whether it took effect"
    return "sent; its outcome is in the journal"


def _text(text: str) -> str:
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", one_line(text))


def _url(url: str) -> str:
    """The address as it is where Markdown leaves it alone; else in angle brackets."""
    plain = one_line(url)
    if not _MARKS.search(plain):
        return plain
    return f"<{plain.replace('<', '%3C').replace('>', '%3E').replace(' ', '%20')}>"


def one_line(text: str) -> str:
    """The text on one line, so that pasting it cannot add lines."""
    return " ".join("".join(" " if is_unsafe(char) or char.isspace() else char for char in text).split(" ")).strip()


# -- the changes of this session -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorklogEntry:
    """One change that was made in this session."""

    player: str
    title: str
    """The name of the action: `Force-complete`."""
    outcome: str
    """The effect: `in progress → force-completed, score 320 → 1 500`; `applied` if the server gave no details."""
    what: str = ""
    """The subject: `daily_race, attempt 0197…`."""
    audit_url: str = ""


@dataclass(frozen=True, slots=True)
class PerformedChange:
    """A change made in this session: for messages, and for the link that `y` copies."""

    ticket: str
    work: WorklogEntry
    target_id: str | None = None
    """The changed row."""
    audit_id: str = ""
    """Its audit row; empty if the backend named none."""


def dated(records: Iterable[WorkRecord], rows: Sequence[AuditRow]) -> list[WorkRecord]:
    """The changes whose audit rows have another time, with that: worklog and audit log then agree to the second."""
    moments: Mapping[str, datetime] = {row.id: row.occurred_at for row in rows if row.occurred_at is not None}
    return [
        replace(each, at=moments[each.audit_id])
        for each in merged(records)
        if each.audit_id in moments and each.at != moments[each.audit_id]
    ]
