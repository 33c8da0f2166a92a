"""Banning and unbanning a player."""

from __future__ import annotations

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.players import bans
from kraty_console.contract.actions import BanPlayer, UnbanPlayer


async def ban(call: Call) -> HandlerReply:
    """Keep the player from playing."""
    player = call.text("externalPlayerId")
    asked = await call.body(BanPlayer)
    return await call.change(asked, lambda tx, ctx: bans.ban(tx, ctx, player))


async def unban(call: Call) -> HandlerReply:
    """Let the player play again."""
    player = call.text("externalPlayerId")
    asked = await call.body(UnbanPlayer)
    return await call.change(asked, lambda tx, ctx: bans.unban(tx, ctx, player))
