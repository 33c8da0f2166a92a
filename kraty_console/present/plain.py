"""Answers without the screen: lined-up tables and JSON, from the same rows as the screen draws."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from kraty_console.present.profile import folded
from kraty_console.present.rows import TITLES, tables
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, Row, cell
from kraty_console.present.times import ago
from kraty_console.present.width import cells, pad
from kraty_console.support.next_step import next_step
from kraty_console.support.scopes import PANES, PaneId, pane

if TYPE_CHECKING:
    from kraty_console.contract.players import SearchHit, Snapshot

HIT_COLUMNS: Final = (
    Column("player", "PLAYER", 8, 40, priority=1, middle=True),
    Column("name", "NAME", 6, 30, priority=4),
    Column("email", "E-MAIL", 8, 40, priority=3),
    Column("seen", "LAST SEEN", 9, 9, priority=5),
    Column("match", "FOUND BY", 8, 40, priority=2),
)
_MATCHES: Final = {"external_id": "id", "email": "e-mail", "prefix": "beginning of the id"}


def hit_row(hit: SearchHit, now: datetime) -> Row:
    """A player that a search found."""
    if hit.match == "merged":
        match = SafeText(f"{safe(hit.merged_from, limit=80)} was merged into it")
    else:
        match = SafeText(_MATCHES[hit.match]) if hit.match in _MATCHES else safe(hit.match or None)
    return Row(
        hit.external_player_id,
        "player",
        (
            cell(hit.external_player_id),
            cell(hit.display_name),
            cell(hit.email),
            Cell(ago(hit.last_seen_at, now), "dim"),
            Cell(match, "dim"),
        ),
        (
            hit.external_player_id,
            hit.display_name,
            hit.email,
            hit.last_seen_at,
            match,
        ),
        hit.external_player_id,
        "player id",
    )


def table_text(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """A table of text: each column as wide as its widest cell, two spaces between, nothing cut that fits its column."""
    widths = [
        max([cells(SafeText(column.title)), *(cells(row.cells[place].text) for row in rows)])
        for place, column in enumerate(columns)
    ]
    lines = [_line((SafeText(column.title) for column in columns), columns, widths)]
    lines.extend(_line((each.text for each in row.cells), columns, widths) for row in rows)
    return "\n".join(lines) + "\n"


def _line(texts: Iterable[SafeText], columns: Sequence[Column], widths: Sequence[int]) -> str:
    parts = [pad(text, width, right=column.right) for text, column, width in zip(texts, columns, widths, strict=True)]
    return "  ".join(parts).rstrip()


def hits_text(hits: Sequence[SearchHit], now: datetime) -> str:
    """What `search` prints."""
    return table_text(HIT_COLUMNS, [hit_row(hit, now) for hit in hits])


def pane_text(pane_id: PaneId, snapshot: Snapshot, now: datetime) -> str:
    """What `show --pane` prints: the tables of one pane."""
    found = tables(pane_id, snapshot, now)
    shown = [table for table in found if table.rows]
    if not shown:
        return pane(pane_id).empty + "\n"
    if len(found) == 1:
        return table_text(shown[0].columns, shown[0].rows)
    return "\n".join(f"{TITLES[table.id]}\n{table_text(table.columns, table.rows)}" for table in shown)


def player_text(snapshot: Snapshot, now: datetime) -> str:
    """What `show` prints: the profile, the next step, and every pane that has rows."""
    parts = ["\n".join("".join(each.text for each in line) for line in folded(snapshot, now)) + "\n"]
    parts.append(f"Next step: {safe(next_step(snapshot, now).words, limit=2000)}\n")
    for each in PANES:
        parts.extend(
            f"{TITLES[table.id]}\n{table_text(table.columns, table.rows)}"
            for table in tables(each.id, snapshot, now)
            if table.rows
        )
    return "\n".join(parts)


def player_json(snapshot: Snapshot, pane_id: PaneId | None = None) -> dict[str, Any]:
    """What `show --json` prints: the answer as it came, or the lists of one pane of it."""
    whole = snapshot.raw()
    if pane_id is None:
        return whole
    names = {
        "attempts": ("attempts",),
        "grants": ("grants",),
        "wallet": ("wallet", "walletLedger"),
        "lobbies": ("lobbies",),
        "items": ("inventory", "itemLedger"),
        "audit": ("audit",),
    }
    return {name: whole.get(name, []) for name in names[pane_id]}


def json_text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """JSON in printable ASCII alone, so that nothing in it can steer a terminal; indented, a line feed at the end."""
    return json.dumps(value, ensure_ascii=True, indent=2).replace("\x7f", "\\u007f") + "\n"


def json_line(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """The same on one line, for what reads one value after the other."""
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"
