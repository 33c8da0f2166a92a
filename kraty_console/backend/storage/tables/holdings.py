"""Grants, wallets, inventory, and their ledgers."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import BIGINT, JSON, MOMENT, TEXT, UUID, of_player, where
from kraty_console.backend.storage.tables.record import OwnedByPlayer, column, key, optional, table, version


class GrantRecord(OwnedByPlayer):
    """A grant of a player."""

    grant_id = key(UUID)
    environment = column(TEXT)
    kind = column(TEXT)  # reward, crate
    contents = column(JSON)
    source_kind = column(TEXT)
    source_ref_id = optional(TEXT)
    parent_grant_id = optional(UUID)
    attempt_id = optional(UUID)
    status = column(TEXT)  # pending, claimed, expired, revoked
    rolled_at = optional(MOMENT)
    claimed_at = optional(MOMENT)
    expires_at = optional(MOMENT)
    created_at = column(MOMENT)
    metadata = optional(JSON)
    version = version()


_IN_ENVIRONMENT: Final = ("studio_id", "game_id", "environment")

grants: Final = table(
    "grants",
    GrantRecord,
    of_player(),
    sa.Index("ix_grants_recent", "studio_id", "game_id", "player_id", "created_at", "grant_id"),
    sa.Index("ix_grants_attempt", "studio_id", "game_id", "player_id", "attempt_id", "created_at", "grant_id"),
    sa.Index("ix_grants_parent", "studio_id", "game_id", "player_id", "parent_grant_id"),
    sa.Index("ix_grants_expiry", "studio_id", "game_id", "status", "expires_at"),
    where("ix_grants_pending", "status = 'pending'", "studio_id", "game_id", "player_id", "created_at", "grant_id"),
    sa.Index("ix_grants_id", "studio_id", "game_id", "grant_id"),
    # One for each kind of fault (`lookup.fault_sources`).
    where("ix_grants_expired", "status = 'expired'", *_IN_ENVIRONMENT, "expires_at", "grant_id"),
    where("ix_grants_overdue", "status = 'pending'", *_IN_ENVIRONMENT, "expires_at", "grant_id"),
    where("ix_grants_waiting", "status = 'pending'", *_IN_ENVIRONMENT, "created_at", "grant_id"),
)


class GrantDepositRecord(OwnedByPlayer):
    """That a grant was deposited."""

    grant_id = key(UUID)  # a grant is deposited once in its life
    deposited_at = column(MOMENT)


grant_deposits: Final = table(
    "grant_deposits",
    GrantDepositRecord,
    of_player(),
)


class WalletRecord(OwnedByPlayer):
    """A player's balance of one economy key."""

    economy_key = key(TEXT)
    balance = column(BIGINT)
    metadata = column(JSON, default={})
    created_at = column(MOMENT)
    updated_at = column(MOMENT)
    version = version()


wallets: Final = table(
    "wallets",
    WalletRecord,
    sa.CheckConstraint("balance >= 0 AND balance <= 9007199254740991", name="balance"),
    of_player(),
)


class WalletEntryRecord(OwnedByPlayer):
    """A change of a balance."""

    ledger_id = key(UUID)
    economy_key = column(TEXT)
    delta = column(BIGINT)
    balance = column(BIGINT)  # after the change
    reason = optional(TEXT)
    origin = column(TEXT)  # client, server, admin, engine
    source_ref_id = optional(TEXT)
    occurred_at = column(MOMENT)
    position = column(BIGINT)  # order among the player's ledger rows


wallet_ledger: Final = table(
    "wallet_ledger",
    WalletEntryRecord,
    of_player(),
    sa.Index("ix_wallet_ledger_recent", "studio_id", "game_id", "player_id", "occurred_at", "position"),
)


class InventoryRecord(OwnedByPlayer):
    """How many of an item a player has."""

    item_key = key(TEXT)
    quantity = column(BIGINT)
    metadata = column(JSON, default={})
    created_at = column(MOMENT)
    updated_at = column(MOMENT)


inventory: Final = table(
    "inventory",
    InventoryRecord,
    sa.CheckConstraint("quantity >= 0 AND quantity <= 9007199254740991", name="quantity"),
    of_player(),
)


class ItemEntryRecord(OwnedByPlayer):
    """A change of a quantity."""

    ledger_id = key(UUID)
    item_key = column(TEXT)
    metadata = optional(JSON)  # the parameters of the grant entry that gave the items
    delta = column(BIGINT)
    quantity = column(BIGINT)  # after the change
    reason = optional(TEXT)
    origin = column(TEXT)
    source_ref_id = optional(TEXT)
    occurred_at = column(MOMENT)
    position = column(BIGINT)


item_ledger: Final = table(
    "item_ledger",
    ItemEntryRecord,
    of_player(),
    sa.Index("ix_item_ledger_recent", "studio_id", "game_id", "player_id", "occurred_at", "position"),
)
