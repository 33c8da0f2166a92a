"""Reading a player from the studio's backend (player-tools: From your backend)."""

from __future__ import annotations

from kraty_console.backend import snapshot as snapshots
from kraty_console.backend.api import refusals
from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import HandlerReply


async def snapshot(call: Call) -> HandlerReply:
    """The profile and the newest of each list; what only the portal shows is left out."""
    player, limit = call.text("externalPlayerId"), call.limit()
    async with call.services.db.read() as tx:
        found = await snapshots.build(tx, call.game, call.environment, player, limit=limit, surface="server")
    if found is None:
        raise refusals.no_such("Player", player)
    return HandlerReply(found, tagged=True)
