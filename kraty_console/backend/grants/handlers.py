"""Handlers of grants."""

from __future__ import annotations

from kraty_console.backend.economy.handlers import rows_of_player
from kraty_console.backend.grants import queries
from kraty_console.backend.grants import service as grants
from kraty_console.backend.grants.schemas import SelfGrant, ServerGrant
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import GameRequest, KeyedRequest, milliseconds
from kraty_console.contract.actions import ForceClaim, ManualGrant, RevokeGrant


async def create_for_admin(call: Call) -> HandlerReply:
    """Give a player something; the player must exist."""
    body = await call.body(ManualGrant)
    expires_at = milliseconds(body.expires_at, "expiresAt")
    return await call.change(
        body,
        lambda tx, ctx: grants.create(
            tx,
            ctx,
            body.external_player_id,
            [entry.body() for entry in body.entries],
            kind=body.kind,
            expires_at=expires_at,
            metadata=body.metadata,
        ),
    )


async def force_claim(call: Call) -> HandlerReply:
    """Mark a grant claimed, and deliver it unless that was done before."""
    grant_id = call.id("grantId", "Grant")
    body = await call.body(ForceClaim)
    return await call.change(body, lambda tx, ctx: grants.force_claim(tx, ctx, grant_id))


async def revoke(call: Call) -> HandlerReply:
    """Revoke a pending grant, so that it cannot be collected."""
    grant_id = call.id("grantId", "Grant")
    body = await call.body(RevokeGrant)
    return await call.change(body, lambda tx, ctx: grants.revoke(tx, ctx, grant_id))


async def create_for_server(call: Call) -> HandlerReply:
    """Give a player something; an unknown player is created."""
    player = call.text("externalPlayerId")
    body = await call.body(ServerGrant)
    return await _create(call, player, body, source_kind=body.source_kind, source_ref_id=body.source_ref_id)


async def acknowledge(call: Call) -> HandlerReply:
    """Claim a grant for its player: the studio has delivered it, or wants it deposited here."""
    player, grant_id = call.text("externalPlayerId"), call.text("grantId")
    body = await call.body(KeyedRequest)
    return await call.change(body, lambda tx, ctx: grants.claim(tx, ctx, player, grant_id))


async def pending_grants(call: Call) -> HandlerReply:
    """Grants that can be claimed or opened; none for an unknown player."""
    limit = call.limit()
    return HandlerReply(
        await rows_of_player(call, lambda tx, player: queries.pending_grants(tx, player, call.now_ms, limit))
    )


async def give(call: Call) -> HandlerReply:
    """Give oneself something, in a permissive game."""
    player = call.text("externalPlayerId")
    body = await call.body(SelfGrant)
    return await _create(call, player, body)


async def claim(call: Call) -> HandlerReply:
    """Claim a reward."""
    player, grant_id = call.text("externalPlayerId"), call.text("grantId")
    body = await call.body(GameRequest)
    return await call.change(body, lambda tx, ctx: grants.claim(tx, ctx, player, grant_id))


async def open_crate(call: Call) -> HandlerReply:
    """Open a crate."""
    player, grant_id = call.text("externalPlayerId"), call.text("grantId")
    body = await call.body(GameRequest)
    return await call.change(body, lambda tx, ctx: grants.open_crate(tx, ctx, player, grant_id))


async def _create(
    call: Call,
    player: str,
    body: ServerGrant | SelfGrant,
    *,
    source_kind: str | None = None,
    source_ref_id: str | None = None,
) -> HandlerReply:
    """Create the requested grant for the player with that external id."""
    expires_at = milliseconds(body.expires_at, "expiresAt")
    return await call.change(
        body,
        lambda tx, ctx: grants.create(
            tx,
            ctx,
            player,
            [entry.body() for entry in body.entries],
            kind=body.kind,
            expires_at=expires_at,
            source_kind=source_kind,
            source_ref_id=source_ref_id,
            metadata=body.metadata,
        ),
    )
