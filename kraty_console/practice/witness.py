"""Asks the backend what a session did: the players of the tickets, and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from kraty_console.client.paging import pages
from kraty_console.contract.errors import BadAnswer, NotFound
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.domain.completeness import unreadable_count

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.contract.audit import AuditPage, AuditRow
    from kraty_console.contract.players import Snapshot


async def read_players(client: KratyClient, players: Sequence[str]) -> dict[str, Snapshot]:
    """The players as they are now, by external id; of a guest that was merged, the account that took the progress.

    Raises a `KratyError` if one cannot be read.
    """
    found: dict[str, Snapshot] = {}
    for player in players:
        try:
            found[player] = await _snapshot(client, player)
        except NotFound:
            merged = next((hit for hit in await client.search(player) if hit.merged_from == player), None)
            if merged is None:
                raise
            found[player] = await _snapshot(client, merged.external_player_id)
    return found


async def _snapshot(client: KratyClient, player: str) -> Snapshot:
    fetched = await client.snapshot(player, limit=MAX_LIMIT)
    assert fetched is not None, "only an etag is answered with nothing"
    return fetched.value


async def read_log(client: KratyClient, since: datetime) -> list[AuditRow]:
    """The audit log since a time, to its last row.

    Raises:
        KratyError: it cannot be read, or a row of it; then nobody can tell what was done.
    """
    rows: list[AuditRow] = []
    async for page in pages(partial(_page, client, since)):
        if unreadable_count(page.rows):
            raise BadAnswer("A row of the audit log could not be read", status=200)
        rows += page.rows
    return rows


async def _page(client: KratyClient, since: datetime, cursor: str | None) -> AuditPage:
    return await client.audit_log(since=since, cursor=cursor, limit=MAX_LIMIT)
