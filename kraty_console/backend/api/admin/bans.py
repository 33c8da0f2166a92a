"""Banning and unbanning a player."""

from __future__ import annotations

from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import Reply
from kraty_console.backend.engine import bans
from kraty_console.contract.actions import BanPlayer, UnbanPlayer


async def ban(call: Call) -> Reply:
    """Keep the player from playing."""
    player = call.text("externalPlayerId")
    asked = await call.body(BanPlayer)
    return await call.change(asked, lambda tx, ctx: bans.ban(tx, ctx, player))


async def unban(call: Call) -> Reply:
    """Let the player play again."""
    player = call.text("externalPlayerId")
    asked = await call.body(UnbanPlayer)
    return await call.change(asked, lambda tx, ctx: bans.unban(tx, ctx, player))
