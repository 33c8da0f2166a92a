"""Deposit the contents of a grant into wallet and inventory, once."""

from __future__ import annotations

from typing import Any, Final

from kraty_console.backend.catalog import definitions
from kraty_console.backend.economy.ledger import LedgerChange, change_inventory, change_wallet
from kraty_console.backend.rewards.grant_issuing import GrantSource, crate_contents, issue
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import GrantRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

DEPOSITED: Final = "grant_deposit"
"""The ledger reason of a deposit (contract/README.md#ledger-rows)."""


async def deposit(tx: Transaction, ctx: Context, player: PlayerRecord, grant: GrantRecord) -> list[dict[str, Any]]:
    """Deposit the contents of a reward grant into wallet and inventory, once, and return the ledger rows.

    Crates in it become separate, unopened crate grants. An item's `parameters` are stored with it and with the deposit
    as metadata (contract/README.md#grant). If the studio keeps its own inventory, nothing is deposited
    (contract/GAME.md#game-settings). A unique key of the database refuses a second deposit.
    """
    if (await definitions.game(tx, ctx)).inventory_management == "studio":
        return []
    key = grant.primary_key()
    if not grant.made_here and await tx.get(tables.grant_deposits, *key) is not None:
        return []
    tx.add(
        tables.grant_deposits,
        dict(zip(("studio_id", "game_id", "player_id", "grant_id"), key, strict=True)) | {"deposited_at": ctx.now_ms},
    )
    written = []
    for entry in grant.contents.get("entries", []):
        match entry["type"]:
            case "currency":
                change = LedgerChange(entry["currencyKey"], entry["amount"], DEPOSITED, grant.grant_id)
                written.append(await change_wallet(tx, ctx, player, change))
            case "item":
                stamp = entry.get("parameters")
                change = LedgerChange(entry["itemKey"], entry["quantity"], DEPOSITED, grant.grant_id, stamp)
                written.append(await change_inventory(tx, ctx, player, change))
            case "crate":
                source = GrantSource("crate", grant.grant_id, grant.grant_id)
                await issue(tx, ctx, player, "crate", crate_contents(entry), source)
    return written
