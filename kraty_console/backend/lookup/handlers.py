"""Finding players, and everything about one (player-tools: Player lookup)."""

from __future__ import annotations

from kraty_console.backend.http import api_errors
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.lookup import snapshot as snapshots
from kraty_console.backend.lookup.search import search_players


async def search(call: Call) -> HandlerReply:
    """Hits for `?query=`, best first."""
    query = call.query("query")
    if query is None:
        raise api_errors.invalid("query", "is required")
    limit = call.limit()
    async with call.services.db.read() as tx:
        found = await search_players(tx, call.game, call.environment, query, limit)
    return HandlerReply({"players": found})


async def snapshot(call: Call) -> HandlerReply:
    """The profile and the newest of each list, ledgers and audit rows included; 304 when nothing changed."""
    player, limit = call.text("externalPlayerId"), call.limit()
    async with call.services.db.read() as tx:
        found = await snapshots.build(tx, call.game, call.environment, player, limit=limit, surface="admin")
    if found is None:
        raise api_errors.no_such("Player", player)
    return HandlerReply(found, tagged=True)
