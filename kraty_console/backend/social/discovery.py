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
    PlayerRecord,
    blocks,
    friend_requests,
    friendships,
    lobby_members,
    players,
)
from kraty_console.backend.storage.transaction import Transaction

RELATIONS: Final = {"incoming": "request_incoming", "outgoing": "request_outgoing"}

MOST_LOBBIES: Final = 10
"""Number of the player's newest lobbies whose members are suggested."""

MOST_OF_FRIENDS: Final = 100
"""Number of friends whose friends are read, so that suggestions cost the same for well-connected players."""


MOST_NEWCOMERS: Final = 200
"""Number of the game's newest players who are suggested if recently online, so that everyone gets suggestions."""

MOST_CANDIDATES: Final = 100
"""Number of candidates of each kind in the draw."""

FRIEND_IN_COMMON: Final = 16.0
PLAYED_TOGETHER: Final = 8.0
BEEN_HERE: Final = 1.0
"""Weights of the draw, by relation; each friend in common counts."""


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
            *_here(players, reader.tenant),
            column.environment == environment,
            *within,
            *_can_be_met(reader),
        )
        .order_by(column.name_folded, column.player_id)
        .limit(limit),
    )
    relations = await _relations(tx, reader, [row.player_id for row in rows])
    found = [
        (row.player_id, {**serialize_named(row), "relationship": relations.get(row.player_id, "none")}) for row in rows
    ]
    return await with_progression(tx, reader, found)


async def suggestions(
    tx: Transaction, reader: FriendListReader, environment: str, limit: int, random_bytes: Callable[[int], bytes]
) -> list[Json]:
    """Players whom the player may know, drawn at random at each call (contract/SDK.md#friends).

    Friends of friends are most likely, by the number of common friends; then players of recent common lobbies; then
    newer, recently online players of the game. Friends, players with an open request, banned players, and those that
    `search` leaves out are not suggested.
    """
    known = {reader.player_id, *await _known(tx, reader)}
    weights: dict[str, float] = {}
    for each, common in await _of_friends(tx, reader, MOST_CANDIDATES + len(known)):
        weights[each] = FRIEND_IN_COMMON * common
    for each in await _played_with(tx, reader, MOST_CANDIDATES + len(known)):
        weights[each] = weights.get(each, 0) + PLAYED_TOGETHER
    for each in (await _newly_here(tx, reader, environment))[:MOST_CANDIDATES]:
        weights[each] = weights.get(each, 0) + BEEN_HERE
    ranked = drawn({each: weight for each, weight in weights.items() if each not in known}, random_bytes)
    column = players.c
    rows = await tx.records(
        PlayerRecord,
        sa.select(*PERSON).where(
            *_here(players, reader.tenant),
            tx.among(column.player_id, ranked),
            column.banned_at.is_(None),
            *_can_be_met(reader),
        ),
    )
    people = {row.player_id: row for row in rows}
    chosen = [people[each] for each in ranked if each in people][:limit]
    return await with_progression(
        tx,
        reader,
        [(row.player_id, {**serialize_named(row), **serialize_presence(row, reader.now_ms)}) for row in chosen],
    )


def drawn(weights: Mapping[str, float], random_bytes: Callable[[int], bytes]) -> list[str]:
    """All keys in a random order, in which higher weights tend to come first.

    Each key gets an exponentially distributed waiting time by its weight, which equals weighted drawing without
    replacement.
    """

    def wait(weight: float) -> float:
        chance = (int.from_bytes(random_bytes(7), "big") + 1) / 2**56
        return -math.log(chance) / weight

    waits = {each: wait(weight) for each, weight in weights.items()}
    return sorted(waits, key=lambda each: (waits[each], each))


def _here(table: sa.FromClause, tenant: Tenant) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.studio_id == tenant.studio_id, table.c.game_id == tenant.game_id)


