"""Reading the audit log: newest first, narrowed by filters, paged by keyset (decisions: The admin surface)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend import answers
from kraty_console.backend.cursors import Position
from kraty_console.backend.denied import with_counts
from kraty_console.backend.engine.ids import is_id
from kraty_console.backend.storage.tables import audit
from kraty_console.backend.storage.transaction import Transaction

_Condition = sa.ColumnElement[bool]
_DENIED: Final[sa.ColumnElement[str]] = sa.literal_column("'denied'", sa.Text())


@dataclass(frozen=True, slots=True)
class Filters:
    """What the rows must have in common; None leaves it open."""

    game_id: str | None = None
    player: str | None = None
    """A player's external id at the time of the row, or the internal id."""
    actor: str | None = None
    """An actor's id or label (an e-mail, `api_key:<prefix>`)."""
    action: str | None = None
    ticket: str | None = None
    outcome: str | None = None
    since: int | None = None
    """From this moment on (milliseconds)."""
    until: int | None = None
    """Before this moment (milliseconds)."""


@dataclass(frozen=True, slots=True)
class View:
    """The part of a studio's log that a caller may see: some of its games, and what concerns none."""

    studio_id: str
    game_ids: Sequence[str]


async def audit_page(
    tx: Transaction, view: View, filters: Filters, after: Position | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of rows in wire form, and the cursor of the next one (None on the last)."""
    found: dict[str, dict[str, Any]] = {}
    for narrowed in _each_by_an_index(view, filters):
        found |= {row["audit_id"]: row for row in await _newest(tx, [*_visible(view), *narrowed], after, limit + 1)}
    rows = sorted(found.values(), key=itemgetter("occurred_at", "audit_id"), reverse=True)
    more = len(rows) > limit
    rows = rows[:limit]
    cursor = Position(rows[-1]["occurred_at"], rows[-1]["audit_id"]).encoded() if more else None
    page = [answers.audit_row(row) for row in rows]
    await with_counts(tx, view.studio_id, page)
    return page, cursor


async def _newest(
    tx: Transaction, conditions: Sequence[_Condition], after: Position | None, limit: int
) -> list[dict[str, Any]]:
    at, row_id = audit.c.occurred_at, audit.c.audit_id
    place = [] if after is None else [after.older(at, row_id)]
    return await tx.all(sa.select(audit).where(*conditions, *place).order_by(at.desc(), row_id.desc()).limit(limit))


async def audit_row(tx: Transaction, view: View, audit_id: str) -> dict[str, Any] | None:
    """One row in wire form; None when there is none that this caller may see."""
    row = await tx.first(sa.select(audit).where(*_visible(view), audit.c.audit_id == audit_id))
    if row is None:
        return None
    shown = answers.audit_row(row)
    await with_counts(tx, view.studio_id, [shown])
    return shown


def _visible(view: View) -> list[_Condition]:
    column = audit.c
    return [
        column.studio_id == view.studio_id,
        sa.or_(column.game_id.in_(view.game_ids), column.game_id.is_(None)),
    ]


def _each_by_an_index(view: View, filters: Filters) -> Iterator[list[_Condition]]:
    """What is asked for, as one question for each column that a name may stand in: an index leads to each of these.

    One question with an "or" in it would walk through the log until it has found enough.
    """
    column = audit.c
    players: list[list[_Condition]] = [[]]
    if filters.player is not None:
        players = [[column.external_player_id == filters.player]]
        if is_id(filters.player):
            players.append([column.game_id.in_(view.game_ids), column.player_id == filters.player])
    actors: list[list[_Condition]] = [[]]
    if filters.actor is not None:
        actors = [[column.actor_id == filters.actor], [column.actor_label == filters.actor]]
    for player, actor in product(players, actors):
        yield [*_matching(filters), *player, *actor]


def _matching(filters: Filters) -> list[_Condition]:
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
        # Few rows tell of something denied, and these have an index of their own, by this very word.
        conditions.append(column.outcome == (_DENIED if filters.outcome == "denied" else filters.outcome))
    if filters.since is not None:
        conditions.append(column.occurred_at >= filters.since)
    if filters.until is not None:
        conditions.append(column.occurred_at < filters.until)
    return conditions
