"""A player's rows as JSON, newest first, each list by an index of its own."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from kraty_console.backend.events.serializers import serialize_attempt
from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.lobbies.serializers import serialize_lobby
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptRecord, EventRecord, GrantRecord, LobbyRecord
from kraty_console.backend.storage.transaction import Transaction

PlayerPlace = tuple[str, str, str]
"""Studio, game and internal id of a player."""


class DatedRow(NamedTuple):
    """A row in wire form, with what orders it."""

    at: int
    """Milliseconds since the epoch."""
    id: str
    data: dict[str, Any]


class AttemptOfEvent(AttemptRecord):
    """An attempt with its event and window, of which each is None where it is gone."""

    key: str | None
    name: Any
    event_metrics: Any
    reward_policy: Any
    window_ends_at: int | None


class SeatInLobby(LobbyRecord):
    """A lobby with its event, and when the player took a seat."""

    event_key: str | None
    joined_at: int


def belongs_to(table: sa.Table, place: PlayerPlace) -> tuple[sa.ColumnElement[bool], ...]:
    """The row is this player's."""
    return (table.c.studio_id == place[0], table.c.game_id == place[1], table.c.player_id == place[2])


def _same(one: sa.Table, other: sa.Table, name: str) -> sa.ColumnElement[bool]:
    """Rows of two tables, of one game, that agree on a column."""
    return sa.and_(*(one.c[each] == other.c[each] for each in ("studio_id", "game_id", name)))


def page(
    query: sa.Select[Any], at: sa.Column[Any], row_id: sa.Column[Any], limit: int, before: PagePosition | None
) -> sa.Select[Any]:
    """The newest rows of a query, or the newest of those that are older than a place."""
    if before is not None:
        query = query.where(before.older(at, row_id))
    return query.order_by(at.desc(), row_id.desc()).limit(limit)


async def attempts(
    tx: Transaction, place: PlayerPlace, limit: int, before: PagePosition | None = None
) -> list[DatedRow]:
    """Attempts by their start, each with its event and the grants it made."""
    table, event, window = tables.attempts, tables.events, tables.event_windows
    query = (
        sa.select(
            table,
            event.c.key,
            event.c.name,
            event.c.metrics.label("event_metrics"),
            event.c.reward_policy,
            window.c.ends_at.label("window_ends_at"),
        )
        .select_from(
            table.outerjoin(event, _same(event, table, "event_id")).outerjoin(window, _same(window, table, "window_id"))
        )
        .where(*belongs_to(table, place))
    )
    rows = await tx.records(AttemptOfEvent, page(query, table.c.started_at, table.c.attempt_id, limit, before))
    linked = await _grant_ids(tx, place, [row.attempt_id for row in rows])
    return [
        DatedRow(
            row.started_at,
            row.attempt_id,
            serialize_attempt(row, _event(row), row.window_ends_at, linked.get(row.attempt_id, ())),
        )
        for row in rows
    ]


def _event(row: AttemptOfEvent) -> EventRecord | None:
    if row.key is None:
        return None
    return EventRecord.of(
        {"key": row.key, "name": row.name, "metrics": row.event_metrics, "reward_policy": row.reward_policy}
    )


async def _grant_ids(tx: Transaction, place: PlayerPlace, attempt_ids: Sequence[str]) -> dict[str, list[str]]:
    column = tables.grants.c
    linked: dict[str, list[str]] = {}
    if attempt_ids:
        # Sorted here: an order in the query would let SQLite walk all of the player's grants by it.
        rows = await tx.records(
            GrantRecord,
            sa.select(column.attempt_id, column.created_at, column.grant_id).where(
                *belongs_to(tables.grants, place), tx.among(column.attempt_id, attempt_ids)
            ),
        )
        for row in sorted(rows, key=attrgetter("created_at", "grant_id")):
            linked.setdefault(str(row.attempt_id), []).append(row.grant_id)
    return linked


async def lobbies(
    tx: Transaction, place: PlayerPlace, limit: int, before: PagePosition | None = None
) -> list[DatedRow]:
    """Lobbies by the moment the player took a seat."""
    seat, lobby, event = tables.lobby_members, tables.lobbies, tables.events
    query = (
        sa.select(lobby, event.c.key.label("event_key"), seat.c.joined_at)
        .select_from(seat.join(lobby, _same(lobby, seat, "lobby_id")).outerjoin(event, _same(event, lobby, "event_id")))
        .where(*belongs_to(seat, place))
    )
    rows = await tx.records(SeatInLobby, page(query, seat.c.joined_at, seat.c.lobby_id, limit, before))
    return [DatedRow(row.joined_at, row.lobby_id, serialize_lobby(row, row.event_key)) for row in rows]
