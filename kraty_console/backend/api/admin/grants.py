"""Giving by hand, and delivering what is stuck (player-tools: Issue a manual grant, Force-claim a grant)."""

from __future__ import annotations

from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import HandlerReply
from kraty_console.backend.api.moments import milliseconds
from kraty_console.backend.engine import grants
from kraty_console.contract.actions import ForceClaim, ManualGrant, RevokeGrant


async def create(call: Call) -> HandlerReply:
    """Give a player something; the player must exist."""
    asked = await call.body(ManualGrant)
    expires_at = milliseconds(asked.expires_at, "expiresAt")
    return await call.change(
        asked,
        lambda tx, ctx: grants.create(
            tx,
            ctx,
            asked.external_player_id,
            [entry.body() for entry in asked.entries],
            kind=asked.kind,
            expires_at=expires_at,
            metadata=asked.metadata,
        ),
    )


async def force_claim(call: Call) -> HandlerReply:
    """Mark a grant claimed, and deliver it if that was not done before."""
    grant_id = call.id("grantId", "Grant")
    asked = await call.body(ForceClaim)
    return await call.change(asked, lambda tx, ctx: grants.force_claim(tx, ctx, grant_id))


async def revoke(call: Call) -> HandlerReply:
    """Take back a grant that is still pending, so that it cannot be collected any more."""
    grant_id = call.id("grantId", "Grant")
    asked = await call.body(RevokeGrant)
    return await call.change(asked, lambda tx, ctx: grants.revoke(tx, ctx, grant_id))
