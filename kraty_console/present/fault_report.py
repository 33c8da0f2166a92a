"""What `diagnose` prints: the faults of a player in words, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kraty_console.contract.iso_time import iso
from kraty_console.domain.completeness import sentence
from kraty_console.domain.fault_report import FactValue, PlayerReport, ReportedFault, count_words
from kraty_console.domain.timestamps import as_utc
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.times import exact

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

_TEXT = 2_000


def report_text(report: PlayerReport, snapshot: Snapshot, now: datetime) -> str:
    """The faults in words, most urgent first; or that nothing is wrong in what was loaded."""
    player = safe(snapshot.player.external_player_id)
    if not report.faults:
        return f"{player}: {safe(report.step.text, limit=_TEXT)}\n"
    parts = [f"{player}: {count_words(report)}.\n"]
    parts.extend("\n".join(_fault(number, each, now)) + "\n" for number, each in enumerate(report.faults, 1))
    if report.unknown:
        parts.append("".join(f"{safe(sentence(each), limit=_TEXT)}\n" for each in report.unknown))
    return "\n".join(parts)


def _fault(number: int, fault: ReportedFault, now: datetime) -> Iterator[str]:
    words = f": {safe(fault.words, limit=_TEXT)}" if fault.words else ""
    yield f"{number}. {fault.severity}  {safe(fault.row, limit=200)}{words}"
    yield f"   row       {fault.pane} {safe(fault.row_id)}"
    if fault.since is not None:
        yield f"   since     {exact(fault.since, now, UTC)}"
    yield f"   evidence  {'; '.join(f'{safe(name)} {_value(value)}' for name, value in fault.evidence)}"
    yield f"   next      {safe(fault.advice, limit=_TEXT)}"
    if fault.action is not None:
        yield f"   action    {safe(fault.action.title)} ({fault.action.id}, key {safe(fault.action.key)})"
    for each in fault.excluded:
        yield f"   not       {safe(each.title)}: {safe(each.reason, limit=_TEXT)}"


def _value(value: FactValue) -> SafeText:
    return exact(value, None, UTC) if isinstance(value, datetime) else safe(value, limit=_TEXT)


def report_json(report: PlayerReport, snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """The same for programs; times as they are sent, texts unchanged."""
    return {
        "externalPlayerId": snapshot.player.external_player_id,
        "asOf": iso(now),
        "wrong": report.is_wrong,
        "faults": [_fault_json(each) for each in report.faults],
        "nextStep": report.step.text,
        "loaded": {
            name: {
                "rows": each.loaded,
                "total": each.total,
                "unreadable": each.unreadable,
                "provided": each.is_provided,
            }
            for name, each in report.loaded.items()
        },
        "unknown": list(report.unknown),
    }


def _fault_json(fault: ReportedFault) -> dict[str, Any]:
    action = fault.action
    return {
        "fault": fault.code,
        "severity": fault.severity,
        "pane": fault.pane,
        "rowId": fault.row_id,
        "row": fault.row,
        "since": _json_value(fault.since) if fault.since is not None else None,
        "words": fault.words,
        "advice": fault.advice,
        "evidence": {name: _json_value(value) for name, value in fault.evidence},
        "action": None
        if action is None
        else {"id": action.id, "title": action.title, "operation": action.operation, "prefill": dict(fault.prefill)},
        "excluded": [{"id": each.action_id, "title": each.title, "reason": each.reason} for each in fault.excluded],
    }


def _json_value(value: FactValue) -> str:
    return iso(as_utc(value)) if isinstance(value, datetime) else value
