"""The rows of the Wallet and Items panes: what a player has, and how it came and went."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.present.numbers import change, number
from kraty_console.present.table import Cell, Column, Row, Tone, cell, sort_key
from kraty_console.present.times import ago
from kraty_console.support.find import ledger_row_id

if TYPE_CHECKING:
    from kraty_console.contract.players import ItemHolding, LedgerRow, WalletHolding

BALANCES: Final = (
    Column("key", "BALANCE OF", 10, 32, priority=1, middle=True),
    Column("balance", "BALANCE", 7, 24, priority=2, right=True),
    Column("changed", "CHANGED", 7, 9, priority=3),
)
ITEMS: Final = (
    Column("key", "ITEM", 10, 32, priority=1, middle=True),
    Column("quantity", "QUANTITY", 8, 16, priority=2, right=True),
    Column("changed", "CHANGED", 7, 9, priority=3),
)
LEDGER: Final = (
    Column("when", "WHEN", 7, 9, priority=1),
    Column("key", "OF", 6, 24, priority=2, middle=True),
    Column("change", "CHANGE", 6, 18, priority=3, right=True),
    Column("after", "AFTER", 5, 24, priority=4, right=True),
    Column("reason", "REASON", 8, 40, priority=5),
    Column("by", "BY", 6, 10, priority=6),
)


def balance_row(holding: WalletHolding, now: datetime) -> Row:
    """One balance."""
    return Row(
        holding.economy_key,
        "wallet",
        (cell(holding.economy_key), Cell(number(holding.balance)), Cell(ago(holding.updated_at, now), "dim")),
        (sort_key(holding.economy_key), sort_key(holding.balance), sort_key(holding.updated_at)),
        holding.economy_key,
        "economy key",
    )


def item_row(holding: ItemHolding, now: datetime) -> Row:
    """So many of one item."""
    return Row(
        holding.item_key,
        "item",
        (cell(holding.item_key), Cell(number(holding.quantity)), Cell(ago(holding.updated_at, now), "dim")),
        (sort_key(holding.item_key), sort_key(holding.quantity), sort_key(holding.updated_at)),
        holding.item_key,
        "item key",
    )


def ledger_row(entry: LedgerRow, place: int, now: datetime) -> Row:
    """One change of a balance or a quantity."""
    after = entry.balance if entry.balance is not None else entry.quantity
    key = entry.economy_key or entry.item_key
    tone: Tone = "plain" if not entry.delta else ("good" if entry.delta > 0 else "warn")
    return Row(
        ledger_row_id(entry, place),
        "ledger",
        (
            Cell(ago(entry.occurred_at, now), "dim"),
            cell(key),
            Cell(change(entry.delta), tone),
            Cell(number(after)),
            cell(entry.reason),
            cell(entry.origin, "dim"),
        ),
        (
            sort_key(entry.occurred_at),
            sort_key(key),
            sort_key(entry.delta),
            sort_key(after),
            sort_key(entry.reason),
            sort_key(entry.origin),
        ),
        entry.ledger_id or key or "",
        "ledger row's id" if entry.ledger_id else "key",
    )
