"""Handlers of the catalog."""

from __future__ import annotations

from kraty_console.backend.catalog.queries import read_catalog
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply


async def catalog_for_admin(call: Call) -> HandlerReply:
    """Items, currencies and bundles."""
    async with call.services.db.read() as tx:
        return HandlerReply(await read_catalog(tx, call.game), tagged=True)


async def catalog_for_game(call: Call) -> HandlerReply:
    """Items and currencies; games do not see how rewards are composed."""
    async with call.services.db.read() as tx:
        catalog = await read_catalog(tx, call.game)
    return HandlerReply({name: catalog[name] for name in ("items", "currencies")}, tagged=True)
