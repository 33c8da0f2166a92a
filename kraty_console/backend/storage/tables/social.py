"""Friends, requests, blocks, gifts and purchases.

A friendship and a request are two rows, one with each of the two players, so that each list is read where its player is
and a merge moves the rows of a player by `player_id` and their twins by `friend_id`.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT, UUID, metadata, of_player, tenant

friendships: Final = sa.Table(
    "friendships",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("friend_id", UUID, primary_key=True),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("last_gift_at", MOMENT, nullable=True),  # when the player last sent this friend a gift
    of_player(),
)

friend_requests: Final = sa.Table(
    "friend_requests",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("friend_id", UUID, primary_key=True),  # between two players there is one request at most
    sa.Column("request_id", UUID, nullable=False),
    sa.Column("direction", TEXT, nullable=False),  # incoming, outgoing
    sa.Column("created_at", MOMENT, nullable=False),
    of_player(),
    sa.Index("ix_friend_requests_id", "studio_id", "game_id", "player_id", "request_id"),
)

blocks: Final = sa.Table(
    "blocks",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),  # who blocks
    sa.Column("blocked_id", UUID, primary_key=True),
    sa.Column("created_at", MOMENT, nullable=False),
    of_player(),
    sa.Index("ix_blocks_blocked", "studio_id", "game_id", "blocked_id"),
)

gifts: Final = sa.Table(
    "gifts",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),  # who gets it
    sa.Column("gift_id", UUID, primary_key=True),
    sa.Column("sender_id", UUID, nullable=False),
    sa.Column("grant_id", UUID, nullable=False),  # the player's; it says whether the gift was claimed
    sa.Column("type", TEXT, nullable=False),  # item, currency
    sa.Column("resource_key", TEXT, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("message", TEXT, nullable=True),
    sa.Column("sent_at", MOMENT, nullable=False),
    of_player(),
    sa.Index("ix_gifts_got", "studio_id", "game_id", "player_id", "sent_at", "gift_id"),
    sa.Index("ix_gifts_sent", "studio_id", "game_id", "sender_id", "sent_at", "gift_id"),
)

purchases: Final = sa.Table(
    "purchases",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("purchase_id", UUID, primary_key=True),
    sa.Column("store", TEXT, nullable=False),
    sa.Column("transaction_id", TEXT, nullable=False),
    sa.Column("product_id", TEXT, nullable=False),
    sa.Column("product_type", TEXT, nullable=True),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", TEXT, nullable=False),
    sa.Column("fx_rate", sa.Double, nullable=False),
    sa.Column("normalized_amount_minor", sa.BigInteger, nullable=False),  # US cents
    sa.Column("validation_status", TEXT, nullable=False),  # unverified, verified, failed, skipped
    sa.Column("receipt", TEXT, nullable=True),
    sa.Column("metadata", JSON, nullable=True),
    sa.Column("purchased_at", MOMENT, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    of_player(),
    sa.UniqueConstraint(
        "studio_id", "game_id", "player_id", "store", "transaction_id", name="uq_purchases_transaction"
    ),
    sa.Index("ix_purchases_recent", "studio_id", "game_id", "player_id", "created_at", "purchase_id"),
)

player_spend: Final = sa.Table(
    "player_spend",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("lifetime_amount_minor", sa.BigInteger, nullable=False),  # US cents
    sa.Column("purchase_count", sa.BigInteger, nullable=False),
    sa.Column("updated_at", MOMENT, nullable=False),
    of_player(),
)
