"""Friend requests, friendships and friend codes.

Both players are locked in the order of their ids before anything is read, so that two simultaneous requests to each
other make one friendship.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NoReturn

import sqlalchemy as sa

from kraty_console.backend.players import names
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import idempotency, player_refs
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError, conflict, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.social import friend_queries as shown
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import FriendRequestRecord, FriendshipRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""The alphabet of friend codes, without ambiguous characters (no 0 O, 1 I L)."""

CODE_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class PlayerRef:
    """A game's reference to another player: a friend code or an external id."""

    friend_code: str | None = None
    external_id: str | None = None


async def code(tx: Transaction, ctx: Context, external_id: str) -> RuleResult:
    """The player's friend code, created with the first call and permanent."""
    player = await players.lock(tx, ctx, external_id)
    if player.friend_code is None:
        fresh = _draw_code(ctx)
        while await _with_code(tx, ctx, fresh) is not None:
            fresh = _draw_code(ctx)
        tx.change(player, friend_code=fresh)
    return RuleResult(200, {"friendCode": player.friend_code, "displayIdentity": names.display(player)})


async def ask(tx: Transaction, ctx: Context, external_id: str, other_ref: PlayerRef) -> RuleResult:
    """Send a friend request; if the other player sent one before, both become friends at once.

    400 `cannot_friend_self`, 403 `player_blocked` if either blocks the other, 404 `friend_code_invalid` or `not_found`,
    409 `already_friends`. Repeating an open request returns it, with 200.
    """
    operation = "friend.request"
    earlier = await idempotency.replay(
        tx, ctx, operation, {"player": external_id, "code": other_ref.friend_code, "other": other_ref.external_id}
    )
    if earlier is not None:
        return earlier
    player, other = await lock_pair(tx, ctx, external_id, other_ref)
    if player is other:
        raise RuleError(Code.CANNOT_FRIEND_SELF, "a player cannot be their own friend")
    await refuse_blocked(tx, player, other)
    if await friendship(tx, player, other) is not None:
        raise RuleError(Code.ALREADY_FRIENDS, f"'{other.external_player_id}' is a friend already")
    open_ = await _request_between(tx, player, other)
    if open_ is None:
        await _room(tx, player, tables.friend_requests, shown.MOST_REQUESTS, "open requests", direction="outgoing")
        data = await _open(tx, ctx, player, other)
        return await idempotency.keep(tx, ctx, operation, 201, data)
    if open_.direction == "incoming":
        data = {"status": "accepted", "friend": await _befriend(tx, ctx, player, other)}
        return await idempotency.keep(tx, ctx, operation, 201, data)
    data = {"status": "pending", "request": _as_request(other, open_)}
    return await idempotency.keep(tx, ctx, operation, 200, data)


async def accept(tx: Transaction, ctx: Context, external_id: str, request_id: str) -> RuleResult:
    """Accept a request; 404 if no incoming one has this id."""
    operation = "friend.accept"
    earlier = await idempotency.replay(tx, ctx, operation, {"player": external_id, "request": request_id})
    if earlier is not None:
        return earlier
    player, other = await _answering(tx, ctx, external_id, request_id)
    data = {"friend": await _befriend(tx, ctx, player, other)}
    return await idempotency.keep(tx, ctx, operation, 200, data)


async def decline(tx: Transaction, ctx: Context, external_id: str, request_id: str) -> RuleResult:
    """Decline a request; 404 as for `accept`. The other player may send another."""
    operation = "friend.decline"
    earlier = await idempotency.replay(tx, ctx, operation, {"player": external_id, "request": request_id})
    if earlier is not None:
        return earlier
    player, other = await _answering(tx, ctx, external_id, request_id)
    await delete_rows(tx, tables.friend_requests, player, other)
    return await idempotency.keep(tx, ctx, operation, 200, {"declined": True})


