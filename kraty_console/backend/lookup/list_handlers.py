"""Handlers of the lists of one player."""

from __future__ import annotations

from kraty_console.backend.http import query_parameters
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.lookup.player_lists import PLAYER_LISTS
from kraty_console.backend.rules.errors import not_found
from kraty_console.contract.operations import PlayerListName
from kraty_console.contract.player_lists import LIST_ORDERS


async def attempts(call: Call) -> HandlerReply:
    """The player's attempts by their start, newest or oldest first."""
    return await _page(call, "attempts")


async def grants(call: Call) -> HandlerReply:
    """The player's grants by their creation, newest or oldest first."""
    return await _page(call, "grants")


async def wallet_ledger(call: Call) -> HandlerReply:
    """The changes of the player's balances, newest or oldest first."""
    return await _page(call, "wallet_ledger")


async def item_ledger(call: Call) -> HandlerReply:
    """The changes of the player's items, newest or oldest first."""
    return await _page(call, "item_ledger")


async def lobbies(call: Call) -> HandlerReply:
    """The lobbies in which the player has a seat, by when it was taken, newest or oldest first."""
    return await _page(call, "lobbies")


async def audit(call: Call) -> HandlerReply:
    """The audit rows about the player, newest or oldest first."""
    return await _page(call, "audit")


async def _page(call: Call, name: PlayerListName) -> HandlerReply:
    player, limit = call.text("externalPlayerId"), call.limit()
    order = query_parameters.one_of(call, "order", LIST_ORDERS, "newest")
    page = await PLAYER_LISTS[name].page(
        call.services.db, call.game, call.environment, player, order=order, cursor=call.query("cursor"), limit=limit
    )
    if page is None:
        not_found("Player", player)
    return HandlerReply({"rows": page.rows, "nextCursor": page.next_cursor, "total": page.total})
