"""Leaderboards as JSON: an event's board, a game's board, its segments, its periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, get_args

import sqlalchemy as sa

from kraty_console.backend.leaderboards import ranking as standings
from kraty_console.backend.leaderboards import segments
from kraty_console.backend.leaderboards.periods import closed, period_of
from kraty_console.backend.rules import formats, player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import BoardRecord, LeaderboardRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]
Scope = Literal["self_segment", "mine", "segment", "all"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class BoardReader:
    """The reader of a board, and what they ask for."""

    environment: str
    now_ms: int
    limit: int
    external_id: str | None = None
    """The player whose entry is `isSelf`; an unknown id matches no entry."""
    include_self: bool = False
    """Whether `self` is included."""
    progression: Sequence[str] = ()
    """Economy keys whose balances are included with each entry."""


async def find_board(tx: Transaction, tenant: Tenant, key: str) -> BoardRecord | None:
    """The game's board of that key; None if there is none or it is archived."""
    column = tables.boards.c
    return await tx.record(
        BoardRecord,
        sa.select(tables.boards).where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.key == key,
            column.archived_at.is_(None),
        ),
    )


async def find_event_board(
    tx: Transaction, tenant: Tenant, environment: str, leaderboard_id: str
) -> LeaderboardRecord | None:
    """The row of an event's board; None if there is none in the environment."""
    column = tables.leaderboards.c
    return await tx.record(
        LeaderboardRecord,
        sa.select(tables.leaderboards).where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.leaderboard_id == leaderboard_id,
            column.environment == environment,
        ),
    )


async def event_board(tx: Transaction, tenant: Tenant, leaderboard_id: str, reader: BoardReader) -> Json | None:
    """An event's board; None if there is none in the reader's environment."""
    row = await find_event_board(tx, tenant, reader.environment, leaderboard_id)
    if row is None:
        return None
    entries, own = await _read_ranking(tx, tenant, standings.of_event(row), reader, await _player(tx, tenant, reader))
    return {
        "leaderboardId": row.leaderboard_id,
        "mode": row.mode,
        "finalized": row.finalized_at is not None,
        "finalizedReason": row.finalized_reason,
        "entries": entries,
        "self": own,
    }


async def board(
    tx: Transaction,
    tenant: Tenant,
    board_row: BoardRecord,
    reader: BoardReader,
    *,
    segment: str | None = None,
    at_ms: int | None = None,
) -> Json:
    """One segment of a board in the period of a time; by default the reader's segment."""
    player = await _player(tx, tenant, reader)
    period = _period(board_row, reader.now_ms if at_ms is None else at_ms)
    if not board_row.segments:
        segment = segments.NONE
    elif segment is None:
        segment = segments.NONE if player is None else await _own_segment(tx, board_row, player, period)
    ranking = standings.of_board(board_row, reader.environment, period, segment)
    entries, own = await _read_ranking(tx, tenant, ranking, reader, player)
    return {**_head(board_row, period), "segment": segment or None, "entries": entries, "self": own}


async def board_standings(
    tx: Transaction,
    tenant: Tenant,
    board_row: BoardRecord,
    reader: BoardReader,
    *,
    scope: Scope = "all",
    segment: str | None = None,
    at_ms: int | None = None,
    max_segments: int = 20,
) -> Json:
    """Several segments of a board, by name; `segmentsTruncated` if there are more."""
    player = await _player(tx, tenant, reader)
    period = _period(board_row, reader.now_ms if at_ms is None else at_ms)
    names: Sequence[str]
    match scope:
        case "segment":
            names = [segment if segment and board_row.segments else segments.NONE]
        case "self_segment":
            names = [] if player is None else [await _own_segment(tx, board_row, player, period)]
        case "mine":
            names = [] if player is None else await _entered(tx, board_row, player, period, max_segments + 1)
        case _:
            names = await _segments(tx, board_row, reader.environment, period, max_segments + 1)
    self_id = None if player is None else player.player_id
    ranked = [
        await standings.read_page(
            tx, standings.of_board(board_row, reader.environment, period, name), reader.limit, self_id
        )
        for name in names[:max_segments]
    ]
    lists = await standings.serialize_entries(
        tx, _pair(tenant), [each.rows for each in ranked], self_id=self_id, progression=reader.progression
    )
    return {
        **_head(board_row, period),
        "segments": [
            {
                "segment": name or None,
                "participated": each.rank is not None,
                "selfRank": each.rank,
                "entries": entries,
            }
            for name, each, entries in zip(names, ranked, lists, strict=False)
        ],
        "segmentsTruncated": len(names) > max_segments,
    }


