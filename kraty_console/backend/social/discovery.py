"""Find other players: by name, by friends of friends, by shared lobbies."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.players.names import after_prefix
from kraty_console.backend.players.service import fold_name
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.social.friend_queries import (
    PERSON,
    FriendListReader,
    Json,
    serialize_named,
    serialize_presence,
    with_progression,
)
from kraty_console.backend.storage.tables import (
    FriendRequestRecord,
    FriendshipRecord,
    LobbyMemberRecord,
    PlayerRecord,
    blocks,
    friend_requests,
    friendships,
    lobby_members,
    players,
)
from kraty_console.backend.storage.transaction import Transaction

RELATIONS: Final = {"incoming": "request_incoming", "outgoing": "request_outgoing"}

MAX_LOBBIES_READ: Final = 10
"""Number of the player's newest lobbies whose members are suggested."""

MAX_FRIENDS_READ: Final = 100
"""Number of friends whose friends are read, so that suggestions cost the same for well-connected players."""


MAX_NEW_PLAYERS_READ: Final = 200
"""Number of the game's newest players who are suggested if recently online, so that everyone gets suggestions."""

MAX_CANDIDATES: Final = 100
"""Number of candidates of each kind in the draw."""

FRIEND_IN_COMMON: Final = 16.0
PLAYED_TOGETHER: Final = 8.0
RECENTLY_ONLINE: Final = 1.0
"""Weights of the draw, by relation; each friend in common counts."""


class _FriendOfFriends(FriendshipRecord):
    """A friend of friends."""

    common: int
    """The number of common friends."""


async def search(tx: Transaction, reader: FriendListReader, environment: str, query: str, limit: int) -> list[Json]:
    """Players whose name has this prefix, ignoring case, ordered by name, with their relation to the reader.

    The reader, players with a block in either direction, and merged or erased players are left out.
    """
    begin = fold_name(query)
    column = players.c
    within = [column.name_folded >= begin]
    if (end := after_prefix(begin)) is not None:
        within.append(column.name_folded < end)
    rows = await tx.records(
        PlayerRecord,
        sa.select(*PERSON)
        .where(
            *_in_game(players, reader.tenant),
            column.environment == environment,
            *within,
            *_visible_to(reader),
        )
        .order_by(column.name_folded, column.player_id)
        .limit(limit),
    )
    relations = await _relations(tx, reader, [row.player_id for row in rows])
    listed = [
        (row.player_id, {**serialize_named(row), "relationship": relations.get(row.player_id, "none")}) for row in rows
    ]
    return await with_progression(tx, reader, listed)


async def suggestions(
    tx: Transaction, reader: FriendListReader, environment: str, limit: int, random_bytes: Callable[[int], bytes]
) -> list[Json]:
    """Players the player may know, drawn at random at each call (contract/SDK.md#friends).

    Friends of friends are most likely, by the number of common friends; then players of recent common lobbies; then
    newer, recently online players of the game. Friends, players with an open request, banned players, and those that
    `search` leaves out are not suggested.
    """
    known = {reader.player_id, *await _known(tx, reader)}
    weights: dict[str, float] = {}
    for each, common in await _friends_of_friends(tx, reader, MAX_CANDIDATES + len(known)):
        weights[each] = FRIEND_IN_COMMON * common
    for each in await _played_with(tx, reader, MAX_CANDIDATES + len(known)):
        weights[each] = weights.get(each, 0) + PLAYED_TOGETHER
    for each in (await _recently_online(tx, reader, environment))[:MAX_CANDIDATES]:
        weights[each] = weights.get(each, 0) + RECENTLY_ONLINE
    ranked = weighted_shuffle({each: weight for each, weight in weights.items() if each not in known}, random_bytes)
    column = players.c
    rows = await tx.records(
        PlayerRecord,
        sa.select(*PERSON).where(
            *_in_game(players, reader.tenant),
            tx.among(column.player_id, ranked),
            column.banned_at.is_(None),
            *_visible_to(reader),
        ),
    )
    people = {row.player_id: row for row in rows}
    chosen = [people[each] for each in ranked if each in people][:limit]
    return await with_progression(
        tx,
        reader,
        [(row.player_id, {**serialize_named(row), **serialize_presence(row, reader.now_ms)}) for row in chosen],
    )


def weighted_shuffle(weights: Mapping[str, float], random_bytes: Callable[[int], bytes]) -> list[str]:
    """All keys in a random order, in which higher weights tend to come first.

    Each key gets an exponentially distributed waiting time by its weight, which equals weighted drawing without
    replacement.
    """

    def wait(weight: float) -> float:
        chance = (int.from_bytes(random_bytes(7), "big") + 1) / 2**56
        return -math.log(chance) / weight

    waits = {each: wait(weight) for each, weight in weights.items()}
    return sorted(waits, key=lambda each: (waits[each], each))


