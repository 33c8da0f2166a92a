"""Check the entries of a grant against the catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rewards.rolls import FIELDS, MAX_ROLLS
from kraty_console.backend.rules import amounts
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError, invalid
from kraty_console.backend.storage.tables import ItemRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from kraty_console.contract.limits import MAX_ENTRIES


async def check_entries(tx: Transaction, ctx: Context, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entries as they are stored; 400 naming the first wrong one by its index."""
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise invalid("entries", f"1 to {MAX_ENTRIES} entries", verb="must be")
    return [await _check_one(tx, ctx, entry, index) for index, entry in enumerate(entries)]


async def _check_one(tx: Transaction, ctx: Context, entry: Mapping[str, Any], index: int) -> dict[str, Any]:
    kind = entry.get("type")
    if kind not in FIELDS:
        raise invalid(f"entries[{index}].type", "currency, item or crate", verb="must be")
    field, count = FIELDS[kind]
    key = entry.get(field)
    if not isinstance(key, str):
        raise invalid(f"entries[{index}].{field}", "a key of the catalog", verb="must be")
    row = await definitions.currency(tx, ctx, key) if kind == "currency" else await definitions.item(tx, ctx, key)
    is_crate = isinstance(row, ItemRecord) and row.crate_entries is not None
    if row is None or row.archived_at is not None or (kind == "crate" and not is_crate):
        what = "crate" if kind == "crate" else kind
        raise RuleError(
            Code.INVALID_METRIC,
            f"entry {index} names the {what} '{key}', which is not in the catalog",
            {"index": index, "field": f"entries[{index}].{field}", "key": key},
        )
    amount = amounts.check_amount(entry.get(count), f"entries[{index}].{count}")
    if kind == "crate" and amount > MAX_ROLLS:
        raise invalid(f"entries[{index}].{count}", f"at most {MAX_ROLLS} crates in one entry", verb="must be")
    checked: dict[str, Any] = {"type": kind, field: key, count: amount}
    if kind == "item" and entry.get("parameters") is not None:
        checked["parameters"] = entry["parameters"]
    return checked
