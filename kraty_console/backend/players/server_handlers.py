"""Whether a player may play, whom they know, what they spent: for the studio's backend (kraty-api 3.2, 3.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kraty_console.backend.economy import purchases
from kraty_console.backend.http import api_errors
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import ExplainedRequest
from kraty_console.backend.players import bans
from kraty_console.backend.players import service as players
from kraty_console.backend.players.schemas import ServerBan
from kraty_console.backend.social import friend_queries as shown
from kraty_console.backend.social import gift_queries
from kraty_console.backend.storage.transaction import TrackedRow, Transaction


async def ban(call: Call) -> HandlerReply:
    """Keep the player from playing."""
    player = call.text("externalPlayerId")
    asked = await call.body(ServerBan)
    return await call.change(asked, lambda tx, ctx: bans.ban(tx, ctx, player))


async def unban(call: Call) -> HandlerReply:
    """Let the player play again."""
    player = call.text("externalPlayerId")
    asked = await call.body(ExplainedRequest)
    return await call.change(asked, lambda tx, ctx: bans.unban(tx, ctx, player))


async def friends(call: Call) -> HandlerReply:
    """The player's friends, and whether they are here."""
    async with _reading(call) as (tx, reader):
        return HandlerReply({"friends": await shown.friends(tx, reader, await gift_queries.rules(tx, call.game))})


async def friend_requests(call: Call) -> HandlerReply:
    """What waits for the player's answer, and for others'."""
    async with _reading(call) as (tx, reader):
        return HandlerReply(await shown.requests(tx, reader))


async def blocks(call: Call) -> HandlerReply:
    """The players whom the player blocked."""
    async with _reading(call) as (tx, reader):
        return HandlerReply({"blocked": await shown.blocked_by(tx, reader)})


async def spend(call: Call) -> HandlerReply:
    """What the player spent in stores."""
    async with call.services.db.read() as tx:
        return HandlerReply(await purchases.spent(tx, await _player(call, tx)))


@asynccontextmanager
async def _reading(call: Call) -> AsyncIterator[tuple[Transaction, shown.FriendListReader]]:
    """The player of the path, to be read; 404 for nobody."""
    async with call.services.db.read() as tx:
        player = await _player(call, tx)
        yield tx, shown.FriendListReader(call.game, player["player_id"], call.now_ms)


async def _player(call: Call, tx: Transaction) -> TrackedRow:
    external_id = call.text("externalPlayerId")
    player = await players.find(tx, call.game, call.environment, external_id)
    if player is None:
        raise api_errors.no_such("Player", external_id)
    return player
