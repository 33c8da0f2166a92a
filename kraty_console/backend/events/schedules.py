"""Make the windows of events that recur on a schedule.

A schedule is `{mode: "recurring_windows", startsAt, everySeconds, openSeconds, endsAt?, metadata?}`: the first window
opens at `startsAt` (milliseconds, UTC), one more each `everySeconds`, each for `openSeconds`; none opens at `endsAt` or
later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import EventRecord, EventWindowRecord
from kraty_console.backend.storage.transaction import Transaction

RECURRING: Final = "recurring_windows"

Span = tuple[int, int]
"""When a window opens and closes, in milliseconds."""


def due_windows(schedule: Mapping[str, Any], now_ms: int) -> list[Span]:
    """The open window, if any, and the next one."""
    every, length = schedule["everySeconds"] * 1000, schedule["openSeconds"] * 1000
    first, last = schedule["startsAt"], schedule.get("endsAt")
    turn = max((now_ms - first) // every, 0)
    starts = (first + turn * every, first + (turn + 1) * every)
    ahead = [(at, at + length) for at in starts if at + length > now_ms and (last is None or at < last)]
    return ahead if ahead and ahead[0][0] <= now_ms else ahead[:1]


async def missing_windows(tx: Transaction, ctx: Context, event: EventRecord) -> list[Span]:
    """The windows that should exist by now and do not."""
    schedule = event.schedule
    if not event.enabled or schedule is None or schedule.get("mode") != RECURRING:
        return []
    wanted = due_windows(schedule, ctx.now_ms)
    if not wanted:
        return []
    column = tables.event_windows.c
    rows = await tx.records(
        EventWindowRecord,
        sa.select(column.starts_at).where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.event_id == event.event_id,
            column.starts_at >= wanted[0][0],
            column.starts_at <= wanted[-1][0],
        ),
    )
    existing = {row.starts_at for row in rows}
    return [span for span in wanted if span[0] not in existing]


async def make_missing_windows(tx: Transaction, ctx: Context, event: EventRecord) -> int:
    """Create the missing windows and return how many; the event is locked, so that no window is created twice."""
    spans_ = await missing_windows(tx, ctx, event)
    for starts_at, ends_at in spans_:
        bag = (event.schedule or {}).get("metadata")
        await definitions.put_window(tx, ctx, event.key, starts_at=starts_at, ends_at=ends_at, metadata=bag)
    return len(spans_)
