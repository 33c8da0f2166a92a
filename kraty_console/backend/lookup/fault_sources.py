"""Where faults are found: each kind has an index of the rows that may have it, in the order of pages.

Such a row is a candidate; whether it is a fault follows from the row, its event and its window, by the rules of the
client's diagnosis (contract/README.md#faults). Rows of other tables are read by scalar subqueries: each is one look in
an index, whatever the planner thinks of the number of candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from kraty_console.backend.events.attempt_rewards import MILESTONE
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables.columns import DOUBLE, UUID
from kraty_console.contract.fault_kinds import IDLE_AFTER, IDLE_AFTER_TARGET, PENDING_IS_NORMAL, FaultKind
from kraty_console.contract.limits import MAX_BALANCE

Columns = sa.ColumnCollection[str, sa.ColumnElement[Any]]
Condition = sa.ColumnElement[bool]

_NO_TARGET: Final = 2.0 * MAX_BALANCE
"""More than any score."""

_UUID_TEXT: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class EventFacts(NamedTuple):
    """What decides about attempts of the game's events, and when."""

    now_ms: int
    unpaid: list[str]
    """Ids of events that pay no rewards."""
    paid_at_close: list[str]
    """Ids of events that pay when a window is over."""
    targets: Mapping[str, float]
    """The targets above 0, by event id."""
    postgresql: bool


class FaultSource(NamedTuple):
    """Where the faults of a kind are."""

    table: sa.Table
    row_id: str
    at: str
    """The time that candidates are ordered by."""
    condition: str
    """That of the index, word for word, so that both databases use it."""
    is_fault: Callable[[Columns, EventFacts], Condition]
    after_ms: int = 0
    """Rows whose time is less than this ago have no such fault."""
    since: Callable[[Columns], sa.ColumnElement[int]] | None = None
    """When the fault began; the time that candidates are ordered by if None."""

    @property
    def target_kind(self) -> str:
        """What a row is."""
        return "attempt" if self.table is tables.attempts else "grant"

    def event_id(self, row: Columns, facts: EventFacts) -> sa.ColumnElement[Any]:
        """The id of a candidate's event; NULL if it has none."""
        return row.event_id if self.table is tables.attempts else _event_of_grant(row, facts)

    def began(self, row: Columns) -> sa.ColumnElement[int]:
        """When the fault of a candidate began."""
        return row[self.at] if self.since is None else self.since(row)


def not_erased(row: Columns) -> Condition:
    """The candidate's player was not erased."""
    return _of_player(row, tables.players.c.deleted_at).is_(None)


def external_id(row: Columns) -> sa.ColumnElement[str]:
    """The external id of a candidate's player."""
    return _of_player(row, tables.players.c.external_player_id)


