"""Balances, items and ledger rows as JSON."""

from __future__ import annotations

from typing import Any, Final

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import (
    InventoryRecord,
    ItemEntryRecord,
    WalletEntryRecord,
    WalletRecord,
    inventory,
    item_ledger,
    wallet_ledger,
    wallets,
)
from kraty_console.backend.storage.wire_forms import WireForm, value

BALANCE: Final = WireForm(
    {
        "economyKey": value(wallets.c.economy_key),
        "balance": value(wallets.c.balance),
        "metadata": value(wallets.c.metadata),
        "createdAt": formats.moment(wallets.c.created_at),
        "updatedAt": formats.moment(wallets.c.updated_at),
    }
)
"""A balance (contract/README.md#holdings)."""

ITEM: Final = WireForm(
    {
        "itemKey": value(inventory.c.item_key),
        "quantity": value(inventory.c.quantity),
        "metadata": value(inventory.c.metadata),
        "createdAt": formats.moment(inventory.c.created_at),
        "updatedAt": formats.moment(inventory.c.updated_at),
    }
)
"""The quantity of an item (contract/README.md#holdings)."""

WALLET_ENTRY: Final = WireForm(
    {
        "ledgerId": value(wallet_ledger.c.ledger_id),
        "economyKey": value(wallet_ledger.c.economy_key),
        "balance": value(wallet_ledger.c.balance),
        "delta": value(wallet_ledger.c.delta),
        "reason": value(wallet_ledger.c.reason),
        "origin": value(wallet_ledger.c.origin),
        "sourceRefId": value(wallet_ledger.c.source_ref_id),
        "occurredAt": formats.moment(wallet_ledger.c.occurred_at),
    }
)
"""A row of the wallet ledger (contract/README.md#ledger-rows)."""

ITEM_ENTRY: Final = WireForm(
    {
        "ledgerId": value(item_ledger.c.ledger_id),
        "itemKey": value(item_ledger.c.item_key),
        "quantity": value(item_ledger.c.quantity),
        "delta": value(item_ledger.c.delta),
        "reason": value(item_ledger.c.reason),
        "origin": value(item_ledger.c.origin),
        "sourceRefId": value(item_ledger.c.source_ref_id),
        "occurredAt": formats.moment(item_ledger.c.occurred_at),
        "metadata": value(item_ledger.c.metadata, optional=True),
    }
)
"""A row of the item ledger (contract/README.md#ledger-rows), with its metadata if there is any."""


def serialize_balance(row: WalletRecord) -> dict[str, Any]:
    """A balance in wire form."""
    return BALANCE.of(row)


def serialize_item(row: InventoryRecord) -> dict[str, Any]:
    """The quantity of an item in wire form."""
    return ITEM.of(row)


def serialize_wallet_entry(row: WalletEntryRecord) -> dict[str, Any]:
    """A row of the wallet ledger in wire form."""
    return WALLET_ENTRY.of(row)


def serialize_item_entry(row: ItemEntryRecord) -> dict[str, Any]:
    """A row of the item ledger in wire form."""
    return ITEM_ENTRY.of(row)
