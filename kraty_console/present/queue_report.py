"""The report of a queue as Markdown, CSV or JSON Lines, and its groups and preview in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kraty_console.domain.formatting import counted, signed
from kraty_console.domain.forms import CHANGES
from kraty_console.domain.queue_groups import GROUP_WORDS, QueueGroup
from kraty_console.domain.queue_report import ReportRow, counts_of, report_rows
from kraty_console.domain.queue_state import QueueState, RowState
from kraty_console.present.audit_export import BYTE_ORDER_MARK
from kraty_console.present.csv_cells import csv_lines
from kraty_console.present.json_output import json_line
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.width import cells, pad

if TYPE_CHECKING:
    from kraty_console.domain.change_totals import Totals
    from kraty_console.domain.queue_plan import QueuePlan

STATE_WORDS: Final = {
    RowState.DONE: "done",
    RowState.REFUSED: "refused",
    RowState.SKIPPED: "skipped, changed meanwhile",
    RowState.FAILED: "failed",
    RowState.UNKNOWN: "outcome not known",
    RowState.NOT_SENT: "not sent",
    RowState.HEALTHY: "nothing wrong",
    RowState.NOT_IN_GROUP: "not in the group",
    RowState.NOT_FOUND: "not found",
    RowState.NOT_READ: "could not be looked up",
}

CSV_COLUMNS: Final = (
    "line",
    "input",
    "externalPlayerId",
    "state",
    "rowId",
    "row",
    "words",
    "audit",
    "requestId",
    "sameAsLine",
)
"""The first line of the CSV; several audit links are separated by a blank."""

_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>|#~])")
_TEXT: Final = 400


def report_text(state: QueueState, form: str) -> Iterator[str]:
    """The report in pieces; `form` is `md`, `csv` or `jsonl`."""
    return {"md": _markdown, "csv": _csv, "jsonl": _json}[form](state)


FORMS: Final = {".md": "md", ".markdown": "md", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
"""The form of a report by the ending of its file."""


def _csv(state: QueueState) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_lines([CSV_COLUMNS])
    for row in report_rows(state):
        yield csv_lines([_csv_row(row)])


def _csv_row(row: ReportRow) -> Sequence[str | None]:
    return (
        str(row.line),
        row.text,
        row.player or None,
        row.state.value,
        row.target_id or None,
        row.about or None,
        row.words or None,
        " ".join(row.audit_urls) or None,
        row.request_id or None,
        None if row.same_as is None else str(row.same_as),
    )


def _json(state: QueueState) -> Iterator[str]:
    for row in report_rows(state):
        yield json_line(report_row_json(row))


def report_row_json(row: ReportRow) -> dict[str, Any]:
    """A row for programs; texts unchanged."""
    return {
        "line": row.line,
        "input": row.text,
        "externalPlayerId": row.player or None,
        "state": row.state.value,
        "rowId": row.target_id or None,
        "row": row.about or None,
        "words": row.words or None,
        "audit": list(row.audit_urls),
        "requestId": row.request_id or None,
        "sameAsLine": row.same_as,
    }


def _markdown(state: QueueState) -> Iterator[str]:
    order, origin = state.order, state.origin
    ticket = order.texts.get("ticket", "")
    head = f"{ticket}: " if ticket else ""
    yield f"# {_marked(f'{head}{order.action} of {order.group}')}\n\n"
    yield f"- source: {_marked(origin.source)}, {counted(len(state.rows), 'row')}\n"
    yield f"- begun: {_marked(origin.created_at)}, by {_marked(origin.member or '?')}\n"
    if reason := order.texts.get("reason"):
        yield f"- reason: {_marked(reason)}\n"
    yield f"- outcome: {counts_words(counts_of(state))}\n\n"
    yield "| line | player | state | what | audit |\n|---:|---|---|---|---|\n"
    for row in report_rows(state):
        links = " ".join(f"<{safe(url, limit=_TEXT)}>" for url in row.audit_urls)
        same = f"same as line {row.same_as}" if row.same_as is not None else ""
        what = "; ".join(_marked(each) for each in (row.about, row.words, same) if each)
        name = _marked(row.player or row.text)
        yield f"| {row.line} | {name} | {STATE_WORDS[row.state]} | {what} | {links.replace('|', '%7C')} |\n"


def _marked(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", safe(text, limit=_TEXT))


def counts_words(counts: Counter[RowState]) -> str:
    """`250 done, 3 skipped, changed meanwhile`; in the order of the states."""
    return ", ".join(f"{counts[state]} {words}" for state, words in STATE_WORDS.items() if counts[state]) or "nothing"


# -- before it is sent -----------------------------------------------------------------------------------------------


def groups_text(groups: Sequence[QueueGroup], commands: Callable[[str], str]) -> str:
    """The groups as a table; `commands` names the command of an action."""
    lines = [("GROUP", "PLAYERS", "ROWS", "ACTION", "WHAT")]
    for group in groups:
        action = commands(group.action_id) if group.action_id is not None else ""
        rows = str(group.rows) if group.rows else ""
        lines.append((group.kind, str(group.players), rows, action, GROUP_WORDS.get(group.kind, "")))
    return _columns([[safe(each) for each in line] for line in lines])


def groups_json(groups: Iterable[QueueGroup]) -> list[dict[str, Any]]:
    """The groups for programs."""
    return [
        {
            "group": each.kind,
            "players": each.players,
            "rows": each.rows,
            "action": None
            if each.action_id is None
            else {"id": each.action_id, "title": CHANGES[each.action_id].spec.title},
        }
        for each in groups
    ]


def preview_text(plan: QueuePlan, players: Sequence[str]) -> str:
    """Every change that would be sent, below what it does; what is ruled out, below the reason; and the totals."""
    blocks: dict[tuple[str, str], list[str]] = {}
    for change in plan.in_order(players):
        intent = change.intent
        line = _row_line(intent.player, intent.about or intent.target_id or "")
        blocks.setdefault((change.effects, change.notes), []).append(line)
    refused: dict[str, list[str]] = {}
    for player in dict.fromkeys(players):
        for each in plan.refused.get(player, ()):
            refused.setdefault(each.words, []).append(_row_line(player, each.target_id or ""))
    parts = []
    for (effects, notes), lines in blocks.items():
        note = f"note: {safe(notes, limit=_TEXT)}\n" if notes else ""
        parts.append(f"{safe(effects, limit=_TEXT)}\n{note}{''.join(lines)}")
    parts.extend(f"refused: {safe(words, limit=_TEXT)}\n{''.join(lines)}" for words, lines in refused.items())
    if totals := totals_text(plan.totals):
        parts.append(totals)
    return "\n".join(parts)


def _row_line(player: str, where: str) -> str:
    return f"  {safe(player, limit=200)}  {safe(where, limit=200)}".rstrip() + "\n"


def totals_text(totals: Totals) -> str:
    """`total  +5000 gold`, a line for each currency and item."""
    return "".join(
        f"total  {signed(number)} {safe(what.key, limit=80)}{'' if what.type == 'currency' else f' ({what.type})'}\n"
        for what, number in sorted(totals.items())
        if number
    )


def preview_json(plan: QueuePlan, players: Sequence[str]) -> dict[str, Any]:
    """The preview for programs."""
    return {
        "count": plan.count,
        "changes": [
            {
                "externalPlayerId": each.intent.player,
                "operation": each.intent.operation.value,
                "rowId": each.intent.target_id,
                "version": each.intent.version,
                "effects": each.effects,
                "notes": each.notes or None,
            }
            for each in plan.in_order(players)
        ],
        "refused": [
            {"externalPlayerId": each.player, "rowId": each.target_id, "words": each.words}
            for player in dict.fromkeys(players)
            for each in plan.refused.get(player, ())
        ],
        "totals": [
            {"type": what.type, "key": what.key, "count": number} for what, number in sorted(plan.totals.items())
        ],
    }


def rows_text(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a table, with the names of their values as titles; empty without rows."""
    if not rows:
        return ""
    titles = [SafeText(name.upper()) for name in rows[0]]
    return _columns([titles, *([safe(value, limit=_TEXT) for value in row.values()] for row in rows)])


def _columns(lines: Sequence[Sequence[SafeText]]) -> str:
    widths = [max(cells(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "".join(
        "  ".join(pad(text, width) for text, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )
