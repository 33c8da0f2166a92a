"""Whether a player may play, whom they know, what they spent: for the studio's backend (kraty-api 3.2, 3.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kraty_console.backend import friends as shown
from kraty_console.backend import gifting
from kraty_console.backend.api import refusals
from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import Reply
from kraty_console.backend.api.server.player_requests import ServerBan
from kraty_console.backend.api.server.requests import ExplainedRequest
from kraty_console.backend.engine import bans, players, purchases
from kraty_console.backend.storage.transaction import Row, Transaction


async def ban(call: Call) -> Reply:
    """Keep the player from playing."""
    player = call.text("externalPlayerId")
    asked = await call.body(ServerBan)
    return await call.change(asked, lambda tx, ctx: bans.ban(tx, ctx, player))


async def unban(call: Call) -> Reply:
    """Let the player play again."""
    player = call.text("externalPlayerId")
    asked = await call.body(ExplainedRequest)
    return await call.change(asked, lambda tx, ctx: bans.unban(tx, ctx, player))


async def friends(call: Call) -> Reply:
    """The player's friends, and whether they are here."""
    async with _reading(call) as (tx, reader):
        return Reply({"friends": await shown.friends(tx, reader, await gifting.rules(tx, call.game))})


async def friend_requests(call: Call) -> Reply:
    """What waits for the player's answer, and for others'."""
    async with _reading(call) as (tx, reader):
        return Reply(await shown.requests(tx, reader))


async def blocks(call: Call) -> Reply:
    """The players whom the player blocked."""
    async with _reading(call) as (tx, reader):
        return Reply({"blocked": await shown.blocked_by(tx, reader)})


async def spend(call: Call) -> Reply:
    """What the player spent in stores."""
    async with call.services.db.read() as tx:
        return Reply(await purchases.spent(tx, await _player(call, tx)))


@asynccontextmanager
async def _reading(call: Call) -> AsyncIterator[tuple[Transaction, shown.Reader]]:
    """The player of the path, to be read; 404 for nobody."""
    async with call.services.db.read() as tx:
        player = await _player(call, tx)
        yield tx, shown.Reader(call.game, player["player_id"], call.now_ms)


async def _player(call: Call, tx: Transaction) -> Row:
    external_id = call.text("externalPlayerId")
    player = await players.find(tx, call.game, call.environment, external_id)
    if player is None:
        raise refusals.no_such("Player", external_id)
    return player
