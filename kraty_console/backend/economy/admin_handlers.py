"""Crediting a balance by hand (player-tools: walkthrough, + Credit)."""

from __future__ import annotations

from kraty_console.backend.economy import wallet
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.contract.actions import WalletCredit


async def credit(call: Call) -> HandlerReply:
    """Add to one balance."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    asked = await call.body(WalletCredit)
    return await call.change(asked, lambda tx, ctx: wallet.credit(tx, ctx, player, key, asked.amount))
