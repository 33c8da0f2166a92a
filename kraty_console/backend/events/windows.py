"""Open and close event windows, and finalize their boards."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.leaderboards import settlement
from kraty_console.backend.leaderboards.service import WINDOW_CLOSED
from kraty_console.backend.rules import formats, outbox, set_aside
from kraty_console.backend.rules.context import LIVE, Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import EventWindowRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName


async def open_window(tx: Transaction, ctx: Context, window: EventWindowRecord) -> bool:
    """Report that a window (locked) is open; True if it had not been reported."""
    if window.opened_at is not None or window.starts_at > ctx.now_ms:
        return False
    tx.change(window, opened_at=ctx.now_ms)
    outbox.emit_of_game(tx, ctx, EventName.EVENT_WINDOW_OPENED, LIVE, await _window_payload(tx, ctx, window))
    return True


async def close_window(tx: Transaction, ctx: Context, window: EventWindowRecord) -> bool:
    """Close a window (locked) that is over and whose lobbies are closed; True if it was closed now.

    Its boards are final from then on. Lobbies that cannot be closed do not delay it (`set_aside`).
    """
    if window.closed_at is not None or window.ends_at > ctx.now_ms:
        return False
    if await _has_open_lobbies(tx, ctx, window):
        return False
    tx.change(window, closed_at=ctx.now_ms)
    event = await definitions.event(tx, ctx, window.event_id)
    # Rewards that depend on the final ranking are settled once the attempts are ended (`settlement`).
    settled = {} if settlement.waits_for_close(event.reward_policy) else {"frozen_at": ctx.now_ms}
    column = tables.leaderboards.c
    await tx.execute(
        sa.update(tables.leaderboards)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.window_id == window.window_id,
            column.finalized_at.is_(None),
        )
        .values(finalized_at=ctx.now_ms, finalized_reason=WINDOW_CLOSED, **settled)
    )
    payload = {**await _window_payload(tx, ctx, window), "finalizedReason": WINDOW_CLOSED}
    outbox.emit_of_game(tx, ctx, EventName.EVENT_WINDOW_CLOSED, LIVE, payload)
    return True


async def _has_open_lobbies(tx: Transaction, ctx: Context, window: EventWindowRecord) -> bool:
    column = tables.lobbies.c
    window_id = await tx.scalar(
        sa.select(column.lobby_id)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.window_id == window.window_id,
            sa.text("lobbies.status <> 'closed'"),  # as in the index, so that it is used
            set_aside.not_set_aside(ctx, "end_lobbies", column.lobby_id),
        )
        .limit(1)
    )
    return window_id is not None


async def _window_payload(tx: Transaction, ctx: Context, window: EventWindowRecord) -> dict[str, Any]:
    event = await definitions.event(tx, ctx, window.event_id)
    return {
        "event": {"id": event.event_id, "key": event.key, "name": event.name},
        "window": {
            "id": window.window_id,
            "startsAt": formats.timestamp(window.starts_at),
            "endsAt": formats.timestamp(window.ends_at),
            "metadata": {**(event.metadata or {}), **(window.metadata or {})},
        },
    }
