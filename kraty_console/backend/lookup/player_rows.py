"""A player's rows as JSON, newest first, each list by an index of its own."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from kraty_console.backend.events.serializers import serialize_attempt
from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.lobbies.serializers import serialize_lobby
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptRecord, EventRecord, LobbyRecord
from kraty_console.backend.storage.tables.columns import hyphenated
from kraty_console.backend.storage.transaction import Transaction

PlayerKey = tuple[str, str, str]
"""Studio, game and internal id of a player."""


class DatedRow(NamedTuple):
    """A row in wire form, with what orders it."""

    at: int
    """Milliseconds since the epoch."""
    id: str
    data: dict[str, Any]


class AttemptOfEvent(AttemptRecord):
    """An attempt with its event and window, of which each is None where it is gone, and the grants it made."""

    key: str | None
    name: Any
    event_metrics: Any
    reward_policy: Any
    window_ends_at: int | None
    grants_made: str | None
    """When and which, as `_grant_ids` reads it; None where it made none."""


class SeatInLobby(LobbyRecord):
    """A lobby with its event, and when the player took a seat."""

    event_key: str | None
    joined_at: int


def belongs_to(table: sa.Table, player: PlayerKey) -> tuple[sa.ColumnElement[bool], ...]:
    """The row is this player's."""
    return (table.c.studio_id == player[0], table.c.game_id == player[1], table.c.player_id == player[2])


def columns_shown(table: sa.Table, *unread: str) -> list[sa.Column[Any]]:
    """The columns of a player's row that go into its wire form: without those that say whose it is, and `unread`."""
    return [column for column in table.columns if column.name not in {*_OF_OWNER, *unread}]


_OF_OWNER: Final = frozenset({"studio_id", "game_id", "player_id", "environment"})


def _same(one: sa.Table, other: sa.Table, *names: str) -> sa.ColumnElement[bool]:
    """Rows of two tables, of one game, that agree on columns."""
    return sa.and_(*(one.c[each] == other.c[each] for each in ("studio_id", "game_id", *names)))


def page(
    query: sa.Select[Any], at: sa.Column[Any], row_id: sa.Column[Any], limit: int, before: PagePosition | None
) -> sa.Select[Any]:
    """The newest rows of a query, or the newest of those that are older than a position."""
    if before is not None:
        query = query.where(before.older(at, row_id))
    return query.order_by(at.desc(), row_id.desc()).limit(limit)


def _select_attempts() -> sa.Select[Any]:
    table, event, window, grant = tables.attempts, tables.events, tables.event_windows, tables.grants
    made = sa.cast(grant.c.created_at, sa.Text) + "." + sa.cast(grant.c.grant_id, sa.Text)
    # One look in an index for each attempt: of a list of attempts some plans walk all of the player's grants.
    grants_made = (
        sa.select(sa.func.aggregate_strings(made, ","))
        .where(_same(grant, table, "player_id", "attempt_id"))
        .scalar_subquery()
    )
    return sa.select(
        *columns_shown(table),
        table.c.player_id,
        event.c.key,
        event.c.name,
        event.c.metrics.label("event_metrics"),
        event.c.reward_policy,
        window.c.ends_at.label("window_ends_at"),
        grants_made.label("grants_made"),
    ).select_from(
        table.outerjoin(event, _same(event, table, "event_id")).outerjoin(window, _same(window, table, "window_id"))
    )


ATTEMPTS: Final = _select_attempts()
"""Attempts as `attempt_row` takes them."""


async def attempts(
    tx: Transaction, player: PlayerKey, limit: int, before: PagePosition | None = None
) -> list[DatedRow]:
    """Attempts by their start, each with its event and the grants it made."""
    column = tables.attempts.c
    query = page(
        ATTEMPTS.where(*belongs_to(tables.attempts, player)), column.started_at, column.attempt_id, limit, before
    )
    return [
        DatedRow(row.started_at, row.attempt_id, attempt_row(row)) for row in await tx.records(AttemptOfEvent, query)
    ]


def attempt_row(row: AttemptOfEvent) -> dict[str, Any]:
    """An attempt in wire form."""
    return serialize_attempt(row, _event(row), row.window_ends_at, _grant_ids(row.grants_made))


def _event(row: AttemptOfEvent) -> EventRecord | None:
    if row.key is None:
        return None
    return EventRecord.of(
        {"key": row.key, "name": row.name, "metrics": row.event_metrics, "reward_policy": row.reward_policy}
    )


def _grant_ids(made: str | None) -> list[str]:
    """The ids of the grants that an attempt made, oldest first."""
    if made is None:
        return []
    grants = [(int(at), grant_id) for at, _, grant_id in (grant.partition(".") for grant in made.split(","))]
    return [hyphenated(grant_id.replace("-", "")) for _, grant_id in sorted(grants)]


LOBBIES: Final = sa.select(
    *columns_shown(tables.lobbies), tables.events.c.key.label("event_key"), tables.lobby_members.c.joined_at
).select_from(
    tables.lobby_members.join(tables.lobbies, _same(tables.lobbies, tables.lobby_members, "lobby_id")).outerjoin(
        tables.events, _same(tables.events, tables.lobbies, "event_id")
    )
)
"""Lobbies in which a player has a seat."""


async def lobbies(tx: Transaction, player: PlayerKey, limit: int, before: PagePosition | None = None) -> list[DatedRow]:
    """Lobbies by the moment the player took a seat."""
    seat = tables.lobby_members
    query = page(LOBBIES.where(*belongs_to(seat, player)), seat.c.joined_at, seat.c.lobby_id, limit, before)
    rows = await tx.records(SeatInLobby, query)
    return [DatedRow(row.joined_at, row.lobby_id, serialize_lobby(row, row.event_key)) for row in rows]
