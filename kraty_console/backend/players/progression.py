"""Progression balances shown beside other players' names.

Only progression resources: spendable balances are private. Other keys are left out; a resource that a player never had
is 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.tables import CurrencyRecord, WalletRecord, currencies, wallets
from kraty_console.backend.storage.transaction import Transaction

Balances = dict[str, dict[str, int]]


async def balances(tx: Transaction, tenant: Tenant, player_ids: Sequence[str], keys: Sequence[str]) -> Balances:
    """Balances by player, then by key; empty without keys."""
    if not keys or not player_ids:
        return {}
    column = currencies.c
    resources = await tx.records(
        CurrencyRecord,
        sa.select(column.key).where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.key.in_(keys),
            column.kind == "progression",
        ),
    )
    known = {row.key for row in resources}
    balances: Balances = {each: {key: 0 for key in keys if key in known} for each in player_ids}
    wallet = wallets.c
    held = await tx.records(
        WalletRecord,
        sa.select(wallet.player_id, wallet.economy_key, wallet.balance).where(
            wallet.studio_id == tenant.studio_id,
            wallet.game_id == tenant.game_id,
            tx.among(wallet.player_id, player_ids),
            wallet.economy_key.in_(known),
        ),
    )
    for row in held:
        balances[row.player_id][row.economy_key] = row.balance
    return balances
