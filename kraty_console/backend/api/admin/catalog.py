"""What can be granted, for whoever composes a grant."""

from __future__ import annotations

from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import Reply
from kraty_console.backend.catalog import read_catalog


async def catalog(call: Call) -> Reply:
    """Items, currencies and bundles."""
    async with call.services.db.read() as tx:
        return Reply(await read_catalog(tx, call.game), tagged=True)
