"""Search players by id, e-mail, or the beginning of an id or a name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.players import names
from kraty_console.backend.players.service import fold_name
from kraty_console.backend.rules import formats, player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.queries import Queries, Query, Reader, parameter
from kraty_console.backend.storage.tables import PlayerRecord, player_aliases, players
from kraty_console.backend.storage.tables.columns import INTEGER, TEXT

SHORTEST_PREFIX: Final = 2
"""Characters; fewer would list everybody."""

_FOUND: Final = (
    players.c.external_player_id,
    players.c.email,
    players.c.display_identity,
    players.c.anonymized_identity,
    players.c.last_seen_at,
)


_LIMIT: Final = parameter("limit", INTEGER)


def _found(*conditions: sa.ColumnElement[bool]) -> Query[PlayerRecord]:
    """Players of the game and environment, in the order of their ids."""
    query = sa.select(*_FOUND).where(*player_refs.prepared_environment(), *conditions)
    return Query(PlayerRecord, query.order_by(players.c.external_player_id).limit(_LIMIT))


def _merged() -> Query[PlayerRecord]:
    alias = player_aliases.c
    same_player = sa.and_(
        players.c.studio_id == alias.studio_id,
        players.c.game_id == alias.game_id,
        players.c.player_id == alias.player_id,
    )
    query = sa.select(*_FOUND).join_from(player_aliases, players, same_player)
    return Query(PlayerRecord, query.where(*player_refs.prepared_external_id(player_aliases)).limit(_LIMIT))


def _beginning(*conditions: sa.ColumnElement[bool]) -> Query[PlayerRecord]:
    return _found(players.c.external_player_id >= player_refs.EXTERNAL_ID, *conditions, *player_refs.not_gone())


_BY_ID: Final = _found(*player_refs.prepared_external_id())
_MERGED: Final = _merged()
_BY_EMAIL: Final = _found(*player_refs.prepared_email())
_BY_PREFIX: Final = _beginning(players.c.external_player_id < parameter("end", TEXT))
_TO_THE_END: Final = _beginning()
"""Ids from a prefix on after which no other begins."""

_BY_NAME: Final = Query(
    PlayerRecord,
    sa.select(*_FOUND)
    .where(
        *player_refs.prepared_environment(),
        *player_refs.not_gone(),
        players.c.name_folded >= parameter("name_from", TEXT),
        players.c.name_folded < parameter("name_until", TEXT),
    )
    .order_by(players.c.name_folded)
    .limit(_LIMIT),
)

_LAST: Final = chr(0x10FFFF)
"""No name begins with it."""

_EXACT: Final = Queries(_BY_ID, _MERGED, _BY_EMAIL)
_EXACT_OR_PREFIX: Final = Queries(_BY_ID, _MERGED, _BY_EMAIL, _BY_PREFIX, _BY_NAME)
_EXACT_OR_TO_THE_END: Final = Queries(_BY_ID, _MERGED, _BY_EMAIL, _TO_THE_END, _BY_NAME)


async def search_players(
    reader: Reader, tenant: Tenant, environment: str, query: str, limit: int
) -> list[dict[str, Any]]:
    """Hits, best first: the exact id, else the player it was merged into; the exact e-mail; ids that begin so;
    names that begin so, in any case.

    Each is one look-up in an index, so a search costs the same in a game of any size.
    """
    name = fold_name(query.strip())
    until = names.after_prefix(name) or _LAST
    values = {
        **player_refs.prepared_values(tenant, environment, query),
        "limit": limit,
        "name_from": name,
        "name_until": until if len(name) >= SHORTEST_PREFIX else name,  # an empty range finds nobody
    }
    if len(query) < SHORTEST_PREFIX:
        results, listed, named = await reader.fetch(_EXACT, values), [], []
    elif (end := names.after_prefix(query)) is None:
        results = await reader.fetch(_EXACT_OR_TO_THE_END, values)
        listed, named = results[_TO_THE_END], results[_BY_NAME]
    else:
        results = await reader.fetch(_EXACT_OR_PREFIX, {**values, "end": end})
        listed, named = results[_BY_PREFIX], results[_BY_NAME]
    hits: dict[str, dict[str, Any]] = {}

    def collect(match: str, rows: Iterable[PlayerRecord], merged_from: str | None = None) -> None:
        for row in rows:
            hits.setdefault(row.external_player_id, _hit(row, match, merged_from))

    collect("external_id", results[_BY_ID])
    if not hits:
        collect("merged", results[_MERGED], merged_from=query)
    collect("email", results[_BY_EMAIL])
    collect("prefix", listed)
    collect("name", named)
    return list(hits.values())[:limit]


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
