"""Giving over the keys' surfaces: from the studio's backend, and of a game to its own player (kraty-api 3.4, 4)."""

from __future__ import annotations

from kraty_console.backend.grants import service as grants
from kraty_console.backend.grants.schemas import SelfGrant, ServerGrant
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import milliseconds


async def give(
    call: Call,
    player: str,
    asked: ServerGrant | SelfGrant,
    *,
    source_kind: str | None = None,
    source_ref_id: str | None = None,
) -> HandlerReply:
    """Make the grant that was asked for, to the player of that external id."""
    expires_at = milliseconds(asked.expires_at, "expiresAt")
    return await call.change(
        asked,
        lambda tx, ctx: grants.create(
            tx,
            ctx,
            player,
            [entry.body() for entry in asked.entries],
            kind=asked.kind,
            expires_at=expires_at,
            source_kind=source_kind,
            source_ref_id=source_ref_id,
            metadata=asked.metadata,
        ),
    )
