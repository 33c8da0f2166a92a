"""Every list of the player screen: its columns, its rows, and the title of its pane."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kraty_console.present import attempts, audit, grants, holdings, lobbies
from kraty_console.present.safe import SafeText
from kraty_console.present.table import Column, Row
from kraty_console.support.links import Links
from kraty_console.support.measure import grouped
from kraty_console.support.scopes import PaneId, pane

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

__all__ = [
    "COLUMNS",
    "TABLES_OF",
    "TITLES",
    "Column",
    "Row",
    "Table",
    "TableId",
    "pane_count",
    "pane_title",
    "rows",
    "tables",
]

TableId = Literal["attempts", "grants", "balances", "wallet_ledger", "lobbies", "items", "item_ledger", "audit"]


class Table(NamedTuple):
    """A list with its columns; `title` is for panes that hold two of them."""

    id: TableId
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


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


def rows(table: TableId, snapshot: Snapshot, now: datetime) -> tuple[Row, ...]:
    """The rows of one list, newest first as the backend sent them."""
    if table == "attempts":
        links = Links(snapshot)
        return tuple(attempts.row(each, snapshot, now, links) for each in snapshot.attempts)
    if table == "grants":
        links = Links(snapshot)
        return tuple(grants.row(each, snapshot, now, links) for each in snapshot.grants)
    if table == "balances":
        return tuple(holdings.balance_row(each, now) for each in snapshot.wallet)
    if table == "items":
        return tuple(holdings.item_row(each, now) for each in snapshot.inventory)
    if table == "lobbies":
        return tuple(lobbies.row(each, now) for each in snapshot.lobbies)
    if table == "audit":
        return tuple(audit.row(each, now) for each in snapshot.audit)
    ledger = snapshot.wallet_ledger if table == "wallet_ledger" else snapshot.item_ledger
    return tuple(holdings.ledger_row(each, place, now) for place, each in enumerate(ledger))


def tables(pane_id: PaneId, snapshot: Snapshot, now: datetime) -> tuple[Table, ...]:
    """The lists of a pane, in their order."""
    return tuple(Table(each, TITLES[each], COLUMNS[each], rows(each, snapshot, now)) for each in TABLES_OF[pane_id])


def pane_count(pane_id: PaneId, snapshot: Snapshot) -> int:
    """How many there are: the backend's totals where it keeps them, else what the list shows."""
    summary = snapshot.summary
    if pane_id == "attempts":
        return max(summary.attempt_count or 0, len(snapshot.attempts))
    if pane_id == "grants":
        return max((summary.grants_pending or 0) + (summary.grants_claimed or 0), len(snapshot.grants))
    held = {
        "wallet": len(snapshot.wallet),
        "lobbies": len(snapshot.lobbies),
        "items": len(snapshot.inventory),
        "audit": len(snapshot.audit),
    }
    return held[pane_id]


def pane_title(pane_id: PaneId, snapshot: Snapshot | None) -> SafeText:
    """`1 Attempts 12`; without the number while there is no player."""
    each = pane(pane_id)
    if snapshot is None:
        return SafeText(f"{each.key} {each.title}")
    return SafeText(f"{each.key} {each.title} {grouped(pane_count(pane_id, snapshot))}")