def _can_be_met(reader: FriendListReader) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions on players: not gone, not the reader, and no block in either direction."""
    column, block = players.c, blocks.c
    mine = sa.and_(block.player_id == reader.player_id, block.blocked_id == column.player_id)
    theirs = sa.and_(block.player_id == column.player_id, block.blocked_id == reader.player_id)
    return (
        column.player_id != reader.player_id,
        *player_refs.not_gone(),
        *(
            ~sa.exists(sa.select(sa.literal(1)).select_from(blocks).where(*_here(blocks, reader.tenant), either))
            for either in (mine, theirs)
        ),
    )


async def _relations(tx: Transaction, reader: FriendListReader, ids: list[str]) -> dict[str, str]:
    """The relation of each of these players to the reader, if any."""
    relations: dict[str, str] = {}
    for table, extra in ((friendships, sa.literal(None)), (friend_requests, friend_requests.c.direction)):
        rows = await tx.all(
            sa.select(table.c.friend_id, extra.label("direction")).where(
                *_here(table, reader.tenant),
                table.c.player_id == reader.player_id,
                tx.among(table.c.friend_id, ids),
            )
        )
        relations |= {row["friend_id"]: RELATIONS.get(row["direction"], "friends") for row in rows}
    return relations


async def _known(tx: Transaction, reader: FriendListReader) -> Iterable[str]:
    """Friends, and players with an open request."""
    found: list[str] = []
    for table in (friendships, friend_requests):
        mine = (*_here(table, reader.tenant), table.c.player_id == reader.player_id)
        found += [row["friend_id"] for row in await tx.all(sa.select(table.c.friend_id).where(*mine))]
    return found


async def _of_friends(tx: Transaction, reader: FriendListReader, limit: int) -> list[tuple[str, int]]:
    """Friends of friends with their number of common friends."""
    mine, theirs = friendships.alias("mine"), friendships.alias("theirs")
    newest = (
        sa.select(mine.c.friend_id)
        .where(*_here(mine, reader.tenant), mine.c.player_id == reader.player_id)
        .order_by(mine.c.created_at.desc(), mine.c.friend_id)
        .limit(MOST_OF_FRIENDS)
        .subquery()
    )
    common: sa.ColumnElement[Any] = sa.func.count()
    rows = await tx.all(
        sa.select(theirs.c.friend_id, common.label("common"))
        .join_from(newest, theirs, theirs.c.player_id == newest.c.friend_id)
        .where(*_here(theirs, reader.tenant))
        .group_by(theirs.c.friend_id)
        .order_by(common.desc(), theirs.c.friend_id)
        .limit(limit)
    )
    return [(row["friend_id"], row["common"]) for row in rows]


async def _played_with(tx: Transaction, reader: FriendListReader, limit: int) -> list[str]:
    mine, theirs = lobby_members.alias("mine"), lobby_members.alias("theirs")
    newest = (
        sa.select(mine.c.lobby_id, mine.c.joined_at)
        .where(*_here(mine, reader.tenant), mine.c.player_id == reader.player_id)
        .order_by(mine.c.joined_at.desc(), mine.c.lobby_id)
        .limit(MOST_LOBBIES)
        .subquery()
    )
    last: sa.ColumnElement[Any] = sa.func.max(newest.c.joined_at)
    rows = await tx.all(
        sa.select(theirs.c.player_id)
        .join_from(newest, theirs, theirs.c.lobby_id == newest.c.lobby_id)
        .where(*_here(theirs, reader.tenant))
        .group_by(theirs.c.player_id)
        .order_by(last.desc(), theirs.c.player_id)
        .limit(limit)
    )
    return [row["player_id"] for row in rows]


async def _newly_here(tx: Transaction, reader: FriendListReader, environment: str) -> list[str]:
    column = players.c
    newest = await tx.records(
        PlayerRecord,
        sa.select(column.player_id, column.environment, column.last_active_at)
        .where(*_here(players, reader.tenant))
        .order_by(column.player_id.desc())
        .limit(MOST_NEWCOMERS),
    )
    here = [
        (-row.last_active_at, row.player_id)
        for row in newest
        if row.environment == environment and row.last_active_at is not None
    ]
    return [player_id for _, player_id in sorted(here)]
