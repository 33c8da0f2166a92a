"""Output of `search` and `show`: aligned tables and data for JSON, from the rows of the screen; ungrouped numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from kraty_console.domain.action_hints import ActionHints
from kraty_console.domain.completeness import (
    LISTS_OF,
    empty_words,
    is_complete,
    missing_from_panes,
    sentence,
    unreadable_lists,
    unreadable_parts,
)
from kraty_console.domain.formatting import ungrouped
from kraty_console.domain.grant_contents import listed
from kraty_console.domain.next_step import next_step
from kraty_console.domain.scopes import LIST_PANES, PaneId
from kraty_console.present.profile import compact_profile
from kraty_console.present.rows import TITLES, tables
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow, cell
from kraty_console.present.times import ago
from kraty_console.present.width import cells, pad

if TYPE_CHECKING:
    from kraty_console.contract.players import SearchHit, Snapshot

HIT_COLUMNS: Final = (
    Column("player", "PLAYER", 8, priority=1, middle=True),
    Column("name", "NAME", 6, priority=4),
    Column("email", "E-MAIL", 8, priority=3),
    Column("seen", "LAST SEEN", 9, priority=5),
    Column("match", "FOUND BY", 8, priority=2),
)
_ON_THE_WIRE: Final = {"wallet_ledger": "walletLedger", "item_ledger": "itemLedger"}
_MATCHES: Final = {"external_id": "id", "email": "e-mail", "prefix": "beginning of the id", "name": "display name"}


def hit_row(hit: SearchHit, now: datetime) -> TableRow:
    """The table row of a search hit."""
    if hit.match == "merged":
        match = SafeText(f"{safe(hit.merged_from, limit=80)} was merged into it")
    else:
        match = SafeText(_MATCHES[hit.match]) if hit.match in _MATCHES else safe(hit.match or None)
    return TableRow(
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


def table_text(columns: Sequence[Column], rows: Sequence[TableRow]) -> str:
    """A text table: each column as wide as its widest cell, two spaces apart."""
    heads = [SafeText(column.title) for column in columns]
    shown = [heads, *([SafeText(ungrouped(each.text)) for each in row.cells] for row in rows)]
    widths = [max(cells(texts[place]) for texts in shown) for place in range(len(columns))]
    lines = [_line(texts, columns, widths) for texts in shown]
    return "\n".join(lines) + "\n"


def _line(texts: Iterable[SafeText], columns: Sequence[Column], widths: Sequence[int]) -> str:
    parts = [pad(text, width, right=column.right) for text, column, width in zip(texts, columns, widths, strict=True)]
    return "  ".join(parts).rstrip()


def hits_text(hits: Sequence[SearchHit], now: datetime) -> str:
    """What `search` prints."""
    return table_text(HIT_COLUMNS, [hit_row(hit, now) for hit in hits])


def pane_text(pane_id: PaneId, snapshot: Snapshot, now: datetime) -> str:
    """What `show --pane` prints: the tables of one pane."""
    all_tables = tables(pane_id, snapshot, now)
    shown = [table for table in all_tables if table.rows]
    parts = [] if all_tables[0].rows else [empty_words(pane_id, snapshot) + "\n"]
    if not shown:
        return parts[0]
    if len(all_tables) == 1:
        parts.append(table_text(shown[0].columns, shown[0].rows))
    else:
        complete = is_complete(snapshot, LISTS_OF[pane_id][0])
        titled = [f"{TITLES[table.id]}\n{table_text(table.columns, table.rows)}" for table in shown]
        parts = titled if complete else titled + parts
    return ungrouped("\n".join((*parts, *_gaps(unreadable_lists(snapshot, pane_id)))))


def _gaps(missing: Iterable[str]) -> list[str]:
    lines = [f"{sentence(each)}\n" for each in missing]
    return ["".join(lines)] if lines else []


def unreadable_text(snapshot: Snapshot, pane_id: PaneId | None = None) -> str:
    """One sentence per list with unreadable rows, to go with the JSON; empty when there are none."""
    missing = unreadable_parts(snapshot) if pane_id is None else unreadable_lists(snapshot, pane_id)
    return " ".join(sentence(each) for each in missing)


def player_text(snapshot: Snapshot, now: datetime) -> str:
    """What `show` prints: the profile, the next step, and every pane that has rows."""
    parts = ["\n".join("".join(each.text for each in line) for line in compact_profile(snapshot, now)) + "\n"]
    step = next_step(snapshot, now, how=ActionHints(snapshot.player.external_player_id))
    parts.append(f"Next step: {safe(step.text, limit=2000)}\n")
    for each in LIST_PANES:
        parts.extend(
            f"{TITLES[table.id]}\n{table_text(table.columns, table.rows)}"
            for table in tables(each.id, snapshot, now)
            if table.rows
        )
    if missing := missing_from_panes(snapshot):
        parts.append(f"Not provided by this backend: {listed(missing)}.\n")
    return ungrouped("\n".join(parts))


def player_json(snapshot: Snapshot, pane_id: PaneId | None = None) -> dict[str, Any]:
    """What `show --json` prints: the answer as received, or the lists of one pane."""
    raw = snapshot.raw()
    if pane_id is None:
        return raw
    names = {_ON_THE_WIRE.get(name, name) for name in LISTS_OF[pane_id]}
    return {name: rows for name, rows in raw.items() if name in names}
