"""Giving and taking items from the studio's backend (kraty-api 3.5)."""

from __future__ import annotations

from kraty_console.backend.economy import inventory
from kraty_console.backend.economy.schemas import ItemChange
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply


async def grant(call: Call) -> HandlerReply:
    """Give so many of an item."""
    player, key = call.text("externalPlayerId"), call.text("itemKey")
    asked = await call.body(ItemChange)
    return await call.change(
        asked,
        lambda tx, ctx: inventory.grant(tx, ctx, player, key, asked.quantity, source_ref_id=asked.source_ref_id),
    )


async def revoke(call: Call) -> HandlerReply:
    """Take so many of an item; 409 when the player has fewer."""
    player, key = call.text("externalPlayerId"), call.text("itemKey")
    asked = await call.body(ItemChange)
    return await call.change(
        asked,
        lambda tx, ctx: inventory.revoke(tx, ctx, player, key, asked.quantity, source_ref_id=asked.source_ref_id),
    )
