"""Collecting from the game: what waits, claiming and opening it, using up and spending what is there (kraty-api 4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from kraty_console.backend.economy import inventory as items
from kraty_console.backend.economy import queries as holdings
from kraty_console.backend.economy import wallet
from kraty_console.backend.economy.schemas import Consumption, Debit, MoveProgression
from kraty_console.backend.grants import giving
from kraty_console.backend.grants import service as grants
from kraty_console.backend.grants.schemas import SelfGrant
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.players import service as players
from kraty_console.backend.storage.transaction import Transaction

Look = Callable[[Transaction, Mapping[str, Any]], Awaitable[list[dict[str, Any]]]]


async def pending_grants(call: Call) -> HandlerReply:
    """What can be claimed or opened; nothing waits for a player nobody has heard of."""
    limit = call.limit()
    return HandlerReply(await _look(call, lambda tx, player: holdings.pending_grants(tx, player, call.now_ms, limit)))


async def inventory(call: Call) -> HandlerReply:
    """The player's items."""
    return HandlerReply({"items": await _look(call, holdings.inventory)})


async def balances(call: Call) -> HandlerReply:
    """The player's balances."""
    return HandlerReply({"wallet": await _look(call, holdings.wallet)})


async def give(call: Call) -> HandlerReply:
    """Give oneself something, in a permissive game."""
    player = call.text("externalPlayerId")
    asked = await call.body(SelfGrant)
    return await giving.give(call, player, asked)


async def claim(call: Call) -> HandlerReply:
    """Claim a reward."""
    player, grant_id = call.text("externalPlayerId"), call.text("grantId")
    asked = await call.body(GameRequest)
    return await call.change(asked, lambda tx, ctx: grants.claim(tx, ctx, player, grant_id))


async def open_crate(call: Call) -> HandlerReply:
    """Open a crate."""
    player, grant_id = call.text("externalPlayerId"), call.text("grantId")
    asked = await call.body(GameRequest)
    return await call.change(asked, lambda tx, ctx: grants.open_crate(tx, ctx, player, grant_id))


async def consume(call: Call) -> HandlerReply:
    """Use up items."""
    player, key = call.text("externalPlayerId"), call.text("itemKey")
    asked = await call.body(Consumption)
    return await call.change(asked, lambda tx, ctx: items.consume(tx, ctx, player, key, asked.quantity))


async def debit(call: Call) -> HandlerReply:
    """Spend from a balance."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    asked = await call.body(Debit)
    return await call.change(asked, lambda tx, ctx: wallet.debit(tx, ctx, player, key, asked.amount))


async def progress(call: Call) -> HandlerReply:
    """Move a progression resource."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    asked = await call.body(MoveProgression)
    return await call.change(asked, lambda tx, ctx: wallet.progress(tx, ctx, player, key, asked.amount))


async def _look(call: Call, look: Look) -> list[dict[str, Any]]:
    async with call.services.db.read() as tx:
        player = await players.find(tx, call.game, call.environment, call.text("externalPlayerId"))
        return [] if player is None else await look(tx, player)
