"""Queries of the audit log: newest first, filtered, keyset pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.audit.denial_counts import with_counts
from kraty_console.backend.audit.serializers import serialize_audit_row
from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.rules import player_refs
from kraty_console.backend.storage.tables import AuditRecord, audit
from kraty_console.backend.storage.transaction import Transaction

_Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Filters of audit rows; None means any."""

    game_id: str | None = None
    player: str | None = None
    """A player's external id at the time of the row, or the internal id."""
    actor: str | None = None
    """An actor's id or label (an e-mail, `api_key:<prefix>`)."""
    action: str | None = None
    ticket: str | None = None
    outcome: str | None = None
    since: int | None = None
    """From this time, inclusive (milliseconds)."""
    until: int | None = None
    """Until this time, exclusive (milliseconds)."""


@dataclass(frozen=True, slots=True)
class AuditScope:
    """The part of a studio's log that a caller may see: rows of some games, and rows of no game."""

    studio_id: str
    game_ids: Sequence[str]


async def audit_page(
    tx: Transaction, view: AuditScope, filters: AuditFilters, after: PagePosition | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of rows in wire form, and the cursor of the next one (None on the last)."""
    keys: set[tuple[int, str]] = set()
    narrowed = list(_each_by_an_index(view, filters))
    for some in (narrowed[place : place + _AT_ONCE] for place in range(0, len(narrowed), _AT_ONCE)):
        keys |= await _newest(tx, some, after, limit + 1)
    newest = sorted(keys, reverse=True)
    more = len(newest) > limit
    newest = newest[:limit]
    rows = await _rows(tx, view.studio_id, [audit_id for _, audit_id in newest])
    cursor = PagePosition(*newest[-1]).encoded() if more else None
    page = [serialize_audit_row(rows[audit_id]) for _, audit_id in newest]
    await with_counts(tx, view.studio_id, page)
    return page, cursor


_AT_ONCE: Final = 100
"""How many selects one statement combines; SQLite allows 500."""


async def _newest(
    tx: Transaction, questions: Sequence[Sequence[_Condition]], after: PagePosition | None, limit: int
) -> set[tuple[int, str]]:
    """Time and id of the newest rows of each condition, up to `limit` each, read from indexes only."""
    at, row_id = audit.c.occurred_at, audit.c.audit_id
    older = [] if after is None else [after.older(at, row_id)]
    each = [
        sa.select(
            sa.select(at, row_id).where(*question, *older).order_by(at.desc(), row_id.desc()).limit(limit).subquery()
        )
        for question in questions
    ]
    rows = await tx.execute(each[0] if len(each) == 1 else sa.union_all(*each))
    return {(row.occurred_at, row.audit_id) for row in rows}


async def _rows(tx: Transaction, studio_id: str, ids: Sequence[str]) -> dict[str, AuditRecord]:
    if not ids:
        return {}
    query = sa.select(audit).where(audit.c.studio_id == studio_id, tx.among(audit.c.audit_id, ids))
    return {row.audit_id: row for row in await tx.records(AuditRecord, query)}


async def audit_row(tx: Transaction, view: AuditScope, audit_id: str) -> dict[str, Any] | None:
    """One row in wire form; None if the caller may see no such row."""
    row = await tx.record(AuditRecord, sa.select(audit).where(*_visible(view), audit.c.audit_id == audit_id))
    if row is None:
        return None
    shown = serialize_audit_row(row)
    await with_counts(tx, view.studio_id, [shown])
    return shown


def _visible(view: AuditScope) -> list[_Condition]:
    column = audit.c
    return [
        column.studio_id == view.studio_id,
        sa.or_(column.game_id.in_(view.game_ids), column.game_id.is_(None)),
    ]


def _each_by_an_index(view: AuditScope, filters: AuditFilters) -> Iterator[list[_Condition]]:
    """The filters as one condition for each game and each column that a name may be in.

    An index serves each of them in order. A single condition with "or" would scan the log until enough rows match.
    """
    column = audit.c
    games: list[_Condition] = [column.game_id == game_id for game_id in view.game_ids]
    games.append(column.game_id.is_(None))
    if filters.game_id is not None:
        games = [column.game_id == filters.game_id] if filters.game_id in view.game_ids else [column.game_id.is_(None)]
    players: list[list[_Condition]] = [[]]
    if filters.player is not None:
        players = [[condition] for condition in player_refs.by_any_id(audit, filters.player)]
    actors: list[list[_Condition]] = [[]]
    if filters.actor is not None:
        actors = [[column.actor_id == filters.actor], [column.actor_label == filters.actor]]
    for game, player, actor in product(games, players, actors):
        yield [column.studio_id == view.studio_id, game, *_matching(filters), *player, *actor]


def _matching(filters: AuditFilters) -> list[_Condition]:
    column = audit.c
    conditions = [
        of == wanted
        for wanted, of in (
            (filters.game_id, column.game_id),
            (filters.action, column.action),
            (filters.ticket, column.ticket),
        )
        if wanted is not None
    ]
    if filters.outcome is not None:
        conditions.append(column.outcome == filters.outcome)
    if filters.since is not None:
        conditions.append(column.occurred_at >= filters.since)
    if filters.until is not None:
        conditions.append(column.occurred_at < filters.until)
    return conditions
