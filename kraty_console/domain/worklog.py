"""The worklog of a ticket: changes as text to paste into it (contract/README.md#audit-log)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.contract.characters import is_unsafe
from kraty_console.domain.formatting import ungrouped
from kraty_console.domain.timestamps import as_utc

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow


@dataclass(frozen=True, slots=True)
class WorklogEntry:
    """One change that was made or attempted."""

    at: datetime
    player: str
    title: str
    """The name of the action: `Force-complete`."""
    outcome: str
    """The effect: `in progress → force-completed, score 320 → 1 500`; `applied` if the server gave no details."""
    what: str = ""
    """The subject: `daily_race, attempt 0197…`."""
    reason: str = ""
    audit_url: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class PerformedChange:
    """A change made in this session: for the worklog, and for the link that `y` copies."""

    ticket: str
    work: WorklogEntry
    target_id: str | None = None
    """The changed row."""
    audit_id: str = ""
    """Its audit row; empty if the backend named none."""


def dated(done: Iterable[PerformedChange], rows: Iterable[AuditRow]) -> list[PerformedChange]:
    """Set the times of changes from their audit rows, so that worklog and audit log agree to the second."""
    moments = {row.id: row.occurred_at for row in rows if row.occurred_at is not None}
    return [
        replace(each, work=replace(each.work, at=moments[each.audit_id])) if each.audit_id in moments else each
        for each in done
    ]


def worklog(ticket: str, work: Iterable[WorklogEntry]) -> str:
    """One paragraph per change, the oldest first, with its audit link. Raw text, each value kept on its own line.

    Numbers are ungrouped, so that readers can search for and copy them.
    """
    lines = [f"{_line(ticket)}: what was done" if ticket else "What was done"]
    for each in sorted(work, key=lambda done: as_utc(done.at)):
        when = as_utc(each.at).strftime("%Y-%m-%d %H:%M:%S UTC")
        what = _line(ungrouped(each.what)).removeprefix(f"{_line(each.player)} · ")  # the player is already named
        about = f" ({what})" if what else ""
        lines.extend(
            ("", f"{when}  {_line(each.title)} · {_line(each.player)}{about}", f"  {_line(ungrouped(each.outcome))}")
        )
        if each.reason:
            lines.append(f"  reason: {_line(each.reason)}")
        if each.audit_url:
            lines.append(f"  audit: {_line(each.audit_url)}")
        elif each.request_id:
            lines.append(f"  request: {_line(each.request_id)}")
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """The text on one line, so that pasting it cannot add lines."""
    return " ".join("".join(" " if is_unsafe(char) or char.isspace() else char for char in text).split(" ")).strip()
