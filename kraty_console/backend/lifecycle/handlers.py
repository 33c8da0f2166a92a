"""Handlers of merging, erasing and exporting players."""

from __future__ import annotations

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import ExplainedRequest
from kraty_console.backend.lifecycle import erase
from kraty_console.backend.lifecycle import export as exports
from kraty_console.backend.lifecycle import merge as merging
from kraty_console.backend.lifecycle.schemas import Erasure
from kraty_console.backend.rules.errors import not_found


async def merge(call: Call) -> HandlerReply:
    """Merge a guest into an account."""
    source, target = call.text("externalPlayerId"), call.text("toExternalPlayerId")
    body = await call.body(ExplainedRequest)
    return await call.change(body, lambda tx, ctx: merging.merge(tx, ctx, source, target))


async def delete(call: Call) -> HandlerReply:
    """Erase a player; the status is 200 even if there is none."""
    player = call.text("externalPlayerId")
    body = await call.body(Erasure)
    return await call.change(body, lambda tx, ctx: erase.erase(tx, ctx, player))


async def export(call: Call) -> HandlerReply:
    """Everything that is stored about a player."""
    player = call.text("externalPlayerId")
    async with call.services.db.read() as tx:
        bundle = await exports.build(tx, call.game, call.environment, player, call.now_ms)
    if bundle is None:
        not_found("Player", player)
    return HandlerReply(bundle)
