"""Balances, items and their ledgers: rows of the Wallet and Items panes, and the detail documents."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_links import links_of
from kraty_console.domain.labels import event_words, origin_words, reason_words
from kraty_console.domain.snapshot_lookup import ledger_row_id, who_changed
from kraty_console.present.document import Document, item, mapping, non_empty, safe_item, section
from kraty_console.present.numbers import change, number
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow, Tone, cell
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from kraty_console.contract.players import ItemHolding, LedgerRow, Snapshot, WalletHolding

BALANCES: Final = (
    Column("key", "BALANCE OF", 10, priority=1, middle=True),
    Column("balance", "BALANCE", 7, priority=2, right=True),
    Column("changed", "CHANGED", 7, priority=3),
)
ITEMS: Final = (
    Column("key", "ITEM", 10, priority=1, middle=True),
    Column("quantity", "QUANTITY", 8, priority=2, right=True),
    Column("changed", "CHANGED", 7, priority=3),
)
LEDGER: Final = (
    Column("when", "WHEN", 7, priority=1),
    Column("key", "OF", 6, priority=2, middle=True),
    Column("change", "CHANGE", 6, priority=3, right=True),
    Column("after", "AFTER", 5, priority=4, right=True),
    Column("reason", "REASON", 8, priority=5),
    Column("by", "BY", 6, priority=6),
)


def balance_row(holding: WalletHolding, now: datetime) -> TableRow:
    """The table row of a balance."""
    return TableRow(
        holding.economy_key,
        "wallet",
        (cell(holding.economy_key), Cell(number(holding.balance)), Cell(ago(holding.updated_at, now), "dim")),
        (holding.economy_key, holding.balance, holding.updated_at),
        holding.economy_key,
        "economy key",
    )


def item_row(holding: ItemHolding, now: datetime) -> TableRow:
    """The table row of an item."""
    return TableRow(
        holding.item_key,
        "item",
        (cell(holding.item_key), Cell(number(holding.quantity)), Cell(ago(holding.updated_at, now), "dim")),
        (holding.item_key, holding.quantity, holding.updated_at),
        holding.item_key,
        "item key",
    )


def ledger_row(entry: LedgerRow, place: int, now: datetime, who: str | None) -> TableRow:
    """The table row of a ledger entry; `who` made the change."""
    after = entry.balance if entry.balance is not None else entry.quantity
    key = entry.economy_key or entry.item_key
    tone: Tone = "plain" if not entry.delta else ("good" if entry.delta > 0 else "warn")
    return TableRow(
        ledger_row_id(entry, place),
        "ledger",
        (
            Cell(ago(entry.occurred_at, now), "dim"),
            cell(key),
            Cell(change(entry.delta), tone),
            Cell(number(after)),
            cell(reason_words(entry.reason)),
            cell(origin_words(who), "dim"),
        ),
        (
            entry.occurred_at,
            key,
            entry.delta,
            after,
            reason_words(entry.reason),
            origin_words(who),
        ),
        entry.ledger_id or key or "",
        "ledger row's id" if entry.ledger_id else "key",
    )


def holding_document(
    what: str,
    key: str,
    count: int | float | None,
    holding: WalletHolding | ItemHolding,
    now: datetime,
    local: tzinfo | None,
) -> Document:
    """The detail document of a balance or an item."""
    sections = (
        section(
            "",
            (
                item("key", key),
                safe_item("has", number(count)),
                safe_item("since", exact(holding.created_at, now, local)),
                safe_item("changed", exact(holding.updated_at, now, local)),
            ),
        ),
        mapping("Metadata", holding.metadata),
    )
    return Document(SafeText(f"{what} {safe(key, limit=80)}"), non_empty(sections), holding.raw())


def ledger_document(entry: LedgerRow, snapshot: Snapshot, now: datetime, local: tzinfo | None) -> Document:
    """The detail document of a ledger row, with its source."""
    links = links_of(snapshot)
    source_grant = links.grant(entry.source_ref_id)
    source_attempt = links.attempt(entry.source_ref_id)
    key = entry.economy_key or entry.item_key
    sections = (
        section(
            "",
            (
                item("of", key),
                safe_item("change", change(entry.delta)),
                safe_item("after", number(entry.balance if entry.balance is not None else entry.quantity)),
                item("reason", reason_words(entry.reason)),
                item("by", origin_words(who_changed(snapshot, entry))),
                safe_item("when", exact(entry.occurred_at, now, local)),
            ),
        ),
        section(
            "Linked",
            (
                item("grant", contents_words(source_grant.contents, source_grant.kind)) if source_grant else None,
                item("attempt", event_words(source_attempt)) if source_attempt else None,
            ),
        ),
        section(
            "Ids",
            (
                item("ledger row", entry.ledger_id) if entry.ledger_id else None,
                item("source ref", entry.source_ref_id) if entry.source_ref_id else None,
            ),
        ),
    )
    title = SafeText(f"{safe(key, limit=80)} {change(entry.delta)}")
    return Document(title, non_empty(sections), entry.raw())
