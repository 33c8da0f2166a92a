"""Rankings: the top of a board, a player's own rank, and the players behind the entries.

The top is read from the beginning of the rank index, so it costs what is shown. A player's own rank is counted over the
same index, which takes as many index rows as the rank; entries that are shown need no count. A score is answered with a
rank within the first hundred thousand only, so that it costs no more on a board of millions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.players import names
from kraty_console.backend.players import progression as progressions
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import (
    BoardEntryRecord,
    BoardRecord,
    LeaderboardEntryRecord,
    LeaderboardRecord,
    PlayerRecord,
)
from kraty_console.backend.storage.tables.record import RecordTable
from kraty_console.backend.storage.transaction import Transaction

COUNTED: Final = 100_000
"""The lowest rank that is counted for a new score."""

Json = dict[str, Any]
RankedEntry = BoardEntryRecord | LeaderboardEntryRecord


@dataclass(frozen=True, slots=True)
class Ranking:
    """A set of entries that are ranked together: rows of a table with these values, in index order."""

    table: RecordTable[RankedEntry]
    equal: Mapping[str, Any]

    @property
    def where(self) -> list[sa.ColumnElement[bool]]:
        """The condition that an entry belongs to the ranking."""
        return [self.table.columns[name] == value for name, value in self.equal.items()]


@dataclass(frozen=True, slots=True)
class RankingPage:
    """A page of a ranking: its first entries, and the rank of one player."""

    rows: Sequence[RankedEntry]
    rank: int | None
    score: float | None


def of_board(board: BoardRecord | BoardEntryRecord, environment: str, period: int, segment: str) -> Ranking:
    """One segment of one period of a game's board."""
    equal = {"studio_id": board.studio_id, "game_id": board.game_id, "board_id": board.board_id}
    return Ranking(tables.board_entries, {**equal, "environment": environment, "period": period, "segment": segment})


def of_entry(entry: BoardEntryRecord) -> Ranking:
    """The ranking that an entry of a game's board is in."""
    return of_board(entry, entry.environment, entry.period, entry.segment)


def of_event(leaderboard: LeaderboardRecord) -> Ranking:
    """An event's board."""
    equal = {
        "studio_id": leaderboard.studio_id,
        "game_id": leaderboard.game_id,
        "leaderboard_id": leaderboard.leaderboard_id,
    }
    return Ranking(tables.leaderboard_entries, equal)


async def rank_of(tx: Transaction, ranking: Ranking, entry: RankedEntry) -> int:
    """The rank of an entry, from 1: one more than the number of entries ahead of it."""
    count = await tx.scalar(sa.select(sa.func.count()).select_from(ranking.table).where(*_ahead(ranking, entry)))
    return int(count) + 1


async def rank_among(tx: Transaction, ranking: Ranking, entry: RankedEntry, first: int = COUNTED) -> int | None:
    """The rank of an entry if it is among the first `most`; None below, after reading no more than these."""
    some = sa.select(sa.literal(1)).select_from(ranking.table).where(*_ahead(ranking, entry)).limit(first).subquery()
    count = int(await tx.scalar(sa.select(sa.func.count()).select_from(some)))
    return count + 1 if count < first else None


def _ahead(ranking: Ranking, entry: RankedEntry) -> list[sa.ColumnElement[bool]]:
    """The condition that an entry ranks ahead of this one."""
    column = ranking.table.c
    earlier = sa.or_(
        column.reached_at < entry.reached_at,
        sa.and_(column.reached_at == entry.reached_at, column.participant_id < entry.participant_id),
    )
    ahead = sa.or_(column.score > entry.score, sa.and_(column.score == entry.score, earlier))
    return [*ranking.where, column.score >= entry.score, ahead]


async def read_page(tx: Transaction, ranking: Ranking, limit: int, player_id: str | None = None) -> RankingPage:
    """The first entries, and the rank of the player, who need not be among them or have an entry."""
    column = ranking.table.c
    rows = await tx.records(
        ranking.table.record,
        sa.select(ranking.table)
        .where(*ranking.where)
        .order_by(column.score.desc(), column.reached_at, column.participant_id)
        .limit(limit),
    )
    if player_id is None:
        return RankingPage(rows, None, None)
    for number, row in enumerate(rows, 1):
        if row.participant_id == player_id:
            return RankingPage(rows, number, row.score)
    if len(rows) < limit:
        return RankingPage(rows, None, None)
    own = await tx.record(
        ranking.table.record, sa.select(ranking.table).where(*ranking.where, column.participant_id == player_id)
    )
    if own is None:
        return RankingPage(rows, None, None)
    return RankingPage(rows, await rank_of(tx, ranking, own), own.score)


async def serialize_entries(
    tx: Transaction,
    tenant: tuple[str, str],
    lists: Sequence[Sequence[RankedEntry]],
    *,
    self_id: str | None = None,
    progression: Sequence[str] = (),
) -> list[list[Json]]:
    """Lists of entries in wire form, each from rank 1; their players are read at once."""
    ids = sorted({row.participant_id for rows in lists for row in rows if row.kind == "player"})
    people = await _people(tx, tenant, ids)
    balances = await progressions.balances(tx, Tenant(*tenant), ids, progression)
    return [
        [
            _entry(row, number, people.get(row.participant_id), self_id)
            | ({"progression": balances[row.participant_id]} if row.participant_id in balances else {})
            for number, row in enumerate(rows, 1)
        ]
        for rows in lists
    ]


def serialize_own_entry(ranked: RankingPage) -> Json | None:
    """`self` in wire form."""
    if ranked.rank is None or ranked.score is None:
        return None
    return {"rank": ranked.rank, "score": formats.number(ranked.score)}


def _entry(row: RankedEntry, rank: int, person: PlayerRecord | None, self_id: str | None) -> Json:
    display = _bot(row.participant_id) if row.kind != "player" else person and names.display(person)
    anonymized = display if row.kind != "player" else person and names.anonymized(person)
    entry = {
        "participantId": row.participant_id,
        "kind": row.kind,
        "name": (display or {}).get("name"),
        "avatar": (display or {}).get("avatar"),
        "country": (display or {}).get("country"),
        "anonymizedName": (anonymized or {}).get("name"),
        "anonymizedAvatar": (anonymized or {}).get("avatar"),
        "score": formats.number(row.score),
        "rank": rank,
        "isSelf": row.participant_id == self_id,
        "player": None if person is None else {"metadata": person.metadata or {}},
    }
    if person is None:
        del entry["player"]
    return entry


def _bot(participant_id: str) -> Json:
    """The name of a bot: from the pool, the same each time."""
    digest = hashlib.sha256(participant_id.encode()).digest()
    return names.draw_from_pool(lambda count: digest[:count])


async def _people(tx: Transaction, tenant: tuple[str, str], ids: Sequence[str]) -> dict[str, PlayerRecord]:
    column = tables.players.c
    rows = await tx.records(
        PlayerRecord,
        sa.select(
            column.player_id,
            column.display_identity,
            column.anonymized_identity,
            column.country,
            column.metadata,
        ).where(column.studio_id == tenant[0], column.game_id == tenant[1], tx.among(column.player_id, ids)),
    )
    return {row.player_id: row for row in rows}
