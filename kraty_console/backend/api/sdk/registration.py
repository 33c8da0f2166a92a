"""Registering a player from the game (kraty-api 1.4)."""

from __future__ import annotations

from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import HandlerReply
from kraty_console.backend.api.sdk import parameters
from kraty_console.backend.api.sdk.requests import Registration
from kraty_console.backend.engine import registration


async def register(call: Call) -> HandlerReply:
    """Mint the player's secret; `?force=true` rotates it, for keys that are not live."""
    player = call.text("externalPlayerId")
    force = parameters.flag(call, "force")
    asked = await call.body(Registration)
    return await call.change(
        asked,
        lambda tx, ctx: registration.register(tx, ctx, player, email=asked.email, force=force),
    )
