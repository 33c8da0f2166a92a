"""Resolve a text to players and rows of any kind, in one round trip (contract/README.md#resolve).

Each query is a look in an index and capped, and their number is fixed, so the cost does not depend on the size of the
game. Nothing is chosen for the caller: all that matches is answered, with how it matched.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.lookup.candidates import MOST_IDS, Candidates, candidates
from kraty_console.backend.players import names
from kraty_console.backend.players.service import fold_name
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.queries import Queries, Query, Reader, parameter
from kraty_console.backend.storage.tables import PlayerRecord, players
from kraty_console.backend.storage.tables.columns import INTEGER, TEXT, UUID
from kraty_console.backend.storage.tables.record import Record
from kraty_console.contract.resolve import ResolvedBy, ResolvedKind

SHORTEST_PREFIX: Final = 2
"""Characters; fewer would list everybody."""

MOST_NEAREST: Final = 5

_NO_ID: Final = "00000000-0000-0000-0000-000000000000"
"""Fills the places of ids that a text does not have; no row has it."""

_LAST: Final = chr(0x10FFFF)


class PlayerCandidate(PlayerRecord):
    """A player, and the one it was merged into."""

    successor: str | None


class RowCandidate(Record):
    """A row of a kind, and its player."""

    row_id: str
    external_player_id: str | None


_STUDIO, _GAME = player_refs.STUDIO_ID, player_refs.GAME_ID
_LIMIT: Final = parameter("limit", INTEGER)
_NEAREST: Final = parameter("nearest", INTEGER)
_EXTERNAL: Final = tuple(parameter(f"external_{place}", TEXT) for place in range(3))
_IDS: Final = tuple(parameter(f"id_{place}", UUID) for place in range(MOST_IDS))
_DELIVERIES: Final = tuple(parameter(f"delivery_{place}", TEXT) for place in range(MOST_IDS))
_FROM, _UNTIL = parameter("from", TEXT), parameter("until", TEXT)
_NEAR_FROM, _NEAR_UNTIL = parameter("near_from", TEXT), parameter("near_until", TEXT)
_NAME_FROM, _NAME_UNTIL = parameter("name_from", TEXT), parameter("name_until", TEXT)

_SHOWN: Final = (
    players.c.player_id,
    players.c.external_player_id,
    players.c.display_identity,
    players.c.anonymized_identity,
    players.c.merged_into,
)


def _players(*conditions: sa.ColumnElement[bool], source: sa.FromClause = players) -> sa.Select[Any]:
    into = players.alias("successors")
    successor = (
        sa.select(into.c.external_player_id)
        .where(
            into.c.studio_id == players.c.studio_id,
            into.c.game_id == players.c.game_id,
            into.c.player_id == players.c.merged_into,
        )
        .scalar_subquery()
    )
    return sa.select(*_SHOWN, successor.label("successor")).select_from(source).where(*conditions)


def _named(
    *conditions: sa.ColumnElement[bool],
    order: sa.ColumnElement[Any],
    most: sa.BindParameter[Any] = _LIMIT,
) -> Query[PlayerCandidate]:
    """Players of the environment who are not gone, in the order of an index."""
    query = _players(*player_refs.prepared_environment(), *player_refs.not_gone(), *conditions)
    return Query(PlayerCandidate, query.order_by(order).limit(most))


def _merged() -> Query[PlayerCandidate]:
    alias = tables.player_aliases
    same = sa.and_(
        players.c.studio_id == alias.c.studio_id,
        players.c.game_id == alias.c.game_id,
        players.c.player_id == alias.c.player_id,
    )
    found = (*player_refs.prepared_environment(alias), alias.c.external_player_id.in_(_EXTERNAL))
    return Query(PlayerCandidate, _players(*found, source=alias.join(players, same)).limit(_LIMIT))


def _rows(table: sa.Table, row_id: sa.Column[Any], *conditions: sa.ColumnElement[bool]) -> Query[RowCandidate]:
    """Rows of a table by their ids, each with the player whose it is."""
    owner: sa.ColumnElement[Any] = sa.literal(None, TEXT)
    source: sa.FromClause = table
    if "player_id" in table.c:
        same = (players.columns[name] == table.c[name] for name in ("studio_id", "game_id", "player_id"))
        source, owner = table.outerjoin(players, sa.and_(*same)), players.c.external_player_id
    wanted = _DELIVERIES if table is tables.webhook_deliveries else _IDS
    query = sa.select(row_id.label("row_id"), owner.label("external_player_id")).select_from(source)
    here = (table.c.studio_id == _STUDIO, table.c.game_id == _GAME, row_id.in_(wanted), *conditions)
    return Query(RowCandidate, query.where(*here).limit(MOST_IDS))


def _in_environment(table: sa.Table) -> sa.ColumnElement[bool]:
    return player_refs.prepared_environment(table)[2]


_BY_EXTERNAL: Final = Query(
    PlayerCandidate,
    _players(*player_refs.prepared_environment(), players.c.external_player_id.in_(_EXTERNAL)).limit(len(_EXTERNAL)),
)
_BY_ID: Final = Query(
    PlayerCandidate, _players(*player_refs.prepared_environment(), players.c.player_id.in_(_IDS)).limit(MOST_IDS)
)
_MERGED: Final = _merged()
_BY_EMAIL: Final = Query(
    PlayerCandidate, _players(*player_refs.prepared_email()).order_by(players.c.external_player_id).limit(_LIMIT)
)
_BY_PREFIX: Final = _named(
    players.c.external_player_id >= _FROM, players.c.external_player_id < _UNTIL, order=players.c.external_player_id
)
_BY_NAME: Final = _named(
    players.c.name_folded >= _NAME_FROM, players.c.name_folded < _NAME_UNTIL, order=players.c.name_folded
)
_BEFORE: Final = _named(
    players.c.external_player_id >= _NEAR_FROM,
    players.c.external_player_id < _FROM,
    order=players.c.external_player_id.desc(),
    most=_NEAREST,
)
_AFTER: Final = _named(
    players.c.external_player_id > _FROM,
    players.c.external_player_id < _NEAR_UNTIL,
    order=players.c.external_player_id,
    most=_NEAREST,
)

_OF_KIND: Final = {
    ResolvedKind.ATTEMPT: _rows(tables.attempts, tables.attempts.c.attempt_id, _in_environment(tables.attempts)),
    ResolvedKind.GRANT: _rows(tables.grants, tables.grants.c.grant_id, _in_environment(tables.grants)),
    ResolvedKind.LOBBY: _rows(tables.lobbies, tables.lobbies.c.lobby_id, _in_environment(tables.lobbies)),
    ResolvedKind.AUDIT: _rows(tables.audit, tables.audit.c.audit_id),
    ResolvedKind.DELIVERY: _rows(
        tables.webhook_deliveries,
        tables.webhook_deliveries.c.delivery_id,
        _in_environment(tables.webhook_deliveries),
    ),
}

_ALL: Final = Queries(
    _BY_EXTERNAL, _BY_ID, _MERGED, _BY_EMAIL, _BY_PREFIX, _BY_NAME, _BEFORE, _AFTER, *_OF_KIND.values()
)

QUERIES: Final = 8 + len(_OF_KIND)
"""How many queries a text takes, all in one round trip."""


async def resolve(reader: Reader, tenant: Tenant, environment: str, text: str, limit: int) -> dict[str, Any]:
    """What a text may mean in a game and environment, the surest first, and ids like it if that is nothing."""
    read = candidates(text)
    found = await reader.fetch(_ALL, _values(tenant, environment, read, limit))
    matches: dict[tuple[str, str], dict[str, Any]] = {}

    def add(kind: ResolvedKind, row_id: str, player: str | None, match: ResolvedBy, name: str | None = None) -> None:
        shown = {"kind": kind, "id": row_id, "externalPlayerId": player, "displayName": name, "match": match}
        matches.setdefault((kind, row_id), shown)

    def add_players(rows: Iterable[PlayerCandidate], match: ResolvedBy) -> None:
        for row in rows:
            identity = names.chosen(row) or {}
            if row.merged_into is None:
                add(ResolvedKind.PLAYER, row.player_id, row.external_player_id, match, identity.get("name"))
            else:
                add(ResolvedKind.PLAYER, row.merged_into, row.successor, ResolvedBy.MERGED)

    typed = [row for row in found[_BY_EXTERNAL] if row.external_player_id in (read.text, read.stripped)]
    add_players(sorted(typed, key=lambda row: row.external_player_id != read.text), ResolvedBy.EXTERNAL_ID)
    by_id = ResolvedBy.LINK if read.is_link else ResolvedBy.ID
    add_players(found[_BY_EXTERNAL], ResolvedBy.LINK)
    add_players(found[_BY_ID], by_id)
    for kind, query in _OF_KIND.items():
        for row in found[query]:
            add(kind, row.row_id, row.external_player_id, by_id)
    add_players(found[_MERGED], ResolvedBy.MERGED)
    add_players(found[_BY_EMAIL], ResolvedBy.EMAIL)
    add_players(found[_BY_PREFIX], ResolvedBy.PREFIX)
    add_players(found[_BY_NAME], ResolvedBy.NAME)
    nearest = [] if matches else _nearest(read.stripped, [*found[_BEFORE], *found[_AFTER]])
    return {"matches": list(matches.values())[:limit], "nearest": nearest}


def _values(tenant: Tenant, environment: str, read: Candidates, limit: int) -> dict[str, Any]:
    text = read.stripped
    long_enough = len(text) >= SHORTEST_PREFIX
    until = names.after_prefix(text) or _LAST
    name = fold_name(text)
    external = (read.text, text, read.linked_player or text)
    ids = (*read.ids, *[_NO_ID] * MOST_IDS)[:MOST_IDS]
    deliveries = (*read.deliveries, *[""] * MOST_IDS)[:MOST_IDS]
    start = text[:SHORTEST_PREFIX]
    return {
        **player_refs.prepared_values(tenant, environment, text),
        "limit": limit,
        "nearest": MOST_NEAREST,
        **{f"external_{place}": each for place, each in enumerate(external)},
        **{f"id_{place}": each for place, each in enumerate(ids)},
        **{f"delivery_{place}": each for place, each in enumerate(deliveries)},
        "from": text,
        "until": until if long_enough else text,  # an empty range finds nothing
        "name_from": name,
        "name_until": (names.after_prefix(name) or _LAST) if long_enough else name,
        "near_from": start if long_enough else text,
        "near_until": (names.after_prefix(start) or _LAST) if long_enough else text,
    }


def _nearest(text: str, rows: Iterable[PlayerCandidate]) -> list[str]:
    """Ids around a text in the order of ids, those that share the longest beginning with it first."""

    def shared(other: str) -> int:
        return next((place for place, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), len(text))

    return sorted((row.external_player_id for row in rows), key=lambda each: (-shared(each), each))[:MOST_NEAREST]
