"""Rows that a sweep failed on: retried later, then set aside, so that they block no others.

A row is skipped for longer after each failure. After `AFTER` of them it counts as set aside: health and metrics report
it, and it is retried once a day, in case its cause was fixed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction

AFTER: Final = 5
"""Failures."""

FIRST_REST_MS: Final = 30_000
"""How long a row is skipped after its first failure; the time doubles with each further one."""

DAY_MS: Final = 24 * 60 * 60 * 1000

_COLUMN: Final = tables.sweep_failures.c


COUNTS: Final = (
    sa.select(_COLUMN.job, sa.func.count()).where(_COLUMN.failures >= AFTER).group_by(_COLUMN.job).order_by(_COLUMN.job)
)
"""How many rows of all games are set aside, by job."""


def not_skipped(ctx: Context, job: str, row_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The condition that a row is not skipped now."""
    return ~_noted(job, row_id).where(*_in_game(ctx), _COLUMN.retry_at > ctx.now_ms).exists()


def not_set_aside(ctx: Context, job: str, row_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The condition that other work need not wait for a row, because it is set aside."""
    return ~_noted(job, row_id).where(*_in_game(ctx), _COLUMN.failures >= AFTER).exists()


async def note_failure(tx: Transaction, ctx: Context, job: str, row_id: str, error: BaseException) -> int:
    """Record that a row failed, and skip it for a while; returns the number of failures."""
    key = (ctx.tenant.studio_id, ctx.tenant.game_id, job, row_id)
    row = await tx.get(tables.sweep_failures, *key, lock=True)
    failures = 1 if row is None else row.failures + 1
    rest = DAY_MS if failures >= AFTER else FIRST_REST_MS * 2 ** (failures - 1)
    values = {
        "failures": failures,
        "error": type(error).__name__,
        "failed_at": ctx.now_ms,
        "retry_at": ctx.now_ms + rest,
    }
    if row is not None:
        tx.change(row, **values)
    else:
        names = ("studio_id", "game_id", "job", "row_id")
        await tx.insert_if_absent(tables.sweep_failures, {**dict(zip(names, key, strict=True)), **values})
    return failures


async def due_again(tx: Transaction, ctx: Context, job: str) -> set[str]:
    """The rows that failed and may be tried again."""
    result = await tx.execute(
        sa.select(_COLUMN.row_id).where(*_in_game(ctx), _COLUMN.job == job, _COLUMN.retry_at <= ctx.now_ms)
    )
    return set(result.scalars())


async def clear(tx: Transaction, ctx: Context, job: str, row_ids: Collection[str]) -> None:
    """Forget rows that succeeded, or that need no work any more."""
    await tx.execute(
        sa.delete(tables.sweep_failures).where(
            *_in_game(ctx),
            _COLUMN.job == job,
            tx.among(_COLUMN.row_id, sorted(row_ids)),
            _COLUMN.retry_at <= ctx.now_ms,
        )
    )


async def counts(tx: Transaction) -> Mapping[str, int]:
    """How many rows of all games are set aside, by job."""
    return {str(job): int(count) for job, count in await tx.execute(COUNTS)}


def _in_game(ctx: Context) -> tuple[sa.ColumnElement[bool], ...]:
    return _COLUMN.studio_id == ctx.tenant.studio_id, _COLUMN.game_id == ctx.tenant.game_id


def _noted(job: str, row_id: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(sa.literal(1)).where(_COLUMN.job == job, _COLUMN.row_id == row_id)
