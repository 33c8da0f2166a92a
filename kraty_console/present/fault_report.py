"""What `diagnose` prints: the faults of a player in words, or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kraty_console.contract.iso_time import iso
from kraty_console.domain.action_hints import command_text
from kraty_console.domain.completeness import sentence
from kraty_console.domain.fault_report import FactValue, PlayerReport, ReportedFault, count_words
from kraty_console.domain.timestamps import as_utc
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.times import exact

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.cautions import Caution

_TEXT = 2_000
_TO_BE_SAID = " …"
"""The end of a command whose reason is still to be said; at the end of a foreign text it would be made visible."""


def report_text(report: PlayerReport, snapshot: Snapshot, now: datetime) -> str:
    """The faults in words, most urgent first; or that nothing is wrong in what was loaded."""
    player = safe(snapshot.player.external_player_id)
    if not report.faults:
        lines = [f"{player}: {safe(report.step.words, limit=_TEXT)}", *_cautions(report.cautions)]
        return "\n".join(lines) + "\n"
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
        yield f"   action    {safe(fault.action.title)}: {_how(fault)}"
    for each in fault.excluded:
        yield f"   not       {safe(each.title)}: {safe(each.reason, limit=_TEXT)}"
    yield from _cautions(fault.cautions)


def _how(fault: ReportedFault) -> SafeText:
    if fault.command is None:
        return safe(fault.action.id if fault.action is not None else "")
    words = safe(command_text(fault.command).removesuffix(_TO_BE_SAID), limit=_TEXT)
    return SafeText(f"{words}{_TO_BE_SAID if fault.command[-2] != '--' else ''}")


def _cautions(cautions: Iterable[Caution]) -> Iterator[str]:
    for each in cautions:
        rows = f" (row {', '.join(safe(row) for row in each.rows)})" if each.rows else ""
        yield f"   not       {safe(each.words, limit=_TEXT)}{rows}"


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
        "cautions": [_caution_json(each) for each in report.cautions],
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
        else {
            "id": action.id,
            "title": action.title,
            "operation": action.operation,
            "prefill": dict(fault.prefill),
            "command": None if fault.command is None else list(fault.command),
        },
        "excluded": [{"id": each.action_id, "title": each.title, "reason": each.reason} for each in fault.excluded],
        "cautions": [_caution_json(each, stops=True) for each in fault.stopping]
        + [_caution_json(each) for each in fault.cautions],
    }


def _caution_json(caution: Caution, *, stops: bool = False) -> dict[str, Any]:
    return {
        "rule": caution.rule,
        "words": caution.words,
        "actions": list(caution.action_ids),
        "rows": list(caution.rows),
        "tickets": list(caution.tickets),
        "stops": stops,
    }


def _json_value(value: FactValue) -> str:
    return iso(as_utc(value)) if isinstance(value, datetime) else value
