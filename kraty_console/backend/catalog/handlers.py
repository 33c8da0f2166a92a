"""What can be granted, for whoever composes a grant."""

from __future__ import annotations

from kraty_console.backend.catalog.queries import read_catalog
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply


async def catalog(call: Call) -> HandlerReply:
    """Items, currencies and bundles."""
    async with call.services.db.read() as tx:
        return HandlerReply(await read_catalog(tx, call.game), tagged=True)
