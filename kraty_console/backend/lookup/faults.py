"""The faults of all players: counts and pages, at a cost that does not depend on the size of the game.

A page and its counts look at a bounded number of candidates (`fault_sources`). So a page may be short, or empty, and
still have a next one; and a count may say that there are at least so many.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from kraty_console.backend.events.serializers import metric_target
from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.leaderboards import settlement
from kraty_console.backend.lookup.fault_sources import SOURCES, EventFacts, FaultSource, external_id, not_erased
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.rules.errors import invalid
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import EventRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.fault_kinds import FaultKind

CHUNK: Final = 200
"""Candidates that one statement reads for a page."""

LOOKED_AT: Final = 2_000
"""Candidates that are looked at for one page."""

COUNTED: Final = 10_000
"""Candidates that are looked at for the counts of one answer."""


@dataclass(frozen=True, slots=True)
class FaultFilters:
    """Which faults; None means any."""

    kind: FaultKind | None = None
    event_key: str | None = None
    since: int | None = None
    """From this time, inclusive (milliseconds)."""


class FaultPosition(NamedTuple):
    """The position of a candidate: the next page begins after it."""

    kind: FaultKind
    row: PagePosition

    def encoded(self) -> str:
        """The cursor as callers see it."""
        return base64.urlsafe_b64encode(f"{self.kind}.{self.row.encoded()}".encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, cursor: str) -> FaultPosition | None:
        """The position of a cursor; None if the cursor is invalid."""
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return None
        kind, _, row = text.partition(".")
        position = PagePosition.decoded(row)
        return None if position is None or kind not in SOURCES else cls(FaultKind(kind), position)


class FaultReader:
    """Reads the faults of one environment of a game in a transaction."""

    def __init__(self, tx: Transaction, tenant: Tenant, environment: str, filters: FaultFilters, now_ms: int) -> None:
        """`now_ms` is the time for which the faults are told, in milliseconds."""
        self._tx = tx
        self._tenant = tenant
        self._environment = environment
        self._filters = filters
        self._now_ms = now_ms
        self._keys: dict[str, str] = {}
        self._event_id: str | None = None
        self._facts = EventFacts(now_ms, [], [], {}, tx.postgresql)
        self._kinds: Sequence[FaultKind] = tuple(SOURCES) if filters.kind is None else (filters.kind,)

    async def prepare(self) -> None:
        """Read the game's events.

        Raises:
            RuleError: 400 if no event of the game has the key to filter by.
        """
        column = tables.events.c
        query = sa.select(column.event_id, column.key, column.metrics, column.reward_policy).where(
            column.studio_id == self._tenant.studio_id, column.game_id == self._tenant.game_id
        )
        events = await self._tx.records(EventRecord, query)
        self._keys = {event.event_id: event.key for event in events}
        targets = ((event.event_id, metric_target(event.metrics)) for event in events)
        self._facts = EventFacts(
            self._now_ms,
            [event.event_id for event in events if event.reward_policy.get("type") == "none"],
            [event.event_id for event in events if settlement.waits_for_close(event.reward_policy)],
            {event_id: target for event_id, target in targets if target is not None and target > 0},
            self._tx.postgresql,
        )
        if (key := self._filters.event_key) is not None:
            self._event_id = next((event_id for event_id, each in self._keys.items() if each == key), None)
            if self._event_id is None:
                raise invalid("eventKey", "names no event of this game")

    async def counts(self) -> list[dict[str, Any]]:
        """How many faults of each kind there are, in all and by event; exact, or at least so many."""
        return [await self._count(kind, COUNTED // len(self._kinds)) for kind in self._kinds]

    async def page(self, after: FaultPosition | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        """Faults after a position, and the cursor of the next page (None on the last).

        Raises:
            RuleError: 400 if the position is of a kind that was not asked for.
        """
        kinds, position = list(self._kinds), None
        if after is not None:
            if after.kind not in kinds:
                raise invalid("cursor", "is not one that this list gave")
            kinds, position = kinds[kinds.index(after.kind) :], after.row
        found: list[tuple[FaultPosition, dict[str, Any]]] = []
        looked_at = 0
        for kind in kinds:
            while True:
                candidates = await self._candidates(kind, position)
                for row in candidates:
                    position = PagePosition(row.at, row.row_id)
                    if row.is_fault:
                        found.append((FaultPosition(kind, position), self._serialize(kind, row)))
                    if len(found) > limit:
                        return [fault for _, fault in found[:limit]], found[limit - 1][0].encoded()
                looked_at += len(candidates)
                if len(candidates) < CHUNK:
                    break
                assert position is not None, "there were candidates"
                if looked_at >= LOOKED_AT:
                    return [fault for _, fault in found], FaultPosition(kind, position).encoded()
            position = None
        return [fault for _, fault in found], None

    async def _count(self, kind: FaultKind, most: int) -> dict[str, Any]:
        looked_at = self._select(kind, None, most, with_player=False).subquery("looked_at").c
        query = sa.select(
            looked_at.event_id, sa.func.count().label("candidates"), sa.func.sum(looked_at.is_fault).label("faults")
        ).group_by(looked_at.event_id)
        rows = (await self._tx.execute(query)).all()
        events = [{"eventKey": self._keys.get(row.event_id), "count": int(row.faults)} for row in rows if row.faults]
        return {
            "kind": kind,
            "count": sum(int(row.faults) for row in rows),
            "counted": "exact" if sum(row.candidates for row in rows) < most else "at_least",
            "events": sorted(events, key=lambda each: (-each["count"], each["eventKey"] or "")),
        }

    async def _candidates(self, kind: FaultKind, after: PagePosition | None) -> Sequence[sa.Row[Any]]:
        """Newest first; sorted here, because a sort in the database would be of unknown length to its planner."""
        rows = (await self._tx.execute(self._select(kind, after, CHUNK, with_player=True))).all()
        return sorted(rows, key=lambda row: (row.at, row.row_id), reverse=True)

    def _select(self, kind: FaultKind, after: PagePosition | None, most: int, *, with_player: bool) -> sa.Select[Any]:
        source = SOURCES[kind]
        candidates = self._newest(source, after, most).subquery("candidates")
        row = candidates.c
        event_id, began = source.event_id(row, self._facts), source.began(row)
        conditions = [source.is_fault(row, self._facts), not_erased(row)]
        if self._event_id is not None:
            conditions.append(event_id == self._event_id)
        if self._filters.since is not None:
            conditions.append(began >= self._filters.since)
        columns = [event_id.label("event_id"), sa.case((sa.and_(*conditions), 1), else_=0).label("is_fault")]
        if with_player:
            told = {"at": row[source.at], "row_id": row[source.row_id], "since": began, "player": external_id(row)}
            columns += [column.label(name) for name, column in told.items()]
        return sa.select(*columns).select_from(candidates)

    def _newest(self, source: FaultSource, after: PagePosition | None, most: int) -> sa.Select[Any]:
        column = source.table.c
        at, row_id = column[source.at], column[source.row_id]
        small = [each for each in column if not isinstance(each.type, sa.JSON)]
        query = sa.select(*small).where(
            column.studio_id == self._tenant.studio_id,
            column.game_id == self._tenant.game_id,
            column.environment == self._environment,
            sa.text(source.condition),
            at <= (self._now_ms - source.after_ms if source.after_ms else formats.LAST_MOMENT),
        )
        if self._filters.since is not None and source.since is None:
            query = query.where(at >= self._filters.since)
        if after is not None:
            query = query.where(after.older(at, row_id))
        return query.order_by(at.desc(), row_id.desc()).limit(most)

    def _serialize(self, kind: FaultKind, row: sa.Row[Any]) -> dict[str, Any]:
        return {
            "kind": kind,
            "externalPlayerId": row.player,
            "target": {"kind": SOURCES[kind].target_kind, "id": row.row_id},
            "eventKey": self._keys.get(row.event_id),
            "since": formats.timestamp(row.since),
        }