def _of_player(row: Columns, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return sa.select(column).where(*_same(tables.players, row, "player_id")).scalar_subquery()


def _same(table: sa.Table, row: Columns, *names: str) -> list[Condition]:
    return [table.c[name] == row[name] for name in ("studio_id", "game_id", *names)]


def _event_of_grant(row: Columns, facts: EventFacts) -> sa.ColumnElement[Any]:
    """The event of the attempt that made the grant, at its end or by a milestone."""
    by_milestone = row.source_kind == MILESTONE
    attempt_id: sa.ColumnElement[str] = sa.func.replace(row.source_ref_id, "-", "", type_=UUID)
    if facts.postgresql:  # where a text that is no id would fail the whole query
        by_milestone = sa.and_(by_milestone, row.source_ref_id.regexp_match(_UUID_TEXT))
        attempt_id = sa.cast(row.source_ref_id, UUID)
    attempt = tables.attempts
    made_by = sa.func.coalesce(row.attempt_id, sa.case((by_milestone, attempt_id)), type_=UUID)
    query = sa.select(attempt.c.event_id).where(*_same(attempt, row, "player_id"), attempt.c.attempt_id == made_by)
    return query.scalar_subquery()


def _window_end(row: Columns) -> sa.ColumnElement[Any]:
    window = tables.event_windows
    return sa.select(window.c.ends_at).where(*_same(window, row, "window_id")).scalar_subquery()


def _is_unpaid(row: Columns, facts: EventFacts) -> Condition:
    """Its event pays rewards, and none was granted."""
    grant = tables.grants
    granted = sa.select(grant.c.grant_id).where(*_same(grant, row, "player_id", "attempt_id")).limit(1)
    return sa.and_(row.event_id.not_in(facts.unpaid), granted.scalar_subquery().is_(None))


def _not_rolled(row: Columns, facts: EventFacts) -> Condition:
    """Unpaid, and not waiting for the end of its window."""
    is_open = sa.func.coalesce(_window_end(row), -1) >= facts.now_ms
    return sa.and_(_is_unpaid(row, facts), sa.not_(sa.and_(row.event_id.in_(facts.paid_at_close), is_open)))


def _last_sign(row: Columns) -> sa.ColumnElement[int]:
    return sa.func.coalesce(row.last_progress_at, row.started_at)


def _target_met(row: Columns, facts: EventFacts) -> Condition:
    no_target = sa.literal(_NO_TARGET, DOUBLE)
    by_event = [(row.event_id == event_id, sa.literal(most, DOUBLE)) for event_id, most in facts.targets.items()]
    target = sa.case(*by_event, else_=no_target) if by_event else no_target
    return sa.and_(row.score >= target, _last_sign(row) < facts.now_ms - IDLE_AFTER_TARGET * 1000)


def _is_over(row: Columns, facts: EventFacts) -> Condition:
    return sa.func.coalesce(_window_end(row), row.ends_at) < facts.now_ms


def _window_over(row: Columns, facts: EventFacts) -> Condition:
    return sa.and_(sa.not_(_target_met(row, facts)), _is_over(row, facts))


def _stuck(row: Columns, facts: EventFacts) -> Condition:
    idle = _last_sign(row) < facts.now_ms - IDLE_AFTER * 1000
    return sa.and_(sa.not_(_target_met(row, facts)), sa.not_(_is_over(row, facts)), idle)


def _pending(row: Columns, facts: EventFacts) -> Condition:
    expires_at = row.expires_at
    return sa.and_(row.kind != "crate", sa.or_(expires_at.is_(None), expires_at >= facts.now_ms))


def _always(row: Columns, facts: EventFacts) -> Condition:
    del row, facts
    return sa.true()


_ATTEMPT: Final = (tables.attempts, "attempt_id")
_GRANT: Final = (tables.grants, "grant_id")
_PLAYING: Final = "attempts.status = 'in_progress'"
_UNROLLED: Final = "attempts.roll_status = 'none' AND attempts.status IN ('completed', 'force_completed')"

SOURCES: Final[Mapping[FaultKind, FaultSource]] = {
    FaultKind.ROLL_FAILED: FaultSource(*_ATTEMPT, "roll_at", "attempts.roll_status = 'failed'", _is_unpaid),
    FaultKind.NOT_ROLLED: FaultSource(*_ATTEMPT, "completed_at", _UNROLLED, _not_rolled),
    FaultKind.GRANT_EXPIRED: FaultSource(*_GRANT, "expires_at", "grants.status = 'expired'", _always),
    FaultKind.TARGET_MET: FaultSource(
        *_ATTEMPT, "started_at", _PLAYING, _target_met, IDLE_AFTER_TARGET * 1000 + 1, _last_sign
    ),
    FaultKind.WINDOW_OVER: FaultSource(*_ATTEMPT, "ends_at", _PLAYING, _window_over, 1),
    FaultKind.STUCK: FaultSource(*_ATTEMPT, "started_at", _PLAYING, _stuck, IDLE_AFTER * 1000 + 1, _last_sign),
    FaultKind.GRANT_OVERDUE: FaultSource(*_GRANT, "expires_at", "grants.status = 'pending'", _always, 1),
    FaultKind.GRANT_PENDING: FaultSource(
        *_GRANT, "created_at", "grants.status = 'pending'", _pending, PENDING_IS_NORMAL * 1000
    ),
    FaultKind.NEVER_FINISHED: FaultSource(*_ATTEMPT, "ends_at", "attempts.status = 'expired'", _always),
}
"""The kinds, in the order of the list."""
