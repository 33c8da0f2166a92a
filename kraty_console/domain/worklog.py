"""What was done under a ticket, as text to paste into it (contract/README.md#audit-log)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.domain.formatting import as_utc, ungrouped

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow


@dataclass(frozen=True, slots=True)
class WorklogEntry:
    """One change that was made, or tried."""

    at: datetime
    player: str
    title: str
    """The action: `Force-complete`."""
    outcome: str
    """What it altered: `in progress → force-completed, score 320 → 1 500`; `applied` where the server did not tell."""
    what: str = ""
    """What it was about, in words: `daily_race, attempt 0197…`."""
    reason: str = ""
    audit_url: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class PerformedChange:
    """A change that was made from here: for the worklog, and for the link that `y` copies."""

    ticket: str
    work: WorklogEntry
    target_id: str | None = None
    """The row it was about."""
    audit_id: str = ""
    """Its audit row; empty where the backend named none."""


def dated(done: Iterable[PerformedChange], rows: Iterable[AuditRow]) -> list[PerformedChange]:
    """Changes at the moments that their audit rows tell, so that worklog and audit log agree to the second."""
    moments = {row.id: row.occurred_at for row in rows if row.occurred_at is not None}
    return [
        replace(each, work=replace(each.work, at=moments[each.audit_id])) if each.audit_id in moments else each
        for each in done
    ]


def worklog(ticket: str, work: Iterable[WorklogEntry]) -> str:
    """One paragraph per change, the oldest first, with its audit link. Raw text, each value kept on its own line.

    Numbers are plain: who reads the ticket searches for them, or copies them.
    """
    lines = [f"{_line(ticket)}: what was done" if ticket else "What was done"]
    for each in sorted(work, key=lambda done: as_utc(done.at)):
        when = as_utc(each.at).strftime("%Y-%m-%d %H:%M:%S UTC")
        what = _line(ungrouped(each.what)).removeprefix(f"{_line(each.player)} · ")  # the player is named before it
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
    """The text on one line: what is pasted into a ticket or a shell must not bring lines of its own."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split(" ")).strip()
