"""Windows that open and close: told to the studio, and boards made final (kraty-api 5.11, 8.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend import answers
from kraty_console.backend.engine import catalog, lobbies, outbox
from kraty_console.backend.engine.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Row, Transaction
from kraty_console.contract.webhooks import EventName

LIVE: Final = "live"
"""Where what the worker makes happen is told (kraty-api 1.6)."""

CLOSED: Final = "window_closed"
"""Why a board is final."""


async def open_window(tx: Transaction, ctx: Context, window: Row) -> bool:
    """Tell that a window (locked) is open; True when it had not been told."""
    if window["opened_at"] is not None or window["starts_at"] > ctx.now_ms:
        return False
    tx.change(window, opened_at=ctx.now_ms)
    outbox.emit_of_game(tx, ctx, EventName.EVENT_WINDOW_OPENED, LIVE, await _shown(tx, ctx, window))
    return True


async def close_window(tx: Transaction, ctx: Context, window: Row, most_lobbies: int) -> int:
    """Close the lobbies of a window (locked) that is over, so many at a time, then the window itself.

    Its boards are final from then on. What is paid by rank was paid as each attempt was completed; nothing is paid
    here. The answer is how many lobbies and windows were closed.
    """
    if window["closed_at"] is not None or window["ends_at"] > ctx.now_ms:
        return 0
    closed = 0
    open_lobbies = await _open_lobbies(tx, ctx, window, most_lobbies + 1)
    for lobby_id in open_lobbies[:most_lobbies]:
        lobby = await tx.claim(tables.lobbies, ctx.tenant.studio_id, ctx.tenant.game_id, lobby_id)
        if lobby is not None:
            closed += await lobbies.advance(tx, replace(ctx, environment=lobby["environment"]), lobby)
    if closed < len(open_lobbies):
        return closed
    tx.change(window, closed_at=ctx.now_ms)
    column = tables.leaderboards.c
    await tx.execute(
        sa.update(tables.leaderboards)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.window_id == window["window_id"],
            column.finalized_at.is_(None),
        )
        .values(finalized_at=ctx.now_ms, finalized_reason=CLOSED)
    )
    told = {**await _shown(tx, ctx, window), "finalizedReason": CLOSED}
    outbox.emit_of_game(tx, ctx, EventName.EVENT_WINDOW_CLOSED, LIVE, told)
    return closed + 1


async def _open_lobbies(tx: Transaction, ctx: Context, window: Row, most: int) -> list[str]:
    column = tables.lobbies.c
    rows = await tx.all(
        sa.select(column.lobby_id)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.window_id == window["window_id"],
            sa.text("lobbies.status <> 'closed'"),  # the words of the index
        )
        .order_by(column.environment, column.created_at)
        .limit(most)
    )
    return [row["lobby_id"] for row in rows]


async def _shown(tx: Transaction, ctx: Context, window: Mapping[str, Any]) -> dict[str, Any]:
    event = await catalog.event(tx, ctx, window["event_id"])
    return {
        "event": {"id": event["event_id"], "key": event["key"], "name": event["name"]},
        "window": {
            "id": window["window_id"],
            "startsAt": answers.moment(window["starts_at"]),
            "endsAt": answers.moment(window["ends_at"]),
            "metadata": {**(event["metadata"] or {}), **(window["metadata"] or {})},
        },
    }
