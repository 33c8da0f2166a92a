"""Reading a player from the studio's backend (player-tools: From your backend)."""

from __future__ import annotations

from kraty_console.backend.http import api_errors
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.lookup import snapshot as snapshots


async def snapshot(call: Call) -> HandlerReply:
    """The profile and the newest of each list; what only the portal shows is left out."""
    player, limit = call.text("externalPlayerId"), call.limit()
    async with call.services.db.read() as tx:
        found = await snapshots.build(tx, call.game, call.environment, player, limit=limit, surface="server")
    if found is None:
        raise api_errors.no_such("Player", player)
    return HandlerReply(found, tagged=True)
