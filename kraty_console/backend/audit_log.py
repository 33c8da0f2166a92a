"""Reading the audit log: newest first, narrowed by filters, paged by keyset (decisions: The admin surface)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kraty_console.backend import answers
from kraty_console.backend.cursors import Position
from kraty_console.backend.engine.ids import is_id
from kraty_console.backend.storage.tables import audit
from kraty_console.backend.storage.transaction import Transaction


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
    column = audit.c
    conditions = [*_visible(view), *_matching(filters)]
    if after is not None:
        conditions.append(after.older(column.occurred_at, column.audit_id))
    query = (
        sa.select(audit).where(*conditions).order_by(column.occurred_at.desc(), column.audit_id.desc()).limit(limit + 1)
    )
    rows = await tx.all(query)
    more = len(rows) > limit
    rows = rows[:limit]
    cursor = Position(rows[-1]["occurred_at"], rows[-1]["audit_id"]).encoded() if more else None
    return [answers.audit_row(row) for row in rows], cursor


async def audit_row(tx: Transaction, view: View, audit_id: str) -> dict[str, Any] | None:
    """One row in wire form; None when there is none that this caller may see."""
    row = await tx.first(sa.select(audit).where(*_visible(view), audit.c.audit_id == audit_id))
    return None if row is None else answers.audit_row(row)


def _visible(view: View) -> list[sa.ColumnElement[bool]]:
    column = audit.c
    return [
        column.studio_id == view.studio_id,
        sa.or_(column.game_id.in_(view.game_ids), column.game_id.is_(None)),
    ]


def _matching(filters: Filters) -> list[sa.ColumnElement[bool]]:
    column = audit.c
    conditions: list[sa.ColumnElement[bool]] = []
    for wanted, of in (
        (filters.game_id, column.game_id),
        (filters.action, column.action),
        (filters.ticket, column.ticket),
        (filters.outcome, column.outcome),
    ):
        if wanted is not None:
            conditions.append(of == wanted)
    if filters.player is not None:
        named = column.external_player_id == filters.player
        conditions.append(sa.or_(named, column.player_id == filters.player) if is_id(filters.player) else named)
    if filters.actor is not None:
        conditions.append(sa.or_(column.actor_id == filters.actor, column.actor_label == filters.actor))
    if filters.since is not None:
        conditions.append(column.occurred_at >= filters.since)
    if filters.until is not None:
        conditions.append(column.occurred_at < filters.until)
    return conditions
