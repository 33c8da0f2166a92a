"""Who the player is, as their game reads and writes it (kraty-api 4, 5.10)."""

from __future__ import annotations

from kraty_console.backend import identities
from kraty_console.backend.api import refusals
from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import Reply
from kraty_console.backend.api.profile_requests import IdentityChoice, MetadataBag
from kraty_console.backend.api.sdk.requests import Presence
from kraty_console.backend.engine import players, profiles


async def identity(call: Call) -> Reply:
    """Both names of any player of the game: they are what every leaderboard shows."""
    external_id = call.text("externalPlayerId")
    async with call.services.db.read() as tx:
        player = await players.find(tx, call.game, call.environment, external_id)
    if player is None:
        raise refusals.no_such("Player", external_id)
    return Reply({"displayIdentity": identities.display(player), "anonymizedIdentity": identities.anonymized(player)})


async def set_identity(call: Call) -> Reply:
    """Choose one's own name."""
    player = call.text("externalPlayerId")
    asked = await call.body(IdentityChoice)
    return await call.change(
        asked, lambda tx, ctx: profiles.set_identity(tx, ctx, player, asked.name, avatar=asked.avatar)
    )


async def replace_metadata(call: Call) -> Reply:
    """Put this in place of all that was kept with the player."""
    return await _metadata(call, merge=False)


async def merge_metadata(call: Call) -> Reply:
    """Put this beside what was kept, in place of what has the same key."""
    return await _metadata(call, merge=True)


async def _metadata(call: Call, *, merge: bool) -> Reply:
    player = call.text("externalPlayerId")
    asked = await call.body(MetadataBag)
    return await call.change(asked, lambda tx, ctx: profiles.set_metadata(tx, ctx, player, asked.bag(), merge=merge))


async def presence(call: Call) -> Reply:
    """The heartbeat of a game that is being played."""
    player = call.text("externalPlayerId")
    asked = await call.body(Presence)
    return await call.change(
        asked,
        lambda tx, ctx: profiles.heartbeat(tx, ctx, player, asked.status, keep_status=not asked.names_status),
    )
