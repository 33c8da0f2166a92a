"""Audit rows for files and pipes: CSV, JSON Lines, and a table in words that grows block by block."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kraty_console.contract.iso_time import iso
from kraty_console.domain.timestamps import as_utc
from kraty_console.present import audit
from kraty_console.present.csv_cells import csv_lines
from kraty_console.present.json_output import json_line
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Column
from kraty_console.present.times import exact
from kraty_console.present.width import cells, pad

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow

CSV_COLUMNS: Final = (
    "id",
    "occurredAt",
    "environment",
    "actorKind",
    "actorId",
    "actor",
    "action",
    "outcome",
    "targetKind",
    "targetId",
    "playerId",
    "externalPlayerId",
    "reason",
    "ticket",
    "metadata",
    "before",
    "after",
    "idempotencyKey",
    "requestId",
    "studioId",
    "gameId",
)
"""The first line of the CSV; `metadata`, `before` and `after` are JSON."""

BYTE_ORDER_MARK: Final = "\ufeff"
"""At the start of a CSV file, for spreadsheets that would not take it for UTF-8 without."""


def csv_head() -> str:
    """The line of column names."""
    return csv_lines([CSV_COLUMNS])


def csv_rows(rows: Sequence[AuditRow]) -> str:
    """Audit rows as lines of CSV."""
    return csv_lines(map(_csv_row, rows))


def _csv_row(row: AuditRow) -> tuple[str | None, ...]:
    actor, target, player = row.actor, row.target, row.player
    return (
        row.id,
        iso(as_utc(row.occurred_at)) if row.occurred_at is not None else None,
        row.environment,
        actor.kind if actor is not None else None,
        actor.id if actor is not None else None,
        actor.label if actor is not None else None,
        row.action,
        row.outcome,
        target.kind if target is not None else None,
        target.id if target is not None else None,
        player.id if player is not None else None,
        player.external_player_id if player is not None else None,
        row.reason,
        row.ticket,
        _json(row.metadata),
        _json(row.before),
        _json(row.after),
        row.idempotency_key,
        row.request_id,
        row.studio_id,
        row.game_id,
    )


def _json(value: Any) -> str | None:  # noqa: ANN401 (any JSON)
    return json.dumps(value, ensure_ascii=True) if value is not None else None


def json_rows(rows: Sequence[AuditRow]) -> str:
    """Audit rows as JSON Lines, each as it was received."""
    return "".join(json_line(row.raw()) for row in rows)


class AuditFileFormat(NamedTuple):
    """A format of exported rows."""

    name: str
    suffix: str
    """Of file names."""
    head: str
    """What a file begins with."""
    rows: Callable[[Sequence[AuditRow]], str]
    """Writes rows as text."""


CSV: Final = AuditFileFormat("CSV", ".csv", BYTE_ORDER_MARK + csv_head(), csv_rows)
JSON_LINES: Final = AuditFileFormat("JSON Lines", ".jsonl", "", json_rows)
FORMATS: Final = (CSV, JSON_LINES)


class AuditTable:
    """A table printed in blocks; a column is as wide as its widest cell so far."""

    _COLUMNS: Final = (*audit.STUDIO_COLUMNS, Column("id", "AUDIT ROW", 9))

    def __init__(self) -> None:
        self._widths = [0] * len(self._COLUMNS)

    def block(self, rows: Sequence[AuditRow], now: datetime) -> str:
        """The next lines; the first block begins with the column names."""
        lines = [self._cells(row, now) for row in rows]
        if not any(self._widths):
            lines.insert(0, [SafeText(column.title) for column in self._COLUMNS])
        for line in lines:
            self._widths = [max(width, cells(text)) for width, text in zip(self._widths, line, strict=True)]
        return "".join(f"{self._line(line)}\n" for line in lines)

    def _cells(self, row: AuditRow, now: datetime) -> list[SafeText]:
        _, *others = audit.row(row, now, with_player=True).cells
        return [exact(row.occurred_at, None, UTC), *(each.text for each in others), safe(row.id)]

    def _line(self, texts: Sequence[SafeText]) -> str:
        return "  ".join(pad(text, width) for text, width in zip(texts, self._widths, strict=True)).rstrip()
