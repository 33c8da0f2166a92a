"""The lists of the player screen: columns, rows, and the titles of the panes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kraty_console.domain.completeness import LISTS_OF, UNKNOWN, is_provided, unreadable_count
from kraty_console.domain.corrections import corrected_tickets
from kraty_console.domain.formatting import grouped
from kraty_console.domain.scopes import PaneId, pane
from kraty_console.domain.snapshot_lookup import who_changed
from kraty_console.present import attempts, audit, grants, holdings, lobbies
from kraty_console.present.safe import SafeText
from kraty_console.present.table import Column, TableRow

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot, Summary

__all__ = [
    "COLUMNS",
    "TABLES_OF",
    "TITLES",
    "Column",
    "PaneTable",
    "TableId",
    "TableRow",
    "count_words",
    "pane_count",
    "pane_title",
    "rows",
    "tables",
]

TableId = Literal["attempts", "grants", "balances", "wallet_ledger", "lobbies", "items", "item_ledger", "audit"]


class PaneTable(NamedTuple):
    """A list with its columns; `title` is for panes with two lists."""

    id: TableId
    title: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


COLUMNS: Final[dict[TableId, tuple[Column, ...]]] = {
    "attempts": attempts.COLUMNS,
    "grants": grants.COLUMNS,
    "balances": holdings.BALANCES,
    "wallet_ledger": holdings.LEDGER,
    "lobbies": lobbies.COLUMNS,
    "items": holdings.ITEMS,
    "item_ledger": holdings.LEDGER,
    "audit": audit.COLUMNS,
}
TITLES: Final[dict[TableId, str]] = {
    "attempts": "Attempts",
    "grants": "Grants",
    "balances": "Balances",
    "wallet_ledger": "Wallet ledger",
    "lobbies": "Lobbies",
    "items": "Items",
    "item_ledger": "Item ledger",
    "audit": "Audit",
}
TABLES_OF: Final[dict[PaneId, tuple[TableId, ...]]] = {
    "attempts": ("attempts",),
    "grants": ("grants",),
    "wallet": ("balances", "wallet_ledger"),
    "lobbies": ("lobbies",),
    "items": ("items", "item_ledger"),
    "audit": ("audit",),
}


def rows(table: TableId, snapshot: Snapshot, now: datetime) -> tuple[TableRow, ...]:
    """The rows of one list, newest first, as sent by the backend."""
    if table == "attempts":
        return tuple(attempts.row(each, snapshot, now) for each in snapshot.attempts)
    if table == "grants":
        return tuple(grants.row(each, snapshot, now) for each in snapshot.grants)
    if table == "balances":
        return tuple(holdings.balance_row(each, now) for each in snapshot.wallet)
    if table == "items":
        return tuple(holdings.item_row(each, now) for each in snapshot.inventory)
    if table == "lobbies":
        return tuple(lobbies.row(each, now) for each in snapshot.lobbies)
    if table == "audit":
        tickets = corrected_tickets(snapshot.audit)
        return tuple(audit.row(each, now, corrected=tickets.get(each.id)) for each in snapshot.audit)
    ledger = snapshot.wallet_ledger if table == "wallet_ledger" else snapshot.item_ledger
    who = [who_changed(snapshot, each) for each in ledger]
    return tuple(holdings.ledger_row(each, place, now, who[place]) for place, each in enumerate(ledger))


def tables(pane_id: PaneId, snapshot: Snapshot, now: datetime) -> tuple[PaneTable, ...]:
    """The lists of a pane, in display order."""
    return tuple(PaneTable(each, TITLES[each], COLUMNS[each], rows(each, snapshot, now)) for each in TABLES_OF[pane_id])


def pane_count(pane_id: PaneId, snapshot: Snapshot) -> int | None:
    """The row count of a pane: the backend's total, or else the length of the list; None when unknown."""
    summary = snapshot.summary
    name = LISTS_OF[pane_id][0]
    rows = getattr(snapshot, name)
    listed = len(rows) + unreadable_count(rows) if is_provided(snapshot, name) else None
    if pane_id == "attempts":
        return _counted(listed, summary, "attempt_count")
    if pane_id == "grants":
        return _counted(listed, summary, "grants_pending", "grants_claimed")
    return listed


def _counted(listed: int | None, summary: Summary, *totals: str) -> int | None:
    if any(name in summary.unreadable_fields for name in totals):
        return None
    counts = [getattr(summary, name) for name in totals]
    if listed is None:
        return sum(counts) if all(count is not None for count in counts) else None
    return max(sum(count or 0 for count in counts), listed)


def count_words(pane_id: PaneId, snapshot: Snapshot) -> str:
    """The row count of a pane as text; `?` when unknown."""
    count = pane_count(pane_id, snapshot)
    return UNKNOWN if count is None else grouped(count)


def pane_title(pane_id: PaneId, snapshot: Snapshot | None) -> SafeText:
    """`1 Attempts 12`; no number while no player is loaded."""
    each = pane(pane_id)
    if snapshot is None:
        return SafeText(f"{each.key} {each.title}")
    return SafeText(f"{each.key} {each.title} {count_words(pane_id, snapshot)}")
