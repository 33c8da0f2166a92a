"""Crediting and debiting balances from the studio's backend (kraty-api 3.6)."""

from __future__ import annotations

from kraty_console.backend.economy import wallet
from kraty_console.backend.economy.schemas import Adjustment
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply


async def credit(call: Call) -> HandlerReply:
    """Add to one balance."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    asked = await call.body(Adjustment)
    return await call.change(
        asked,
        lambda tx, ctx: wallet.credit(tx, ctx, player, key, asked.amount, source_ref_id=asked.source_ref_id),
    )


async def debit(call: Call) -> HandlerReply:
    """Take from one balance; 409 when the player has less."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    asked = await call.body(Adjustment)
    return await call.change(
        asked,
        lambda tx, ctx: wallet.debit(tx, ctx, player, key, asked.amount, source_ref_id=asked.source_ref_id),
    )
