"""Friends, requests, blocks, gifts and purchases.

A friendship and a request are two rows, one with each of the two players, so that each list is read where its player is
and a merge moves the rows of a player by `player_id` and their twins by `friend_id`.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import BIGINT, DOUBLE, JSON, MOMENT, TEXT, UUID, of_player
from kraty_console.backend.storage.tables.record import OwnedByPlayer, column, key, optional, table


class FriendshipRecord(OwnedByPlayer):
    """One player's side of a friendship."""

    friend_id = key(UUID)
    created_at = column(MOMENT)
    last_gift_at = optional(MOMENT)  # when the player last sent this friend a gift


friendships: Final = table(
    "friendships",
    FriendshipRecord,
    of_player(),
)


class FriendRequestRecord(OwnedByPlayer):
    """One player's side of a friend request."""

    friend_id = key(UUID)  # between two players there is one request at most
    request_id = column(UUID)
    direction = column(TEXT)  # incoming, outgoing
    created_at = column(MOMENT)


friend_requests: Final = table(
    "friend_requests",
    FriendRequestRecord,
    of_player(),
    sa.Index("ix_friend_requests_id", "studio_id", "game_id", "player_id", "request_id"),
)


class BlockRecord(OwnedByPlayer):
    """That a player blocks another."""

    # `player_id` is the blocking player.
    blocked_id = key(UUID)
    created_at = column(MOMENT)


blocks: Final = table(
    "blocks",
    BlockRecord,
    of_player(),
    sa.Index("ix_blocks_blocked", "studio_id", "game_id", "blocked_id"),
)


class GiftRecord(OwnedByPlayer):
    """A gift between friends."""

    # `player_id` is the receiver.
    gift_id = key(UUID)
    sender_id = column(UUID)
    grant_id = column(UUID)  # the player's; it says whether the gift was claimed
    type = column(TEXT)  # item, currency
    resource_key = column(TEXT)
    amount = column(BIGINT)
    message = optional(TEXT)
    sent_at = column(MOMENT)


gifts: Final = table(
    "gifts",
    GiftRecord,
    of_player(),
    sa.Index("ix_gifts_got", "studio_id", "game_id", "player_id", "sent_at", "gift_id"),
    sa.Index("ix_gifts_sent", "studio_id", "game_id", "sender_id", "sent_at", "gift_id"),
)


class PurchaseRecord(OwnedByPlayer):
    """A purchase in a store."""

    purchase_id = key(UUID)
    store = column(TEXT)
    transaction_id = column(TEXT)
    product_id = column(TEXT)
    product_type = optional(TEXT)
    amount_minor = column(BIGINT)
    currency = column(TEXT)
    fx_rate = column(DOUBLE)
    normalized_amount_minor = column(BIGINT)  # US cents
    validation_status = column(TEXT)  # unverified, verified, failed, skipped
    receipt = optional(TEXT)
    metadata = optional(JSON)
    purchased_at = column(MOMENT)
    created_at = column(MOMENT)


purchases: Final = table(
    "purchases",
    PurchaseRecord,
    of_player(),
    sa.UniqueConstraint(
        "studio_id", "game_id", "player_id", "store", "transaction_id", name="uq_purchases_transaction"
    ),
    sa.Index("ix_purchases_recent", "studio_id", "game_id", "player_id", "created_at", "purchase_id"),
)


class PlayerSpendRecord(OwnedByPlayer):
    """What a player has spent in all."""

    lifetime_amount_minor = column(BIGINT)  # US cents
    purchase_count = column(BIGINT)
    updated_at = column(MOMENT)


player_spend: Final = table(
    "player_spend",
    PlayerSpendRecord,
    of_player(),
)