def _in_game(table: sa.FromClause, tenant: Tenant) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.studio_id == tenant.studio_id, table.c.game_id == tenant.game_id)


def _rows_of(table: sa.FromClause, reader: FriendListReader) -> tuple[sa.ColumnElement[bool], ...]:
    return (*_in_game(table, reader.tenant), table.c.player_id == reader.player_id)


def _visible_to(reader: FriendListReader) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions on players: not gone, not the reader, and no block in either direction."""
    column, block = players.c, blocks.c
    by_reader = sa.and_(block.player_id == reader.player_id, block.blocked_id == column.player_id)
    of_reader = sa.and_(block.player_id == column.player_id, block.blocked_id == reader.player_id)
    return (
        column.player_id != reader.player_id,
        *player_refs.not_gone(),
        *(
            ~sa.exists(sa.select(sa.literal(1)).select_from(blocks).where(*_in_game(blocks, reader.tenant), block_row))
            for block_row in (by_reader, of_reader)
        ),
    )


async def _relations(tx: Transaction, reader: FriendListReader, ids: list[str]) -> dict[str, str]:
    """The relation of each of these players to the reader, if any."""
    friend, request = friendships.c, friend_requests.c
    friends = await tx.records(
        FriendshipRecord,
        sa.select(friend.friend_id).where(*_rows_of(friendships, reader), tx.among(friend.friend_id, ids)),
    )
    requests = await tx.records(
        FriendRequestRecord,
        sa.select(request.friend_id, request.direction).where(
            *_rows_of(friend_requests, reader), tx.among(request.friend_id, ids)
        ),
    )
    relations = {row.friend_id: "friends" for row in friends}
    return relations | {row.friend_id: RELATIONS[row.direction] for row in requests}


async def _known(tx: Transaction, reader: FriendListReader) -> Iterable[str]:
    """Friends, and players with an open request."""
    friends = sa.select(friendships.c.friend_id).where(*_rows_of(friendships, reader))
    requests = sa.select(friend_requests.c.friend_id).where(*_rows_of(friend_requests, reader))
    known = [row.friend_id for row in await tx.records(FriendshipRecord, friends)]
    return known + [row.friend_id for row in await tx.records(FriendRequestRecord, requests)]


async def _friends_of_friends(tx: Transaction, reader: FriendListReader, limit: int) -> list[tuple[str, int]]:
    """Friends of friends with their number of common friends."""
    own, other = friendships.alias("own"), friendships.alias("other")
    newest = (
        sa.select(own.c.friend_id)
        .where(*_rows_of(own, reader))
        .order_by(own.c.created_at.desc(), own.c.friend_id)
        .limit(MAX_FRIENDS_READ)
        .subquery()
    )
    common: sa.ColumnElement[Any] = sa.func.count()
    rows = await tx.records(
        _FriendOfFriends,
        sa.select(other.c.friend_id, common.label("common"))
        .join_from(newest, other, other.c.player_id == newest.c.friend_id)
        .where(*_in_game(other, reader.tenant))
        .group_by(other.c.friend_id)
        .order_by(common.desc(), other.c.friend_id)
        .limit(limit),
    )
    return [(row.friend_id, row.common) for row in rows]


async def _played_with(tx: Transaction, reader: FriendListReader, limit: int) -> list[str]:
    own, other = lobby_members.alias("own"), lobby_members.alias("other")
    newest = (
        sa.select(own.c.lobby_id, own.c.joined_at)
        .where(*_rows_of(own, reader))
        .order_by(own.c.joined_at.desc(), own.c.lobby_id)
        .limit(MAX_LOBBIES_READ)
        .subquery()
    )
    last: sa.ColumnElement[Any] = sa.func.max(newest.c.joined_at)
    rows = await tx.records(
        LobbyMemberRecord,
        sa.select(other.c.player_id)
        .join_from(newest, other, other.c.lobby_id == newest.c.lobby_id)
        .where(*_in_game(other, reader.tenant))
        .group_by(other.c.player_id)
        .order_by(last.desc(), other.c.player_id)
        .limit(limit),
    )
    return [row.player_id for row in rows]


async def _recently_online(tx: Transaction, reader: FriendListReader, environment: str) -> list[str]:
    column = players.c
    newest = await tx.records(
        PlayerRecord,
        sa.select(column.player_id, column.environment, column.last_active_at)
        .where(*_in_game(players, reader.tenant))
        .order_by(column.player_id.desc())
        .limit(MAX_NEW_PLAYERS_READ),
    )
    online = [
        (-row.last_active_at, row.player_id)
        for row in newest
        if row.environment == environment and row.last_active_at is not None
    ]
    return [player_id for _, player_id in sorted(online)]
