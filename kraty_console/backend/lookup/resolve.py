"""Resolve texts to players and rows of any kind, in one round trip (contract/README.md#resolve).

Each query is a look in an index and capped, and their number is fixed, so the cost does not depend on the size of the
game. Nothing is chosen for the caller: all that matches is answered, with how it matched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.lookup.candidates import MOST_IDS, Candidates, candidates
from kraty_console.backend.players import names
from kraty_console.backend.players.service import fold_name
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.queries import Queries, Query, QueryResults, Reader, parameter
from kraty_console.backend.storage.tables import PlayerRecord, players
from kraty_console.backend.storage.tables.columns import INTEGER, TEXT, UUID
from kraty_console.backend.storage.tables.record import Record
from kraty_console.contract.limits import MAX_TEXTS
from kraty_console.contract.resolve import ResolvedBy, ResolvedKind

SHORTEST_PREFIX: Final = 2
"""Characters; fewer would list everybody."""

MOST_NEAREST: Final = 5

MOST_MEMBERS: Final = 50
"""Players of lobbies."""

_NO_ID: Final = "00000000-0000-0000-0000-000000000000"
"""Fills the places of ids that a text does not have; no row has it."""

_LAST: Final = chr(0x10FFFF)


class PlayerCandidate(PlayerRecord):
    """A player, the one it was merged into, and the id under which a merged player was found."""

    successor: str | None
    alias: str | None


class RowCandidate(Record):
    """A row of a kind, and its player."""

    row_id: str
    external_player_id: str | None


_STUDIO, _GAME = player_refs.STUDIO_ID, player_refs.GAME_ID
_LIMIT: Final = parameter("limit", INTEGER)
_NEAREST: Final = parameter("nearest", INTEGER)
_FROM, _UNTIL = parameter("from", TEXT), parameter("until", TEXT)
_NEAR, _NEAR_FROM, _NEAR_UNTIL = (parameter(name, TEXT) for name in ("near", "near_from", "near_until"))
_NAME_FROM, _NAME_UNTIL = parameter("name_from", TEXT), parameter("name_until", TEXT)

_SHOWN: Final = (
    players.c.player_id,
    players.c.external_player_id,
    players.c.email_folded,
    players.c.name_folded,
    players.c.display_identity,
    players.c.anonymized_identity,
    players.c.merged_into,
)


def _players(
    *conditions: sa.ColumnElement[bool],
    source: sa.FromClause = players,
    alias: sa.ColumnElement[Any] | None = None,
) -> sa.Select[Any]:
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
    found_as = sa.literal(None, TEXT) if alias is None else alias
    chosen = (*_SHOWN, successor.label("successor"), found_as.label("alias"))
    return sa.select(*chosen).select_from(source).where(*conditions)


def _named(
    *conditions: sa.ColumnElement[bool],
    order: sa.ColumnElement[Any],
    most: sa.BindParameter[Any] = _LIMIT,
) -> Query[PlayerCandidate]:
    """Players of the environment who are not gone, in the order of an index."""
    query = _players(*player_refs.prepared_environment(), *player_refs.not_gone(), *conditions)
    return Query(PlayerCandidate, query.order_by(order).limit(most))


def _in_environment(table: sa.Table) -> sa.ColumnElement[bool]:
    return player_refs.prepared_environment(table)[2]


def _rows(
    table: sa.Table,
    row_id: sa.Column[Any],
    wanted: Sequence[sa.BindParameter[Any]],
    *conditions: sa.ColumnElement[bool],
) -> Query[RowCandidate]:
    """Rows of a table by their ids, each with the player whose it is."""
    owner: sa.ColumnElement[Any] = sa.literal(None, TEXT)
    source: sa.FromClause = table
    if "player_id" in table.c:
        same = (players.columns[name] == table.c[name] for name in ("studio_id", "game_id", "player_id"))
        source, owner = table.outerjoin(players, sa.and_(*same)), players.c.external_player_id
    query = sa.select(row_id.label("row_id"), owner.label("external_player_id")).select_from(source)
    here = (table.c.studio_id == _STUDIO, table.c.game_id == _GAME, row_id.in_(wanted), *conditions)
    return Query(RowCandidate, query.where(*here).limit(len(wanted)))


def _members(wanted: Sequence[sa.BindParameter[Any]]) -> Query[RowCandidate]:
    """The players of lobbies."""
    member = tables.lobby_members.c
    here = (member.studio_id == _STUDIO, member.game_id == _GAME, member.lobby_id.in_(wanted))
    first = sa.select(member.lobby_id, member.player_id).where(*here).order_by(member.lobby_id, member.player_id)
    seats = first.limit(MOST_MEMBERS).subquery()
    query = sa.select(seats.c.lobby_id.label("row_id"), players.c.external_player_id)
    query = query.join_from(seats, players, players.c.player_id == seats.c.player_id)
    return Query(RowCandidate, query.where(*player_refs.prepared_environment()))


_BY_PREFIX: Final = _named(
    players.c.external_player_id >= _FROM, players.c.external_player_id < _UNTIL, order=players.c.external_player_id
)
_BY_NAME: Final = _named(
    players.c.name_folded >= _NAME_FROM, players.c.name_folded < _NAME_UNTIL, order=players.c.name_folded
)
_BEFORE: Final = _named(
    players.c.external_player_id >= _NEAR_FROM,
    players.c.external_player_id < _NEAR,
    order=players.c.external_player_id.desc(),
    most=_NEAREST,
)
_AFTER: Final = _named(
    players.c.external_player_id > _NEAR,
    players.c.external_player_id < _NEAR_UNTIL,
    order=players.c.external_player_id,
    most=_NEAREST,
)


class _Lookup:
    """The queries for a number of texts; the first of them may also be the beginning of an id or a name."""

    def __init__(self, texts: int) -> None:
        self.texts: Final = texts
        self.most_ids: Final = MOST_IDS + texts - 1
        self.externals = tuple(parameter(f"external_{place}", TEXT) for place in range(3 * texts))
        self.ids = tuple(parameter(f"id_{place}", UUID) for place in range(self.most_ids))
        self.deliveries = tuple(parameter(f"delivery_{place}", TEXT) for place in range(self.most_ids))
        self.emails = tuple(parameter(f"email_{place}", TEXT) for place in range(texts))
        self.names = tuple(parameter(f"name_{place}", TEXT) for place in range(texts - 1))
        environment = player_refs.prepared_environment()
        external = players.c.external_player_id
        self.by_external = Query(
            PlayerCandidate, _players(*environment, external.in_(self.externals)).limit(len(self.externals))
        )
        self.by_id = Query(
            PlayerCandidate, _players(*environment, players.c.player_id.in_(self.ids)).limit(self.most_ids)
        )
        self.merged = self._merged()
        self.by_email = Query(
            PlayerCandidate,
            _players(*environment, players.c.email_folded.in_(self.emails)).order_by(external).limit(_LIMIT),
        )
        self.by_whole_name = (
            _named(players.c.name_folded.in_(self.names), order=players.c.name_folded) if self.names else None
        )
        table = tables
        self.rows = {
            ResolvedKind.ATTEMPT: _rows(
                table.attempts, table.attempts.c.attempt_id, self.ids, _in_environment(table.attempts)
            ),
            ResolvedKind.GRANT: _rows(table.grants, table.grants.c.grant_id, self.ids, _in_environment(table.grants)),
            ResolvedKind.LOBBY: _rows(
                table.lobbies, table.lobbies.c.lobby_id, self.ids, _in_environment(table.lobbies)
            ),
            ResolvedKind.AUDIT: _rows(table.audit, table.audit.c.audit_id, self.ids),
            ResolvedKind.DELIVERY: _rows(
                table.webhook_deliveries,
                table.webhook_deliveries.c.delivery_id,
                self.deliveries,
                _in_environment(table.webhook_deliveries),
            ),
        }
        self.members = _members(self.ids)
        whole_name = () if self.by_whole_name is None else (self.by_whole_name,)
        every = (
            self.by_external,
            self.by_id,
            self.merged,
            self.by_email,
            *whole_name,
            *self.rows.values(),
            self.members,
        )
        self.queries = Queries(*every, _BY_PREFIX, _BY_NAME, _BEFORE, _AFTER)

    def _merged(self) -> Query[PlayerCandidate]:
        alias = tables.player_aliases
        same = sa.and_(
            players.c.studio_id == alias.c.studio_id,
            players.c.game_id == alias.c.game_id,
            players.c.player_id == alias.c.player_id,
        )
        found = (*player_refs.prepared_environment(alias), alias.c.external_player_id.in_(self.externals))
        source = alias.join(players, same)
        return Query(PlayerCandidate, _players(*found, source=source, alias=alias.c.external_player_id).limit(_LIMIT))

    def values(self, tenant: Tenant, environment: str, read: Sequence[Candidates], limit: int) -> dict[str, Any]:
        """What the queries look for."""
        text = read[0].stripped
        long_enough = len(text) >= SHORTEST_PREFIX
        name = fold_name(text)
        near = _near(read)
        start = near[:SHORTEST_PREFIX]
        externals = [each for one in read for each in (one.text, one.stripped, one.linked_player or one.stripped)]
        return {
            **player_refs.prepared_values(tenant, environment, text),
            "limit": limit,
            "nearest": MOST_NEAREST,
            **_filled("external", externals, len(self.externals), externals[0]),
            **_filled("id", [each for one in read for each in one.ids], self.most_ids, _NO_ID),
            **_filled("delivery", [each for one in read for each in one.deliveries], self.most_ids, ""),
            **_filled("email", [player_refs.fold_email(one.stripped) for one in read], self.texts, ""),
            **_filled("name", [fold_name(one.stripped) for one in read[1:]], self.texts - 1, ""),
            "from": text,
            "until": (names.after_prefix(text) or _LAST) if long_enough else text,  # an empty range finds nothing
            "name_from": name,
            "name_until": (names.after_prefix(name) or _LAST) if long_enough else name,
            "near": near,
            "near_from": start if len(near) >= SHORTEST_PREFIX else near,
            "near_until": (names.after_prefix(start) or _LAST) if len(near) >= SHORTEST_PREFIX else near,
        }


_ONE: Final = _Lookup(1)
_SEVERAL: Final = _Lookup(MAX_TEXTS)

QUERIES: Final = 15
"""How many queries texts take at most, all in one round trip."""


async def resolve(reader: Reader, tenant: Tenant, environment: str, texts: Sequence[str], limit: int) -> dict[str, Any]:
    """What texts may mean in a game and environment, the surest first, and ids like them if that is nothing.

    Args:
        reader: Reads the database.
        tenant: The game.
        environment: The environment of the game.
        texts: At most `MAX_TEXTS`; only the first may also be a beginning.
        limit: How many matches to answer at most.
    """
    read = [candidates(text) for text in texts]
    lookup = _ONE if len(read) == 1 else _SEVERAL
    found = await reader.fetch(lookup.queries, lookup.values(tenant, environment, read, limit))
    matches: dict[tuple[int, str, str, str | None], dict[str, Any]] = {}
    for place, each in enumerate(read):
        for match in _matches(lookup, found, each, first=place == 0):
            key = (place, match["kind"], match["id"], match["externalPlayerId"])
            matches.setdefault(key, match | {"q": place})
    nearest = [] if matches else _nearest(_near(read), [*found[_BEFORE], *found[_AFTER]])
    return {"matches": list(matches.values())[:limit], "nearest": nearest}


def _matches(lookup: _Lookup, found: QueryResults, read: Candidates, *, first: bool) -> Iterator[dict[str, Any]]:
    """What one of the texts matches, the surest first."""
    externals = (read.text, read.stripped, read.linked_player)
    folded_email, folded_name = player_refs.fold_email(read.stripped), fold_name(read.stripped)
    by_id = ResolvedBy.LINK if read.is_link else ResolvedBy.ID
    typed = [row for row in found[lookup.by_external] if row.external_player_id in externals]
    for row in sorted(typed, key=lambda row: externals.index(row.external_player_id)):
        is_typed = row.external_player_id in externals[:2]
        yield _player(row, ResolvedBy.EXTERNAL_ID if is_typed else ResolvedBy.LINK)
    for row in found[lookup.by_id]:
        if row.player_id in read.ids:
            yield _player(row, by_id)
    seated = {row.row_id for row in found[lookup.members]}
    for kind, query in lookup.rows.items():
        for each in found[query]:
            if each.row_id in (read.deliveries if kind is ResolvedKind.DELIVERY else read.ids):
                seats = found[lookup.members] if kind is ResolvedKind.LOBBY and each.row_id in seated else [each]
                for seat in seats:
                    if seat.row_id == each.row_id:
                        yield _match(kind, each.row_id, seat.external_player_id, by_id)
    for row in found[lookup.merged]:
        if row.alias in externals:
            yield _player(row, ResolvedBy.MERGED)
    for row in found[lookup.by_email]:
        if player_refs.has_email(row, folded_email):
            yield _player(row, ResolvedBy.EMAIL)
    if first:
        for row in found[_BY_PREFIX]:
            yield _player(row, ResolvedBy.PREFIX)
        for row in found[_BY_NAME]:
            yield _player(row, ResolvedBy.NAME)
    elif lookup.by_whole_name is not None:
        for row in found[lookup.by_whole_name]:
            if row.name_folded == folded_name:
                yield _player(row, ResolvedBy.NAME)


def _player(row: PlayerCandidate, match: ResolvedBy) -> dict[str, Any]:
    """A player, or the one that it was merged into."""
    if row.merged_into is not None:
        return _match(ResolvedKind.PLAYER, row.merged_into, row.successor, ResolvedBy.MERGED)
    identity = names.chosen(row) or {}
    return _match(ResolvedKind.PLAYER, row.player_id, row.external_player_id, match, identity.get("name"))


def _match(
    kind: ResolvedKind, row_id: str, player: str | None, match: ResolvedBy, name: str | None = None
) -> dict[str, Any]:
    return {"kind": kind, "id": row_id, "externalPlayerId": player, "displayName": name, "match": match}


def _filled(name: str, values: Iterable[str], places: int, rest: str) -> dict[str, str]:
    """Values for all places of a list of parameters."""
    different = list(dict.fromkeys(values))[:places]
    return {f"{name}_{place}": each for place, each in enumerate([*different, *[rest] * (places - len(different))])}


def _near(read: Sequence[Candidates]) -> str:
    """The text to find similar ids for: the first single word, since a longer text is not a misspelled id."""
    words = (each.stripped for each in read if len(each.stripped.split()) == 1 and not each.is_link)
    return next(words, read[0].stripped)


def _nearest(text: str, rows: Iterable[PlayerCandidate]) -> list[str]:
    """Ids around a text in the order of ids, those that share the longest beginning with it first."""

    def shared(other: str) -> int:
        return next((place for place, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), len(text))

    return sorted((row.external_player_id for row in rows), key=lambda each: (-shared(each), each))[:MOST_NEAREST]
