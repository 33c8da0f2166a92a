"""Boards of events, updated in the transaction that changes a score and ranked by an index."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.leaderboards import settlement
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import conflict, not_found
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptRecord, EventRecord, EventWindowRecord, LeaderboardEntryRecord
from kraty_console.backend.storage.transaction import Transaction

GLOBAL: Final = "global"

WINDOW_CLOSED: Final = "window_closed"
SESSION_TERMINATED: Final = "session_terminated"
"""Why a board is final (contract/SDK.md#leaderboards)."""

_ENTRY: Final = tables.leaderboard_entries.c


async def board(
    tx: Transaction, ctx: Context, event: EventRecord, window: EventWindowRecord, scope: str = GLOBAL
) -> str:
    """The id of the window's board in this environment, created if needed; `scope` is a lobby's id or `global`."""
    memo_key = ("board", window.window_id, ctx.environment, scope)
    known: str | None = tx.memo.get(memo_key)
    if known is not None:
        return known
    row = await tx.find(tables.leaderboards, *_of_window(ctx, window, scope))
    if row is None:
        await tx.insert_if_absent(
            tables.leaderboards,
            {
                "studio_id": ctx.tenant.studio_id,
                "game_id": ctx.tenant.game_id,
                "leaderboard_id": ctx.new_id(),
                "environment": ctx.environment,
                "event_id": event.event_id,
                "window_id": window.window_id,
                "scope": scope,
                "mode": event.leaderboard_mode,
                "created_at": ctx.now_ms,
            },
        )
        row = await tx.find(tables.leaderboards, *_of_window(ctx, window, scope))
        assert row is not None, "the board was made"
    leaderboard_id: str = row.leaderboard_id
    tx.memo[memo_key] = leaderboard_id
    return leaderboard_id


async def find(tx: Transaction, ctx: Context, window: EventWindowRecord, scope: str = GLOBAL) -> str | None:
    """The id of the window's board; None before it is created."""
    row = await tx.find(tables.leaderboards, *_of_window(ctx, window, scope))
    return None if row is None else str(row.leaderboard_id)


def _of_window(ctx: Context, window: EventWindowRecord, scope: str) -> tuple[sa.ColumnElement[bool], ...]:
    column = tables.leaderboards.c
    return (
        column.studio_id == ctx.tenant.studio_id,
        column.game_id == ctx.tenant.game_id,
        column.window_id == window.window_id,
        column.environment == ctx.environment,
        column.scope == scope,
    )


async def finalize(tx: Transaction, ctx: Context, leaderboard_id: str, reason: str) -> None:
    """Make a lobby's board final; rewards that wait for that are settled by the worker (`settlement`)."""
    row = await tx.get(tables.leaderboards, ctx.tenant.studio_id, ctx.tenant.game_id, leaderboard_id, lock=True)
    assert row is not None, "a lobby that plays has a board"
    if row.finalized_at is not None:
        return
    event = await definitions.event(tx, ctx, row.event_id)
    settled = {} if settlement.waits_for_close(event.reward_policy) else {"frozen_at": ctx.now_ms}
    tx.change(row, finalized_at=ctx.now_ms, finalized_reason=reason, **settled)


async def update_score(tx: Transaction, ctx: Context, attempt: AttemptRecord) -> LeaderboardEntryRecord:
    """Update the player's entry after a change of the attempt's score; the player's best attempt counts."""
    key = (attempt.studio_id, attempt.game_id, attempt.leaderboard_id, attempt.player_id)
    entry = await tx.get(tables.leaderboard_entries, *key)
    score: float = attempt.score
    if entry is None:
        return tx.add(
            tables.leaderboard_entries,
            {
                "studio_id": key[0],
                "game_id": key[1],
                "leaderboard_id": key[2],
                "participant_id": key[3],
                "score": score,
                "reached_at": ctx.now_ms,
                "attempt_id": attempt.attempt_id,
            },
        )
    if score > entry.score:
        return tx.change(entry, score=score, reached_at=ctx.now_ms, attempt_id=attempt.attempt_id)
    if score < entry.score and entry.attempt_id == attempt.attempt_id:
        # The best attempt was lowered: another one may be the best now.
        column = tables.attempts.c
        best = await tx.record(
            AttemptRecord,
            sa.select(column.attempt_id, column.score)
            .where(
                column.studio_id == key[0],
                column.game_id == key[1],
                column.player_id == key[3],
                column.window_id == attempt.window_id,  # of the board, so that only its attempts are read
                column.leaderboard_id == key[2],
            )
            .order_by(column.score.desc(), column.attempt_id)
            .limit(1),
        )
        assert best is not None, "the attempt itself is there"
        tx.change(entry, score=best.score, reached_at=ctx.now_ms, attempt_id=best.attempt_id)
    return entry


async def join(tx: Transaction, ctx: Context, external_id: str, leaderboard_id: str) -> LeaderboardEntryRecord:
    """Have an entry on an event's board before the first score, with 0; an entry that is there stays as it is.

    404: unknown player or board. 409: the board is final, or belongs to a lobby that the player has no seat in.
    """
    player = await players.lock(tx, ctx, external_id)
    players.refuse_banned_caller(ctx, player)
    board_key = (ctx.tenant.studio_id, ctx.tenant.game_id, leaderboard_id)
    row = await tx.get(tables.leaderboards, *board_key)
    if row is None or row.environment != ctx.environment:
        not_found("Leaderboard", leaderboard_id)
    if row.finalized_at is not None:
        conflict("The leaderboard is final", finalizedReason=row.finalized_reason)
    if row.scope != GLOBAL and await tx.get(tables.lobby_members, *player.primary_key(), row.scope) is None:
        conflict("The leaderboard is a lobby's in which the player has no seat", lobbyId=row.scope)
    entry = await tx.get(tables.leaderboard_entries, *board_key, player.player_id)
    if entry is not None:
        return entry
    new = dict(zip(("studio_id", "game_id", "leaderboard_id"), board_key, strict=True))
    return tx.add(
        tables.leaderboard_entries,
        {**new, "participant_id": player.player_id, "score": 0.0, "reached_at": ctx.now_ms},
    )


async def rank(tx: Transaction, attempt: AttemptRecord) -> int | None:
    """The player's rank on the attempt's board, from 1; None without an entry."""
    entry = await tx.get(
        tables.leaderboard_entries,
        attempt.studio_id,
        attempt.game_id,
        attempt.leaderboard_id,
        attempt.player_id,
    )
    if entry is None:
        return None
    earlier = sa.or_(
        _ENTRY.reached_at < entry.reached_at,
        sa.and_(_ENTRY.reached_at == entry.reached_at, _ENTRY.participant_id < entry.participant_id),
    )
    ahead = sa.or_(_ENTRY.score > entry.score, sa.and_(_ENTRY.score == entry.score, earlier))
    count = await tx.scalar(
        sa.select(sa.func.count())
        .select_from(tables.leaderboard_entries)
        .where(*_on(attempt), _ENTRY.score >= entry.score, ahead)
    )
    return int(count) + 1


def _on(attempt: AttemptRecord) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _ENTRY.studio_id == attempt.studio_id,
        _ENTRY.game_id == attempt.game_id,
        _ENTRY.leaderboard_id == attempt.leaderboard_id,
    )
