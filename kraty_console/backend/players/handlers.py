"""Who a player is, as their game and, with an e-mail address, the studio's backend write it (kraty-api 3.3, 4).

A studio's backend may write where a game writes (decisions: C9, C18).
"""

from __future__ import annotations

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.players import profiles
from kraty_console.backend.players.schemas import EmailChange, IdentityChoice, MetadataBag


async def set_identity(call: Call) -> HandlerReply:
    """Choose the name that others see."""
    player = call.text("externalPlayerId")
    asked = await call.body(IdentityChoice)
    return await call.change(
        asked, lambda tx, ctx: profiles.set_identity(tx, ctx, player, asked.name, avatar=asked.avatar)
    )


async def replace_metadata(call: Call) -> HandlerReply:
    """Put this in place of all that was kept with the player."""
    return await _metadata(call, merge=False)


async def merge_metadata(call: Call) -> HandlerReply:
    """Put this beside what was kept, in place of what has the same key."""
    return await _metadata(call, merge=True)


async def set_email(call: Call) -> HandlerReply:
    """Set or forget the address that support finds the player by."""
    player = call.text("externalPlayerId")
    asked = await call.body(EmailChange)
    return await call.change(asked, lambda tx, ctx: profiles.set_email(tx, ctx, player, asked.email))


async def _metadata(call: Call, *, merge: bool) -> HandlerReply:
    player = call.text("externalPlayerId")
    asked = await call.body(MetadataBag)
    return await call.change(asked, lambda tx, ctx: profiles.set_metadata(tx, ctx, player, asked.bag(), merge=merge))
