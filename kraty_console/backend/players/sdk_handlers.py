"""Who the player is, as only their game reads and tells it (kraty-api 4, 5.10)."""

from __future__ import annotations

from kraty_console.backend.http import api_errors
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.players import handlers as profiles
from kraty_console.backend.players import names
from kraty_console.backend.players import service as players
from kraty_console.backend.players.profiles import heartbeat
from kraty_console.backend.players.schemas import Presence


async def identity(call: Call) -> HandlerReply:
    """Both names of any player of the game: they are what every leaderboard shows."""
    external_id = call.text("externalPlayerId")
    async with call.services.db.read() as tx:
        player = await players.find(tx, call.game, call.environment, external_id)
    if player is None:
        raise api_errors.no_such("Player", external_id)
    return HandlerReply({"displayIdentity": names.display(player), "anonymizedIdentity": names.anonymized(player)})


async def set_identity(call: Call) -> HandlerReply:
    """Choose one's own name."""
    return await profiles.set_identity(call)


async def presence(call: Call) -> HandlerReply:
    """The heartbeat of a game that is being played."""
    player = call.text("externalPlayerId")
    asked = await call.body(Presence)
    return await call.change(
        asked,
        lambda tx, ctx: heartbeat(tx, ctx, player, asked.status, keep_status=not asked.names_status),
    )
