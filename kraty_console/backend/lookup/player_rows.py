"""A player's rows as JSON, newest first, each list by an index of its own."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from kraty_console.backend.events.serializers import ATTEMPT, AttemptOfEvent
from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.lobbies.serializers import LOBBY, LobbyOfEvent
from kraty_console.backend.rules import player_refs
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction

PlayerKey = tuple[str, str, str]
"""Studio, game and internal id of a player."""


class DatedRow(NamedTuple):
    """A row in wire form, with what orders it."""

    at: int
    """Milliseconds since the epoch."""
    id: str
    data: dict[str, Any]


class SeatInLobby(LobbyOfEvent):
    """A lobby with its event, and when the player took a seat."""

    joined_at: int


IS_PREPARED_PLAYER: Final = player_refs.prepared_external_id()
"""The row of `players` is that of the external id that a prepared query is read with (`player_refs`)."""

_PLAYER_ID: Final = sa.select(tables.players.c.player_id).where(*IS_PREPARED_PLAYER).scalar_subquery()


def belongs_to_prepared(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    """The row is that player's."""
    return (
        table.c.studio_id == player_refs.STUDIO_ID,
        table.c.game_id == player_refs.GAME_ID,
        table.c.player_id == _PLAYER_ID,
    )


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
        event.c.key.label("event_key"),
        event.c.name.label("event_name"),
        event.c.metrics.label("event_metrics"),
        event.c.reward_policy,
        window.c.ends_at.label("window_ends_at"),
        grants_made.label("grants_made"),
    ).select_from(
        table.outerjoin(event, _same(event, table, "event_id")).outerjoin(window, _same(window, table, "window_id"))
    )


ATTEMPTS: Final = _select_attempts()
"""Attempts with the columns of `events.serializers.ATTEMPT`."""


async def attempts(
    tx: Transaction, player: PlayerKey, limit: int, before: PagePosition | None = None
) -> list[DatedRow]:
    """Attempts by their start, each with its event and the grants it made."""
    column = tables.attempts.c
    query = page(
        ATTEMPTS.where(*belongs_to(tables.attempts, player)), column.started_at, column.attempt_id, limit, before
    )
    return [
        DatedRow(row.started_at, row.attempt_id, ATTEMPT.of(row)) for row in await tx.records(AttemptOfEvent, query)
    ]


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
    return [DatedRow(row.joined_at, row.lobby_id, LOBBY.of(row)) for row in rows]


def _select_audit() -> sa.Select[Any]:
    audit, denied = tables.audit, tables.denials
    return sa.select(audit, denied.c.first_at, denied.c.last_at, denied.c.count).select_from(
        audit.outerjoin(denied, sa.and_(denied.c.studio_id == audit.c.studio_id, denied.c.audit_id == audit.c.audit_id))
    )


AUDIT: Final = _select_audit()
"""Audit rows with how often an attempt was refused (`audit.denial_counts.COUNTED_AUDIT_ROW`)."""
