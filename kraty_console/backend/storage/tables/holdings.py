"""Grants, wallets, inventory, and their ledgers."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT, UUID, metadata, of_player, tenant, where

grants: Final = sa.Table(
    "grants",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("grant_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False),  # reward, crate
    sa.Column("contents", JSON, nullable=False),
    sa.Column("source_kind", TEXT, nullable=False),
    sa.Column("source_ref_id", TEXT, nullable=True),
    sa.Column("parent_grant_id", UUID, nullable=True),
    sa.Column("attempt_id", UUID, nullable=True),
    sa.Column("status", TEXT, nullable=False),  # pending, claimed, expired, revoked
    sa.Column("rolled_at", MOMENT, nullable=True),
    sa.Column("claimed_at", MOMENT, nullable=True),
    sa.Column("expires_at", MOMENT, nullable=True),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("metadata", JSON, nullable=True),
    of_player(),
    sa.Index("ix_grants_recent", "studio_id", "game_id", "player_id", "created_at", "grant_id"),
    sa.Index("ix_grants_attempt", "studio_id", "game_id", "player_id", "attempt_id", "created_at", "grant_id"),
    sa.Index("ix_grants_parent", "studio_id", "game_id", "player_id", "parent_grant_id"),
    sa.Index("ix_grants_expiry", "studio_id", "game_id", "status", "expires_at"),
    where("ix_grants_pending", "status = 'pending'", "studio_id", "game_id", "player_id", "created_at", "grant_id"),
    sa.Index("ix_grants_id", "studio_id", "game_id", "grant_id"),
)

grant_deposits: Final = sa.Table(
    "grant_deposits",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("grant_id", UUID, primary_key=True),  # a grant is deposited once in its life
    sa.Column("deposited_at", MOMENT, nullable=False),
    of_player(),
)

wallets: Final = sa.Table(
    "wallets",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("economy_key", TEXT, primary_key=True),
    sa.Column("balance", sa.BigInteger, nullable=False),
    sa.Column("metadata", JSON, nullable=False, default={}),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("updated_at", MOMENT, nullable=False),
    sa.CheckConstraint("balance >= 0 AND balance <= 9007199254740991", name="balance"),
    of_player(),
)

wallet_ledger: Final = sa.Table(
    "wallet_ledger",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("ledger_id", UUID, primary_key=True),
    sa.Column("economy_key", TEXT, nullable=False),
    sa.Column("delta", sa.BigInteger, nullable=False),
    sa.Column("balance", sa.BigInteger, nullable=False),  # after the change
    sa.Column("reason", TEXT, nullable=True),
    sa.Column("origin", TEXT, nullable=False),  # client, server, admin, engine
    sa.Column("source_ref_id", TEXT, nullable=True),
    sa.Column("occurred_at", MOMENT, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),  # order among the player's ledger rows
    of_player(),
    sa.Index("ix_wallet_ledger_recent", "studio_id", "game_id", "player_id", "occurred_at", "position"),
)

inventory: Final = sa.Table(
    "inventory",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("item_key", TEXT, primary_key=True),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("metadata", JSON, nullable=False, default={}),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("updated_at", MOMENT, nullable=False),
    sa.CheckConstraint("quantity >= 0 AND quantity <= 9007199254740991", name="quantity"),
    of_player(),
)

item_ledger: Final = sa.Table(
    "item_ledger",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("ledger_id", UUID, primary_key=True),
    sa.Column("item_key", TEXT, nullable=False),
    sa.Column("metadata", JSON, nullable=True),  # what came with the items: a grant entry's parameters
    sa.Column("delta", sa.BigInteger, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),  # after the change
    sa.Column("reason", TEXT, nullable=True),
    sa.Column("origin", TEXT, nullable=False),
    sa.Column("source_ref_id", TEXT, nullable=True),
    sa.Column("occurred_at", MOMENT, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    of_player(),
    sa.Index("ix_item_ledger_recent", "studio_id", "game_id", "player_id", "occurred_at", "position"),
)
