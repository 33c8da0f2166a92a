"""Giving from the studio's backend (kraty-api 3.4)."""

from __future__ import annotations

from kraty_console.backend.grants import giving
from kraty_console.backend.grants import service as grants
from kraty_console.backend.grants.schemas import ServerGrant
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import KeyedRequest


async def create(call: Call) -> HandlerReply:
    """Give a player something; a player never heard of is made."""
    player = call.text("externalPlayerId")
    asked = await call.body(ServerGrant)
    return await giving.give(call, player, asked, source_kind=asked.source_kind, source_ref_id=asked.source_ref_id)


async def acknowledge(call: Call) -> HandlerReply:
    """Claim a grant for its player: the studio has delivered it, or wants it deposited here."""
    player, grant_id = call.text("externalPlayerId"), call.text("grantId")
    asked = await call.body(KeyedRequest)
    return await call.change(asked, lambda tx, ctx: grants.claim(tx, ctx, player, grant_id))
