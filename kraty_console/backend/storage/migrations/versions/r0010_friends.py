"""Friends, requests, blocks, gifts, purchases, and finding a player by name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT, UUID

revision = "r0010_friends"
down_revision = "r0009_webhooks"
branch_labels = None
depends_on = None

_OF_A_PLAYER = ("studio_id", "game_id", "player_id")


def upgrade() -> None:
    """Create the tables; the name to search by may be empty, so that code from before goes on working."""
    op.add_column("players", sa.Column("name_folded", TEXT, nullable=True))
    op.create_index("ix_players_name", "players", ["studio_id", "game_id", "environment", "name_folded"])
    _friends()
    _gifts()
    _purchases()


def _friends() -> None:
    _table(
        "friendships",
        sa.Column("friend_id", UUID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_gift_at", sa.BigInteger(), nullable=True),
        key="friend_id",
    )
    _table(
        "friend_requests",
        sa.Column("friend_id", UUID, nullable=False),
        sa.Column("request_id", UUID, nullable=False),
        sa.Column("direction", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        key="friend_id",
    )
    op.create_index("ix_friend_requests_id", "friend_requests", [*_OF_A_PLAYER, "request_id"])
    _table(
        "blocks",
        sa.Column("blocked_id", UUID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        key="blocked_id",
    )
    op.create_index("ix_blocks_blocked", "blocks", ["studio_id", "game_id", "blocked_id"])


def _gifts() -> None:
    _table(
        "gifts",
        sa.Column("gift_id", UUID, nullable=False),
        sa.Column("sender_id", UUID, nullable=False),
        sa.Column("grant_id", UUID, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("resource_key", TEXT, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("message", TEXT, nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        key="gift_id",
    )
    op.create_index("ix_gifts_got", "gifts", [*_OF_A_PLAYER, "sent_at", "gift_id"])
    op.create_index("ix_gifts_sent", "gifts", ["studio_id", "game_id", "sender_id", "sent_at", "gift_id"])


def _purchases() -> None:
    _table(
        "purchases",
        sa.Column("purchase_id", UUID, nullable=False),
        sa.Column("store", TEXT, nullable=False),
        sa.Column("transaction_id", TEXT, nullable=False),
        sa.Column("product_id", TEXT, nullable=False),
        sa.Column("product_type", TEXT, nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("fx_rate", sa.Double(), nullable=False),
        sa.Column("normalized_amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("validation_status", TEXT, nullable=False),
        sa.Column("receipt", TEXT, nullable=True),
        sa.Column("metadata", JSON, nullable=True),
        sa.Column("purchased_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(*_OF_A_PLAYER, "store", "transaction_id", name="uq_purchases_transaction"),
        key="purchase_id",
    )
    op.create_index("ix_purchases_recent", "purchases", [*_OF_A_PLAYER, "created_at", "purchase_id"])
    _table(
        "player_spend",
        sa.Column("lifetime_amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("purchase_count", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )


def _table(name: str, *columns: sa.Column[Any] | sa.Constraint, key: str | None = None) -> None:
    """A table of what a player has; its key goes on after the player with `key`."""
    op.create_table(
        name,
        *(sa.Column(each, UUID, nullable=False) for each in _OF_A_PLAYER),
        *columns,
        sa.ForeignKeyConstraint(
            list(_OF_A_PLAYER), [f"players.{each}" for each in _OF_A_PLAYER], name=op.f(f"fk_{name}_players")
        ),
        sa.PrimaryKeyConstraint(*_OF_A_PLAYER, *([key] if key else []), name=op.f(f"pk_{name}")),
    )
