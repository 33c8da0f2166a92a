"""Matchmaking: find a seat, fill free seats with bots, and decide when a lobby is ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.rewards.rolls import rng_for
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import EventRecord, EventWindowRecord, GameRecord, LobbyRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

# What happens to free seats after the time to fill (contract/GAME.md#game-settings); by default a lobby starts
# short.
WITH_BOTS: Final = "fill_with_bots"
START_SHORT: Final = "start_short"
WAIT_FULL: Final = "wait_full"

GAME_SETTING: Final = "lobbyFillStrategy"

DEFAULT_SECONDS: Final = 30
"""The default time a lobby waits for players; SDKs ask for 60 seconds at most (contract/SDK.md#lobbies)."""

BOT: Final = "bot"

_BEST_OF_BOTS: Final = 100
"""The limit of bot scores in an event without a target."""

Json = Mapping[str, Any]


def strategy(event: EventRecord, game: GameRecord, fill_bots: bool | None = None) -> str | None:
    """The fill strategy of a new lobby, from the request, the event or the game; None if none is set.

    `fill_bots` of a lobby or event is short for fill_with_bots, or for any other strategy if false.
    """
    chosen: str | None = event.fill_strategy or game.settings.get(GAME_SETTING)
    bots = event.fill_bots if fill_bots is None else fill_bots
    if fill_bots is None and event.fill_strategy is not None:
        return chosen
    if bots:
        return WITH_BOTS
    return START_SHORT if bots is False and chosen == WITH_BOTS else chosen


def fill_by(event: EventRecord, how: str | None, now_ms: int) -> int | None:
    """When a new lobby stops waiting; None if it waits until it is full."""
    if how == WAIT_FULL:
        return None
    seconds = event.fill_timeout_seconds
    return now_ms + 1000 * (DEFAULT_SECONDS if seconds is None else int(seconds))


def due(lobby: LobbyRecord, now_ms: int) -> bool:
    """Whether a forming lobby is ready: it is full, or its time to fill is over."""
    if lobby.participant_count >= lobby.capacity:
        return True
    return lobby.fill_strategy != WAIT_FULL and lobby.fill_by is not None and lobby.fill_by <= now_ms


def bot_slots(lobby: LobbyRecord, now_ms: int) -> int:
    """The number of seats of bots; while the lobby forms, it grows with time."""
    if lobby.status != "forming":
        return int(lobby.bot_slots)
    if lobby.fill_strategy != WITH_BOTS or lobby.fill_by is None:
        return 0
    duration = lobby.fill_by - lobby.created_at
    passed = min(max(now_ms - lobby.created_at, 0), duration)
    most: int = lobby.capacity - 1
    return most * passed // duration if duration > 0 else most


def is_played_out() -> sa.ColumnElement[bool]:
    """The condition that each player of a lobby has played there, and none is still playing."""
    lobby, seat, attempt = tables.lobbies.c, tables.lobby_members.c, tables.attempts.c
    attempts_here = sa.select(sa.literal(1)).where(
        attempt.studio_id == seat.studio_id,
        attempt.game_id == seat.game_id,
        attempt.player_id == seat.player_id,
        attempt.event_id == lobby.event_id,
        attempt.leaderboard_id == lobby.leaderboard_id,
    )
    playing = (
        attempts_here.where(attempt.status == "in_progress").correlate(tables.lobby_members, tables.lobbies).exists()
    )
    absent = ~attempts_here.correlate(tables.lobby_members, tables.lobbies).exists()
    unfinished = (
        sa.select(sa.literal(1))
        .where(
            seat.studio_id == lobby.studio_id,
            seat.game_id == lobby.game_id,
            seat.lobby_id == lobby.lobby_id,
            sa.or_(absent, playing),
        )
        .correlate(tables.lobbies)
        .exists()
    )
    return sa.and_(lobby.status == "active", lobby.participant_count > 0, ~unfinished)


async def seat_bots(tx: Transaction, ctx: Context, lobby: LobbyRecord, event: EventRecord, board: str) -> int:
    """Put a bot on the board for each free seat, if the lobby fills with bots, and return how many.

    A bot's score is drawn once, below the event's target, so that players who reach it are ahead of every bot.
    """
    free: int = lobby.capacity - lobby.participant_count
    if lobby.fill_strategy != WITH_BOTS or free <= 0:
        return 0
    best = sum(
        int(metric["target"] * metric.get("scorePerUnit", 1))
        for metric in event.metrics
        if metric.get("target") is not None
    )
    dice = await rng_for(tx, ctx, f"bots/{lobby.lobby_id}")
    for _ in range(free):
        tx.add(
            tables.leaderboard_entries,
            {
                "studio_id": ctx.tenant.studio_id,
                "game_id": ctx.tenant.game_id,
                "leaderboard_id": board,
                "participant_id": ctx.new_id(),
                "kind": BOT,
                "score": float(dice.below(best if best > 0 else _BEST_OF_BOTS)),
                "reached_at": ctx.now_ms,
            },
        )
    return free


async def find_open(tx: Transaction, ctx: Context, window: EventWindowRecord) -> str | None:
    """The oldest lobby of the window with a free seat; lobbies pushed by a studio take no others."""
    column = tables.lobbies.c
    lobby_id: str | None = await tx.scalar(
        sa.select(column.lobby_id)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.window_id == window.window_id,
            column.environment == ctx.environment,
            sa.text("lobbies.status <> 'closed'"),  # as in the index, so that it is used
            column.status == "forming",
            column.key.is_(None),
            column.participant_count < column.capacity,
            sa.or_(column.fill_by.is_(None), column.fill_by > ctx.now_ms),
        )
        .order_by(column.created_at, column.lobby_id)
        .limit(1)
    )
    return lobby_id


async def find_seat(tx: Transaction, player: PlayerRecord, window: EventWindowRecord) -> str | None:
    """The player's current lobby in the window, an active one before a forming one.

    A lobby that the player has finished playing does not count: the next start is another match.
    """
    lobby, seat, attempt = tables.lobbies.c, tables.lobby_members.c, tables.attempts.c
    attempts_here = sa.select(sa.literal(1)).where(
        attempt.studio_id == player.studio_id,
        attempt.game_id == player.game_id,
        attempt.player_id == player.player_id,
        attempt.event_id == window.event_id,
        attempt.started_at >= lobby.started_at,
        attempt.leaderboard_id == lobby.leaderboard_id,
    )
    played, playing = attempts_here.exists(), attempts_here.where(attempt.status == "in_progress").exists()
    lobby_id: str | None = await tx.scalar(
        sa.select(lobby.lobby_id)
        .join(
            tables.lobby_members,
            sa.and_(seat.studio_id == lobby.studio_id, seat.game_id == lobby.game_id, seat.lobby_id == lobby.lobby_id),
        )
        .where(
            seat.studio_id == player.studio_id,
            seat.game_id == player.game_id,
            seat.player_id == player.player_id,
            lobby.window_id == window.window_id,
            sa.or_(lobby.status == "forming", sa.and_(lobby.status == "active", sa.or_(~played, playing))),
        )
        .order_by(lobby.status, seat.joined_at.desc(), lobby.lobby_id)  # `active` comes before `forming`
        .limit(1)
    )
    return lobby_id