def board_periods(board_row: BoardRecord, now_ms: int, limit: int) -> Json:
    """The start of the current period, and the past periods, newest first."""
    past = islice(closed(board_row.reset_cadence, board_row.created_at, now_ms), limit)
    return {
        "key": board_row.key,
        "leaderboardId": board_row.board_id,
        "currentPeriodStartedAt": formats.timestamp(_period(board_row, now_ms)),
        "periods": [
            {"periodStartedAt": formats.timestamp(each.starts_at), "periodEndedAt": formats.timestamp(each.ends_at)}
            for each in past
        ],
    }


async def _read_ranking(
    tx: Transaction, tenant: Tenant, ranking: standings.Ranking, reader: BoardReader, player: PlayerRecord | None
) -> tuple[list[Json], Json | None]:
    self_id = None if player is None else player.player_id
    counted = self_id if reader.include_self else None
    ranked = await standings.read_page(tx, ranking, reader.limit, counted)
    [entries] = await standings.serialize_entries(
        tx, _pair(tenant), [ranked.rows], self_id=self_id, progression=reader.progression
    )
    return entries, standings.serialize_own_entry(ranked)


async def _player(tx: Transaction, tenant: Tenant, reader: BoardReader) -> PlayerRecord | None:
    if reader.external_id is None:
        return None
    return await player_refs.find_by_external_id(tx, tenant, reader.environment, reader.external_id)


async def _own_segment(tx: Transaction, board_row: BoardRecord, player: PlayerRecord, period: int) -> str:
    """The segment that the player last scored in, else the one that a score would count in now.

    If the segment follows from the player, an entry without a score counts too.
    """
    if segments.chosen_by_game(board_row):
        scored = await _last_scored(tx, board_row, player, period)
    else:
        scored = next(iter(await _entered(tx, board_row, player, period, 1)), None)
    return await segments.segment_of(tx, player, board_row) if scored is None else scored


async def _last_scored(tx: Transaction, board_row: BoardRecord, player: PlayerRecord, period: int) -> str | None:
    """In the period, else in the latest one with a score.

    Entries from before `scored_at` existed count by their score.
    """
    column = tables.board_entries.c
    at = sa.func.coalesce(column.scored_at, sa.case((column.score != 0, column.reached_at)))
    last: str | None = await tx.scalar(
        sa.select(column.segment)
        .where(
            column.studio_id == board_row.studio_id,
            column.game_id == board_row.game_id,
            column.participant_id == player.player_id,
            column.board_id == board_row.board_id,
            column.environment == player.environment,
            column.period <= period,
            at.is_not(None),
        )
        .order_by(column.period.desc(), at.desc(), column.lane)
        .limit(1)
    )
    return last


async def _entered(tx: Transaction, board_row: BoardRecord, player: PlayerRecord, period: int, limit: int) -> list[str]:
    table = tables.board_entries
    return await _names(
        tx,
        sa.select(table.c.segment)
        .where(*_in_period(table, board_row, player.environment, period), table.c.participant_id == player.player_id)
        .order_by(table.c.lane)
        .limit(limit),
    )


async def _segments(tx: Transaction, board_row: BoardRecord, environment: str, period: int, limit: int) -> list[str]:
    table = tables.board_segments
    return await _names(
        tx,
        sa.select(table.c.segment)
        .where(*_in_period(table, board_row, environment, period))
        .order_by(table.c.segment)
        .limit(limit),
    )


async def _names(tx: Transaction, query: sa.Select[str]) -> list[str]:
    return list((await tx.execute(query)).scalars())


def _in_period(
    table: sa.Table, board_row: BoardRecord, environment: str, period: int
) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition for the rows of one period of a board."""
    return (
        table.c.studio_id == board_row.studio_id,
        table.c.game_id == board_row.game_id,
        table.c.board_id == board_row.board_id,
        table.c.environment == environment,
        table.c.period == period,
    )


def _period(board_row: BoardRecord, at_ms: int) -> int:
    return period_of(board_row.reset_cadence, board_row.created_at, at_ms).starts_at


def _pair(tenant: Tenant) -> tuple[str, str]:
    return tenant.studio_id, tenant.game_id


def _head(board_row: BoardRecord, period: int) -> Json:
    return {
        "key": board_row.key,
        "leaderboardId": board_row.board_id,
        "scope": "game",
        "resetCadence": board_row.reset_cadence,
        "scoreAggregation": board_row.score_aggregation,
        "period": formats.timestamp(period),
    }
