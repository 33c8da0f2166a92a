"""Grants, wallets, inventory, ledgers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT, UUID

revision = "r0004_holdings"
down_revision = "r0003_play"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "grant_deposits",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("grant_id", UUID, nullable=False),
        sa.Column("deposited_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_grant_deposits_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "grant_id", name=op.f("pk_grant_deposits")),
    )
    op.create_table(
        "grants",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("grant_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("contents", JSON, nullable=False),
        sa.Column("source_kind", TEXT, nullable=False),
        sa.Column("source_ref_id", TEXT, nullable=True),
        sa.Column("parent_grant_id", UUID, nullable=True),
        sa.Column("attempt_id", UUID, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("rolled_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("metadata", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_grants_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "grant_id", name=op.f("pk_grants")),
    )
    op.create_index(
        "ix_grants_attempt",
        "grants",
        ["studio_id", "game_id", "player_id", "attempt_id", "created_at", "grant_id"],
        unique=False,
    )
    op.create_index("ix_grants_expiry", "grants", ["studio_id", "game_id", "status", "expires_at"], unique=False)
    op.create_index("ix_grants_id", "grants", ["studio_id", "game_id", "grant_id"], unique=False)
    op.create_index(
        "ix_grants_parent", "grants", ["studio_id", "game_id", "player_id", "parent_grant_id"], unique=False
    )
    op.create_index(
        "ix_grants_recent", "grants", ["studio_id", "game_id", "player_id", "created_at", "grant_id"], unique=False
    )
    op.create_table(
        "inventory",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("item_key", TEXT, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND quantity <= 9007199254740991", name=op.f("ck_inventory_quantity")),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_inventory_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "item_key", name=op.f("pk_inventory")),
    )
    op.create_table(
        "item_ledger",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("ledger_id", UUID, nullable=False),
        sa.Column("item_key", TEXT, nullable=False),
        sa.Column("delta", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("source_ref_id", TEXT, nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_item_ledger_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "ledger_id", name=op.f("pk_item_ledger")),
    )
    op.create_index(
        "ix_item_ledger_recent",
        "item_ledger",
        ["studio_id", "game_id", "player_id", "occurred_at", "position"],
        unique=False,
    )
    op.create_table(
        "wallet_ledger",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("ledger_id", UUID, nullable=False),
        sa.Column("economy_key", TEXT, nullable=False),
        sa.Column("delta", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("source_ref_id", TEXT, nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_wallet_ledger_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "ledger_id", name=op.f("pk_wallet_ledger")),
    )
    op.create_index(
        "ix_wallet_ledger_recent",
        "wallet_ledger",
        ["studio_id", "game_id", "player_id", "occurred_at", "position"],
        unique=False,
    )
    op.create_table(
        "wallets",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("economy_key", TEXT, nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("balance >= 0 AND balance <= 9007199254740991", name=op.f("ck_wallets_balance")),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_wallets_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "economy_key", name=op.f("pk_wallets")),
    )
