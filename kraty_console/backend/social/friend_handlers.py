"""Handlers of friends and blocks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from kraty_console.backend.http import query_parameters
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.players.handlers import player_of_path
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import invalid
from kraty_console.backend.social import blocks, discovery, friends, gift_queries
from kraty_console.backend.social import friend_queries as shown
from kraty_console.backend.social.schemas import PlayerRefRequest
from kraty_console.backend.storage.transaction import Transaction

LONGEST_QUERY: Final = 64
MOST_HITS: Final = 50
MOST_SUGGESTIONS: Final = 25


async def code(call: Call) -> HandlerReply:
    """The player's friend code and name."""
    player = call.text("externalPlayerId")
    reader = reader_of(call)
    context = call.context()

    async def read(tx: Transaction) -> dict[str, Any]:
        answer = await friends.code(tx, context, player)
        [suggested] = await shown.with_progression(tx, reader, [(reader.player_id, answer.data)])
        return suggested

    return HandlerReply(await call.services.db.run(read))


async def listed(call: Call) -> HandlerReply:
    """The player's friends and their presence."""
    async with call.services.db.read() as tx:
        return HandlerReply(
            {"friends": await shown.friends(tx, reader_of(call), await gift_queries.rules(tx, call.game))}
        )


async def search(call: Call) -> HandlerReply:
    """Players by a prefix of their name."""
    query, limit = (call.query("q") or "").strip(), query_parameters.integer(call, "limit", 20, MOST_HITS)
    if not 1 <= len(query) <= LONGEST_QUERY:
        raise invalid("q", f"must have 1 to {LONGEST_QUERY} characters")
    async with call.services.db.read() as tx:
        return HandlerReply({"results": await discovery.search(tx, reader_of(call), call.environment, query, limit)})


async def suggestions(call: Call) -> HandlerReply:
    """Players the player may know."""
    limit = query_parameters.clamped_integer(call, "limit", 5, MOST_SUGGESTIONS)
    async with call.services.db.read() as tx:
        chance = call.services.random_bytes
        suggested = await discovery.suggestions(tx, reader_of(call), call.environment, limit, chance)
        return HandlerReply({"suggestions": suggested})


async def requests(call: Call) -> HandlerReply:
    """Incoming and outgoing friend requests."""
    async with call.services.db.read() as tx:
        return HandlerReply(await shown.requests(tx, reader_of(call)))


async def ask(call: Call) -> HandlerReply:
    """Send a friend request, or accept one that the other player sent before."""
    player = call.text("externalPlayerId")
    body = await call.body(PlayerRefRequest)
    return await call.change(body, lambda tx, ctx: friends.ask(tx, ctx, player, body.named()))


async def accept(call: Call) -> HandlerReply:
    """Accept a friend request."""
    return await _answer(call, friends.accept)


async def decline(call: Call) -> HandlerReply:
    """Decline a friend request."""
    return await _answer(call, friends.decline)


async def cancel(call: Call) -> HandlerReply:
    """Cancel a friend request."""
    player, request = call.text("externalPlayerId"), call.text("requestId")
    return await call.change(GameRequest(), lambda tx, ctx: friends.cancel(tx, ctx, player, request))


async def remove(call: Call) -> HandlerReply:
    """End a friendship."""
    player, friend = call.text("externalPlayerId"), call.text("friendExternalId")
    return await call.change(GameRequest(), lambda tx, ctx: friends.remove(tx, ctx, player, friend))


async def blocked(call: Call) -> HandlerReply:
    """The blocked players."""
    async with call.services.db.read() as tx:
        return HandlerReply({"blocked": await shown.blocks_of(tx, reader_of(call))})


async def block(call: Call) -> HandlerReply:
    """Block a player."""
    player = call.text("externalPlayerId")
    body = await call.body(PlayerRefRequest)
    return await call.change(body, lambda tx, ctx: blocks.block(tx, ctx, player, body.named()))


async def unblock(call: Call) -> HandlerReply:
    """Lift a block."""
    player, other = call.text("externalPlayerId"), call.text("blockedExternalId")
    return await call.change(GameRequest(), lambda tx, ctx: blocks.unblock(tx, ctx, player, other))


async def _answer(call: Call, rule: Callable[[Transaction, Context, str, str], Awaitable[RuleResult]]) -> HandlerReply:
    player, request = call.text("externalPlayerId"), call.text("requestId")
    body = await call.body(GameRequest)
    return await call.change(body, lambda tx, ctx: rule(tx, ctx, player, request))


def reader_of(call: Call) -> shown.FriendListReader:
    """The player whose secret the request has."""
    assert call.caller.player is not None
    keys = query_parameters.keys(call, "progression")
    return shown.FriendListReader(call.game, call.caller.player.player_id, call.now_ms, keys)


async def friends_for_server(call: Call) -> HandlerReply:
    """The player's friends and their presence."""
    async with _reading(call) as (tx, reader):
        return HandlerReply({"friends": await shown.friends(tx, reader, await gift_queries.rules(tx, call.game))})


async def requests_for_server(call: Call) -> HandlerReply:
    """Incoming and outgoing friend requests."""
    async with _reading(call) as (tx, reader):
        return HandlerReply(await shown.requests(tx, reader))


async def blocks_for_server(call: Call) -> HandlerReply:
    """The blocked players."""
    async with _reading(call) as (tx, reader):
        return HandlerReply({"blocked": await shown.blocks_of(tx, reader)})


@asynccontextmanager
async def _reading(call: Call) -> AsyncIterator[tuple[Transaction, shown.FriendListReader]]:
    """The reader for the player in the path; 404 for an unknown player."""
    async with call.services.db.read() as tx:
        player = await player_of_path(call, tx)
        yield tx, shown.FriendListReader(call.game, player.player_id, call.now_ms)