async def cancel(tx: Transaction, ctx: Context, external_id: str, request_id: str) -> RuleResult:
    """Cancel a request; `cancelled: false` if it is not open, or not the player's."""
    sender = await player_refs.get_by_external_id(tx, ctx.tenant, ctx.environment, external_id)
    request = await _request(tx, sender, request_id, "outgoing")
    if request is not None:
        player, other = await _locked_pair(tx, ctx, external_id, request.friend_id)
        request = await _request(tx, player, request_id, "outgoing")
        if request is not None:
            await delete_rows(tx, tables.friend_requests, player, other)
    return RuleResult(200, {"cancelled": request is not None})


async def remove(tx: Transaction, ctx: Context, external_id: str, friend: str) -> RuleResult:
    """End a friendship on both sides; `removed: false` if there was none. 404 for an unknown player."""
    player, other = await lock_pair(tx, ctx, external_id, PlayerRef(external_id=friend))
    was = await friendship(tx, player, other)
    if was is not None:
        await delete_rows(tx, tables.friendships, player, other)
    return RuleResult(200, {"removed": was is not None})


async def lock_pair(
    tx: Transaction, ctx: Context, external_id: str, other_ref: PlayerRef
) -> tuple[PlayerRecord, PlayerRecord]:
    """The player, who must not be banned, and the other, both locked; 404 for an unknown player."""
    if other_ref.friend_code is not None:
        other = await _with_code(tx, ctx, other_ref.friend_code.strip().upper())
        if other is None:
            raise RuleError(Code.FRIEND_CODE_INVALID, f"no player has the friend code '{other_ref.friend_code}'")
    else:
        named = other_ref.external_id or ""
        other = await player_refs.find_by_external_id(tx, ctx.tenant, ctx.environment, named)
        if other is None or player_refs.is_gone(other):
            not_found("Player", named)
    return await _locked_pair(tx, ctx, external_id, other.player_id)


async def friendship(tx: Transaction, player: PlayerRecord, other: PlayerRecord) -> FriendshipRecord | None:
    """The player's row of the friendship with the other."""
    return await tx.record(
        FriendshipRecord, sa.select(tables.friendships).where(*row_between(tables.friendships.c, player, other))
    )


async def refuse_blocked(tx: Transaction, player: PlayerRecord, other: PlayerRecord) -> None:
    """403 `player_blocked` if one of the two has blocked the other."""
    if await blocks_between(tx, player, other):
        raise RuleError(Code.PLAYER_BLOCKED, "one of the two players has blocked the other")


async def blocks_between(tx: Transaction, player: PlayerRecord, other: PlayerRecord) -> bool:
    """Whether one of the two has blocked the other."""
    column = tables.blocks.c
    either = sa.or_(
        sa.and_(column.player_id == player.player_id, column.blocked_id == other.player_id),
        sa.and_(column.player_id == other.player_id, column.blocked_id == player.player_id),
    )
    in_game = (column.studio_id == player.studio_id, column.game_id == player.game_id)
    return await tx.scalar(sa.select(column.player_id).where(*in_game, either).limit(1)) is not None


async def delete_rows(tx: Transaction, table: sa.Table, player: PlayerRecord, other: PlayerRecord) -> None:
    """Delete both rows of a friendship or of a request."""
    for one, two in ((player, other), (other, player)):
        await tx.execute(table.delete().where(*row_between(table.c, one, two)))


def row_between(column: Any, player: PlayerRecord, other: PlayerRecord) -> tuple[sa.ColumnElement[bool], ...]:  # noqa: ANN401 (`table.c`)
    """The condition for the player's row about the other, in a table of friends."""
    return (
        column.studio_id == player.studio_id,
        column.game_id == player.game_id,
        column.player_id == player.player_id,
        column.friend_id == other.player_id,
    )


async def _locked_pair(
    tx: Transaction, ctx: Context, external_id: str, other_id: str
) -> tuple[PlayerRecord, PlayerRecord]:
    player_id = (await player_refs.get_by_external_id(tx, ctx.tenant, ctx.environment, external_id)).player_id
    locked = {each: await players.lock_by_id(tx, ctx, each) for each in sorted({player_id, other_id})}
    player, other = locked[player_id], locked[other_id]
    for each in (player, other):
        if player_refs.is_gone(each):  # since it was read, while another transaction held it
            not_found("Player", each.external_player_id)
    players.refuse_banned(player)
    return player, other


