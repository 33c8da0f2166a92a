"""Friends, requests and blocks as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.players import names, progression
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.tables import PlayerRecord, blocks, friend_requests, friendships, players
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.gifts import Gifting

Json = dict[str, Any]

ONLINE_MS: Final = 60_000
"""A player whose last heartbeat is no older than this is online; games send one every 30 seconds."""

MOST_FRIENDS: Final = 500
"""The most friends a player can have, because the list has no pages (contract/README.md#limits)."""

MOST_REQUESTS: Final = 200
"""The most requests listed per direction, and the most open ones that a player may have sent."""

PERSON: Final = (
    players.c.player_id,
    players.c.external_player_id,
    players.c.display_identity,
    players.c.anonymized_identity,
    players.c.country,
    players.c.last_active_at,
    players.c.presence_status,
)
"""The columns that name a player to others."""


class OtherPlayer(PlayerRecord):
    """Another player, with the columns of the relation."""

    since: int
    """When the relation began."""
    last_gift_at: int | None
    request_id: str


@dataclass(frozen=True, slots=True)
class FriendListReader:
    """The reader of a list, the time, and the progression keys to include."""

    tenant: Tenant
    player_id: str
    now_ms: int
    progression: Sequence[str] = ()


def serialize_named(row: PlayerRecord) -> Json:
    """Another player with id and name."""
    return {"externalPlayerId": row.external_player_id, "displayIdentity": names.display(row)}


def serialize_presence(row: PlayerRecord, now_ms: int) -> Json:
    """Presence of another player; the status is included while online."""
    last = row.last_active_at
    online = last is not None and now_ms - last <= ONLINE_MS
    return {
        "online": online,
        "lastActiveAt": formats.timestamp(last),
        "status": row.presence_status if online else None,
    }


def serialize_friend(row: PlayerRecord, since_ms: int, now_ms: int, next_gift_ms: int = 0) -> Json:
    """A friend (contract/SDK.md#friends); the time of the next possible gift is included only during the cooldown."""
    friend = {**serialize_named(row), "friendsSince": formats.timestamp(since_ms), **serialize_presence(row, now_ms)}
    return friend | ({"giftCooldownUntil": formats.timestamp(next_gift_ms)} if next_gift_ms > now_ms else {})


def serialize_request(row: PlayerRecord, request_id: str, direction: str, created_at: int) -> Json:
    """An open friend request (contract/SDK.md#friends)."""
    return {
        "requestId": request_id,
        "direction": direction,
        "player": serialize_named(row),
        "createdAt": formats.timestamp(created_at),
    }


def serialize_blocked(row: PlayerRecord, since_ms: int) -> Json:
    """A blocked player (contract/SDK.md#friends)."""
    return {**serialize_named(row), "blockedAt": formats.timestamp(since_ms)}


async def friends(tx: Transaction, reader: FriendListReader, rules: Gifting) -> list[Json]:
    """The player's friends, oldest friendship first."""
    column = friendships.c
    rows = await _others(
        tx, reader, friendships, column.friend_id, column.last_gift_at, newest_first=False, limit=MOST_FRIENDS
    )
    pause = rules.cooldown_seconds * 1000 if rules.enabled else 0
    listed = []
    for row in rows:
        next_gift = 0 if row.last_gift_at is None else row.last_gift_at + pause
        listed.append((row.player_id, serialize_friend(row, row.since, reader.now_ms, next_gift)))
    return await with_progression(tx, reader, listed)


async def requests(tx: Transaction, reader: FriendListReader) -> dict[str, list[Json]]:
    """Incoming and outgoing requests, newest first."""
    requests: dict[str, list[Json]] = {}
    column = friend_requests.c
    for direction in ("incoming", "outgoing"):
        rows = await _others(
            tx,
            reader,
            friend_requests,
            column.friend_id,
            column.request_id,
            where=(column.direction == direction,),
            limit=MOST_REQUESTS,
        )
        listed = [(row.player_id, serialize_request(row, row.request_id, direction, row.since)) for row in rows]
        requests[direction] = await with_progression(tx, reader, listed, inside="player")
    return requests


async def blocks_of(tx: Transaction, reader: FriendListReader) -> list[Json]:
    """The blocked players, newest first."""
    rows = await _others(tx, reader, blocks, blocks.c.blocked_id, limit=MOST_FRIENDS)
    return [serialize_blocked(row, row.since) for row in rows]


async def with_progression(
    tx: Transaction, reader: FriendListReader, listed: Sequence[tuple[str, Json]], *, inside: str | None = None
) -> list[Json]:
    """Add the requested balances to the objects of players with these ids, or to their field `inside`."""
    if reader.progression:
        ids = sorted({player_id for player_id, _ in listed})
        held = await progression.balances(tx, reader.tenant, ids, reader.progression)
        for player_id, shown in listed:
            (shown if inside is None else shown[inside])["progression"] = held[player_id]
    return [shown for _, shown in listed]


async def _others(
    tx: Transaction,
    reader: FriendListReader,
    table: sa.Table,
    other: sa.Column[Any],
    *more: sa.Column[Any],
    where: Sequence[sa.ColumnElement[bool]] = (),
    newest_first: bool = True,
    limit: int,
) -> list[OtherPlayer]:
    """The players that the player's rows name, with `since`, the time of the row."""
    column = table.c
    order = [column.created_at, other]
    return await tx.records(
        OtherPlayer,
        sa.select(*PERSON, column.created_at.label("since"), *more)
        .join_from(
            table,
            players,
            sa.and_(
                players.c.studio_id == column.studio_id,
                players.c.game_id == column.game_id,
                players.c.player_id == other,
            ),
        )
        .where(
            column.studio_id == reader.tenant.studio_id,
            column.game_id == reader.tenant.game_id,
            column.player_id == reader.player_id,
            *where,
        )
        .order_by(*(each.desc() if newest_first else each for each in order))
        .limit(limit),
    )
