"""Search players by id, e-mail, or the beginning of an id."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.players import names
from kraty_console.backend.rules import formats, player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.tables import PlayerRecord, player_aliases, players
from kraty_console.backend.storage.transaction import Transaction

SHORTEST_PREFIX: Final = 2
"""Characters; fewer would list everybody."""

_FOUND: Final = (
    players.c.external_player_id,
    players.c.email,
    players.c.display_identity,
    players.c.anonymized_identity,
    players.c.last_seen_at,
)


async def search_players(
    tx: Transaction, tenant: Tenant, environment: str, query: str, limit: int
) -> list[dict[str, Any]]:
    """Hits, best first: the exact id, else the player it was merged into; the exact e-mail; ids that begin so.

    Each step is one look-up in an index, so a search costs the same in a game of any size.
    """
    column = players.c
    here = player_refs.in_environment(tenant, environment)
    hits: dict[str, dict[str, Any]] = {}

    async def collect(match: str, statement: sa.Select[*tuple[Any, ...]], merged_from: str | None = None) -> None:
        if len(hits) < limit:
            for row in await tx.records(PlayerRecord, statement.limit(limit)):
                hits.setdefault(row.external_player_id, _hit(row, match, merged_from))

    await collect("external_id", sa.select(*_FOUND).where(*player_refs.by_external_id(tenant, environment, query)))
    if not hits:
        await collect("merged", _merged(tenant, environment, query), merged_from=query)
    with_email = sa.select(*_FOUND).where(*player_refs.by_email(tenant, environment, query))
    await collect("email", with_email.order_by(column.external_player_id))
    if len(query) >= SHORTEST_PREFIX:
        begins = [column.external_player_id >= query]
        if (end := names.after_prefix(query)) is not None:
            begins.append(column.external_player_id < end)
        listed = sa.select(*_FOUND).where(*here, *begins, *player_refs.not_gone())
        await collect("prefix", listed.order_by(column.external_player_id))
    return list(hits.values())[:limit]


def _merged(tenant: Tenant, environment: str, external_id: str) -> sa.Select[*tuple[Any, ...]]:
    alias = player_aliases.c
    same_player = sa.and_(
        players.c.studio_id == alias.studio_id,
        players.c.game_id == alias.game_id,
        players.c.player_id == alias.player_id,
    )
    return (
        sa.select(*_FOUND)
        .join_from(player_aliases, players, same_player)
        .where(*player_refs.by_external_id(tenant, environment, external_id, player_aliases))
    )


def _hit(row: PlayerRecord, match: str, merged_from: str | None) -> dict[str, Any]:
    identity = names.chosen(row) or {}
    return {
        "externalPlayerId": row.external_player_id,
        "email": row.email,
        "displayName": identity.get("name"),
        "lastSeenAt": formats.timestamp(row.last_seen_at),
        "match": match,
        "mergedFrom": merged_from,
    }