async def _answering(
    tx: Transaction, ctx: Context, external_id: str, request_id: str
) -> tuple[PlayerRecord, PlayerRecord]:
    """The recipient and the sender of an incoming request, both locked."""
    recipient = await player_refs.get_by_external_id(tx, ctx.tenant, ctx.environment, external_id)
    request = await _request(tx, recipient, request_id, "incoming")
    if request is None:
        _no_request(request_id)
    player, other = await _locked_pair(tx, ctx, external_id, request.friend_id)
    if await _request(tx, player, request_id, "incoming") is None:
        _no_request(request_id)
    return player, other


def _no_request(request_id: str) -> NoReturn:
    not_found("Friend request", request_id)


async def _request(
    tx: Transaction, player: PlayerRecord, request_id: str, direction: str
) -> FriendRequestRecord | None:
    if not is_id(request_id):
        return None
    column = tables.friend_requests.c
    return await tx.record(
        FriendRequestRecord,
        sa.select(tables.friend_requests).where(
            column.studio_id == player.studio_id,
            column.game_id == player.game_id,
            column.player_id == player.player_id,
            column.request_id == request_id,
            column.direction == direction,
        ),
    )


async def _request_between(tx: Transaction, player: PlayerRecord, other: PlayerRecord) -> FriendRequestRecord | None:
    table = tables.friend_requests
    return await tx.record(FriendRequestRecord, sa.select(table).where(*row_between(table.c, player, other)))


def _as_request(other: PlayerRecord, row: FriendRequestRecord) -> dict[str, Any]:
    return shown.serialize_request(other, row.request_id, row.direction, row.created_at)


async def _open(tx: Transaction, ctx: Context, player: PlayerRecord, other: PlayerRecord) -> dict[str, Any]:
    request_id = ctx.new_id()
    kept = {"request_id": request_id, "created_at": ctx.now_ms}
    outgoing_row = {**_sides(player, other), **kept, "direction": "outgoing"}
    incoming_row = {**_sides(other, player), **kept, "direction": "incoming"}
    await tx.insert_many(tables.friend_requests, [outgoing_row, incoming_row])
    return {"status": "pending", "request": shown.serialize_request(other, request_id, "outgoing", ctx.now_ms)}


async def _befriend(tx: Transaction, ctx: Context, player: PlayerRecord, other: PlayerRecord) -> dict[str, Any]:
    await delete_rows(tx, tables.friend_requests, player, other)
    for each in (player, other):
        await _room(tx, each, tables.friendships, shown.MOST_FRIENDS, "friends")
    rows = [{**_sides(one, two), "created_at": ctx.now_ms} for one, two in ((player, other), (other, player))]
    await tx.insert_many(tables.friendships, rows)
    return shown.serialize_friend(other, ctx.now_ms, ctx.now_ms)


async def _room(tx: Transaction, player: PlayerRecord, table: sa.Table, most: int, what: str, **only: str) -> None:
    """409 if the player has the most rows allowed."""
    column = table.c
    in_game = (
        column.studio_id == player.studio_id,
        column.game_id == player.game_id,
        column.player_id == player.player_id,
        *(column[name] == value for name, value in only.items()),
    )
    if await tx.scalar(sa.select(sa.func.count()).select_from(table).where(*in_game)) >= most:
        conflict(f"Player '{player.external_player_id}' has {most} {what}, and cannot have more")


def _sides(player: PlayerRecord, other: PlayerRecord) -> dict[str, Any]:
    return {
        "studio_id": player.studio_id,
        "game_id": player.game_id,
        "player_id": player.player_id,
        "friend_id": other.player_id,
    }


def _draw_code(ctx: Context) -> str:
    value = int.from_bytes(ctx.random_bytes(8), "big")
    letters = []
    for _ in range(CODE_LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)


async def _with_code(tx: Transaction, ctx: Context, friend_code: str) -> PlayerRecord | None:
    column = tables.players.c
    return await tx.find(
        tables.players,
        column.studio_id == ctx.tenant.studio_id,
        column.game_id == ctx.tenant.game_id,
        column.environment == ctx.environment,
        column.friend_code == friend_code,
    )
