"""Registering a player from the game (kraty-api 1.4)."""

from __future__ import annotations

from kraty_console.backend.http import query_parameters
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.players import registration
from kraty_console.backend.players.schemas import Registration


async def register(call: Call) -> HandlerReply:
    """Mint the player's secret; `?force=true` rotates it, for keys that are not live."""
    player = call.text("externalPlayerId")
    force = query_parameters.flag(call, "force")
    asked = await call.body(Registration)
    return await call.change(
        asked,
        lambda tx, ctx: registration.register(tx, ctx, player, email=asked.email, force=force),
    )
