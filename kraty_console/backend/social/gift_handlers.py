"""Handlers of gifts."""

from __future__ import annotations

from kraty_console.backend.http import query_parameters
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.social import gift_queries, gifts
from kraty_console.backend.social.friend_handlers import reader_of
from kraty_console.backend.social.gifts import GiftContents
from kraty_console.backend.social.schemas import GiftToSend


async def catalog(call: Call) -> HandlerReply:
    """The gift rules of the game for the player."""
    async with call.services.db.read() as tx:
        rules = await gift_queries.rules(tx, call.game)
        gifts.refuse_disabled(rules)
        return HandlerReply(await gift_queries.catalog(tx, reader_of(call), rules))


async def send(call: Call) -> HandlerReply:
    """Give a friend something."""
    player = call.text("externalPlayerId")
    body = await call.body(GiftToSend)
    present = GiftContents(body.type, body.resource_key, body.amount, body.message)
    return await call.change(body, lambda tx, ctx: gifts.send(tx, ctx, player, body.named(), present))


async def got(call: Call) -> HandlerReply:
    """The player's received gifts."""
    return await _listed(call, sent=False)


async def sent(call: Call) -> HandlerReply:
    """The player's sent gifts."""
    return await _listed(call, sent=True)


async def claim(call: Call) -> HandlerReply:
    """Claim a gift."""
    player, gift = call.text("externalPlayerId"), call.text("giftId")
    body = await call.body(GameRequest)
    return await call.change(body, lambda tx, ctx: gifts.claim(tx, ctx, player, gift))


async def _listed(call: Call, *, sent: bool) -> HandlerReply:
    limit = call.limit()
    pending_only = query_parameters.one_of(call, "status", ("all", "pending"), "all") == "pending"
    async with call.services.db.read() as tx:
        gifts = await gift_queries.list_gifts(tx, reader_of(call), sent=sent, pending_only=pending_only, limit=limit)
    return HandlerReply({"gifts": gifts})
