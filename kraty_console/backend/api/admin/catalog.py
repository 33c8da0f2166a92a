"""What can be granted, for whoever composes a grant."""

from __future__ import annotations

from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import HandlerReply
from kraty_console.backend.catalog import read_catalog


async def catalog(call: Call) -> HandlerReply:
    """Items, currencies and bundles."""
    async with call.services.db.read() as tx:
        return HandlerReply(await read_catalog(tx, call.game), tagged=True)
