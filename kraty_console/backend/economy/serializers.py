"""Balances, items and ledger rows as JSON."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import InventoryRecord, ItemEntryRecord, WalletEntryRecord, WalletRecord


def serialize_balance(row: WalletRecord) -> dict[str, Any]:
    """A balance (contract/README.md#holdings)."""
    return {
        "economyKey": row.economy_key,
        "balance": row.balance,
        "metadata": row.metadata,
        "createdAt": formats.timestamp(row.created_at),
        "updatedAt": formats.timestamp(row.updated_at),
    }


def serialize_item(row: InventoryRecord) -> dict[str, Any]:
    """The quantity of an item (contract/README.md#holdings)."""
    return {
        "itemKey": row.item_key,
        "quantity": row.quantity,
        "metadata": row.metadata,
        "createdAt": formats.timestamp(row.created_at),
        "updatedAt": formats.timestamp(row.updated_at),
    }


def serialize_wallet_entry(row: WalletEntryRecord) -> dict[str, Any]:
    """A row of the wallet ledger (contract/README.md#ledger-rows)."""
    return {"ledgerId": row.ledger_id, "economyKey": row.economy_key, "balance": row.balance, **_change(row)}


def serialize_item_entry(row: ItemEntryRecord) -> dict[str, Any]:
    """A row of the item ledger (contract/README.md#ledger-rows), with its metadata if there is any."""
    stamped = {} if row.metadata is None else {"metadata": row.metadata}
    entry = {"ledgerId": row.ledger_id, "itemKey": row.item_key, "quantity": row.quantity}
    return {**entry, **_change(row), **stamped}


def _change(row: WalletEntryRecord | ItemEntryRecord) -> dict[str, Any]:
    return {
        "delta": row.delta,
        "reason": row.reason,
        "origin": row.origin,
        "sourceRefId": row.source_ref_id,
        "occurredAt": formats.timestamp(row.occurred_at),
    }
