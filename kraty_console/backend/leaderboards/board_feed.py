"""Changes on an event's board as events of a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.leaderboards import ranking
from kraty_console.backend.leaderboards.ranking import RankedEntry
from kraty_console.backend.rules import formats
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import LeaderboardRecord
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]
Event = tuple[str, Json]

SHOWN: Final = 200
"""How many of a board's first entries are watched."""


class BoardFeed:
    """Changes among the first entries of an event's board, until it is final."""

    def __init__(self, leaderboard: LeaderboardRecord) -> None:
        self._ranking = ranking.of_event(leaderboard)
        self._board = self._ranking.equal
        self._scores: dict[str, float] = {}
        self.over = False

    async def begin(self, tx: Transaction) -> list[Event]:
        """`ready`, and `closed` if the board is already final."""
        row = await self._row(tx)
        self._scores = {entry.participant_id: entry.score for entry in await self._first(tx)}
        ready: list[Event] = [("ready", {"leaderboardId": row.leaderboard_id})]
        return [*ready, self._closed(row)] if row.finalized_at is not None else ready

    def events_of(self, row: LeaderboardRecord, entries: list[RankedEntry], final: Json | None) -> list[Event]:
        """`score_update` for each new score, then `finalized` and `closed` if the board became final."""
        events: list[Event] = []
        for rank, entry in enumerate(entries, 1):
            if self._scores.get(entry.participant_id) != entry.score:
                events.append(("score_update", _scored(row.leaderboard_id, entry, rank)))
        self._scores |= {entry.participant_id: entry.score for entry in entries}
        return events if final is None else [*events, ("finalized", final), self._closed(row)]

    @property
    def key(self) -> tuple[str, ...]:
        """The board."""
        return tuple(self._board.values())

    async def look(self, tx: Transaction) -> tuple[LeaderboardRecord, list[RankedEntry], Json | None]:
        """The board's row, its first entries and its end, if any, shared by all listeners."""
        row = await self._row(tx)
        entries = await self._first(tx)
        return row, entries, None if row.finalized_at is None else await self._final(tx, row, entries)

    def _closed(self, row: LeaderboardRecord) -> Event:
        self.over = True
        return "closed", {"leaderboardId": row.leaderboard_id}

    async def _row(self, tx: Transaction) -> LeaderboardRecord:
        table = tables.leaderboards
        row = await tx.record(
            LeaderboardRecord,
            sa.select(table).where(*(table.columns[name] == value for name, value in self._board.items())),
        )
        assert row is not None, "a leaderboard that was there stays"
        return row

    async def _first(self, tx: Transaction) -> list[RankedEntry]:
        return list((await ranking.read_page(tx, self._ranking, SHOWN)).rows)

    async def _final(self, tx: Transaction, row: LeaderboardRecord, entries: list[RankedEntry]) -> Json:
        [shown] = await ranking.serialize_entries(tx, (row.studio_id, row.game_id), [entries])
        return {
            "leaderboardId": row.leaderboard_id,
            "eventId": row.event_id,
            "reason": row.finalized_reason,
            "standings": [
                {name: entry[name] for name in ("participantId", "rank", "score", "name", "kind")} for entry in shown
            ],
            "occurredAt": formats.timestamp(row.finalized_at),
        }


async def board_events(
    tx: Transaction, listening: Sequence[BoardFeed], _now_ms: int
) -> AsyncIterator[tuple[BoardFeed, list[Event]]]:
    """Changes on many boards; each is read once for all listeners."""
    seen: dict[tuple[str, ...], tuple[LeaderboardRecord, list[RankedEntry], Json | None]] = {}
    for each in listening:
        state = seen.get(each.key)
        if state is None:
            state = seen[each.key] = await each.look(tx)
        yield each, each.events_of(*state)


def _scored(leaderboard_id: str, entry: RankedEntry, rank: int) -> Json:
    return {
        "leaderboardId": leaderboard_id,
        "participantId": entry.participant_id,
        "score": formats.number(entry.score),
        "rank": rank,
    }
