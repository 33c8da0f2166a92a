"""The whole data model (SQLAlchemy Core).

Every primary key and unique index starts with the tenant (studio, game) and, for what belongs to a player, the player;
the directory of members, who may belong to several studios, starts with the member. Ids are UUIDv7 made by the caller,
moments are milliseconds since the epoch (UTC), there are no sequences and no foreign keys from one player to another
(backend/README.md#scale).
"""

from __future__ import annotations

from kraty_console.backend.storage.tables.boards import board_entries, board_segments, boards
from kraty_console.backend.storage.tables.catalog import (
    bundles,
    currencies,
    event_windows,
    events,
    items,
    reward_tables,
)
from kraty_console.backend.storage.tables.columns import metadata
from kraty_console.backend.storage.tables.directory import api_keys, game_roles, games, members, sessions, studios
from kraty_console.backend.storage.tables.holdings import (
    grant_deposits,
    grants,
    inventory,
    item_ledger,
    wallet_ledger,
    wallets,
)
from kraty_console.backend.storage.tables.play import (
    attempt_awards,
    attempt_rolls,
    attempts,
    leaderboard_entries,
    leaderboards,
    lobbies,
    lobby_members,
    milestones_fired,
    player_aliases,
    players,
)
from kraty_console.backend.storage.tables.records import audit, denials, idempotency, outbox, sweep_failures
from kraty_console.backend.storage.tables.social import (
    blocks,
    friend_requests,
    friendships,
    gifts,
    player_spend,
    purchases,
)
from kraty_console.backend.storage.tables.webhooks import webhook_attempts, webhook_deliveries, webhook_endpoints

__all__ = [
    "api_keys",
    "attempt_awards",
    "attempt_rolls",
    "attempts",
    "audit",
    "blocks",
    "board_entries",
    "board_segments",
    "boards",
    "bundles",
    "currencies",
    "denials",
    "event_windows",
    "events",
    "friend_requests",
    "friendships",
    "game_roles",
    "games",
    "gifts",
    "grant_deposits",
    "grants",
    "idempotency",
    "inventory",
    "item_ledger",
    "items",
    "leaderboard_entries",
    "leaderboards",
    "lobbies",
    "lobby_members",
    "members",
    "metadata",
    "milestones_fired",
    "outbox",
    "player_aliases",
    "player_spend",
    "players",
    "purchases",
    "reward_tables",
    "sessions",
    "studios",
    "sweep_failures",
    "wallet_ledger",
    "wallets",
    "webhook_attempts",
    "webhook_deliveries",
    "webhook_endpoints",
]
