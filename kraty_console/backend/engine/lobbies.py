"""Lobbies: a group of players with a board of their own, `forming → active → closed` (kraty-api 4: Lobby semantics)."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend import answers
from kraty_console.backend.engine import catalog, leaderboards, outbox, players
from kraty_console.backend.engine.context import Answer, Context
from kraty_console.backend.engine.errors import conflict, not_found
from kraty_console.backend.engine.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Row, Transaction
from kraty_console.contract.webhooks import EventName

MODE: Final = "lobby_matched"
DEFAULT_CAPACITY: Final = 10


async def create(
    tx: Transaction,
    ctx: Context,
    event_key: str,
    *,
    capacity: int | None = None,
    key: str | None = None,
    fill_by: int | None = None,
) -> Answer:
    """A new forming lobby in the event's open window; the lobby of that `key` when there is one (kraty-api 3.7).

    409 for an event of another leaderboard mode, or between windows.
    """
    event = await catalog.event_by_key(tx, ctx, event_key)
    if event["leaderboard_mode"] != MODE:
        conflict(f"The event '{event_key}' has no lobbies", leaderboardMode=event["leaderboard_mode"])
    window = await catalog.open_window(tx, ctx, event["event_id"])
    if window is None:
        conflict(f"The event '{event_key}' is not open now")
    lobby_id = ctx.new_id()
    values = {
        "studio_id": ctx.tenant.studio_id,
        "game_id": ctx.tenant.game_id,
        "lobby_id": lobby_id,
        "environment": ctx.environment,
        "event_id": event["event_id"],
        "window_id": window["window_id"],
        "key": key,
        "mode": MODE,
        "status": "forming",
        "capacity": capacity or event["capacity"] or DEFAULT_CAPACITY,
        "fill_by": fill_by,
        "created_at": ctx.now_ms,
    }
    if not await tx.insert_if_absent(tables.lobbies, values):
        column = tables.lobbies.c
        row = await tx.find(
            tables.lobbies,
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.event_id == event["event_id"],
            column.environment == ctx.environment,
            column.key == key,
        )
        assert row is not None, "the lobby of that key is there"
        return Answer(200, await _shown(tx, ctx, row))
    lobby = await _locked(tx, ctx, lobby_id)
    shown = await _shown(tx, ctx, lobby)
    outbox.emit_of_game(tx, ctx, EventName.LOBBY_CREATED, ctx.environment, shown)
    return Answer(201, shown)


async def join(tx: Transaction, ctx: Context, lobby_id: str, external_id: str) -> Answer:
    """Take a seat; joining twice is joining once. 409 when the lobby is full or no longer forming."""
    player = await players.upsert(tx, ctx, external_id)
    lobby = await _locked(tx, ctx, lobby_id)
    if await tx.get(tables.lobby_members, *player.key(), lobby_id) is None:
        if lobby["status"] != "forming":
            conflict(f"The lobby is {lobby['status']}", status=lobby["status"])
        if lobby["participant_count"] >= lobby["capacity"]:
            conflict("The lobby is full", capacity=lobby["capacity"])
        tx.add(
            tables.lobby_members,
            dict(zip(("studio_id", "game_id", "player_id", "lobby_id"), (*player.key(), lobby_id), strict=True))
            | {"joined_at": ctx.now_ms},
        )
        tx.change(lobby, participant_count=lobby["participant_count"] + 1)
    return Answer(200, await _shown(tx, ctx, lobby))


async def start(tx: Transaction, ctx: Context, lobby_id: str) -> Answer:
    """Let the lobby play: it gets its board, and counts as active for each of its players."""
    lobby = await _locked(tx, ctx, lobby_id)
    if lobby["status"] != "forming":
        conflict(f"The lobby is {lobby['status']}", status=lobby["status"])
    event = await catalog.event(tx, ctx, lobby["event_id"])
    window = await catalog.window(tx, ctx, lobby["window_id"])
    board = await leaderboards.board(tx, ctx, event, window, lobby_id)
    tx.change(lobby, status="active", leaderboard_id=board, started_at=ctx.now_ms, ends_at=window["ends_at"])
    await _count(tx, ctx, lobby_id, +1)
    shown = await _shown(tx, ctx, lobby)
    outbox.emit_of_game(tx, ctx, EventName.LOBBY_STARTED, lobby["environment"], shown)
    return Answer(200, shown)


async def close(tx: Transaction, ctx: Context, lobby_id: str) -> Answer:
    """End the lobby; a closed one stays as it is."""
    lobby = await _locked(tx, ctx, lobby_id)
    if lobby["status"] != "closed":
        if lobby["status"] == "active":
            await _count(tx, ctx, lobby_id, -1)
        tx.change(lobby, status="closed", ends_at=ctx.now_ms)
        outbox.emit_of_game(tx, ctx, EventName.LOBBY_CLOSED, lobby["environment"], await _shown(tx, ctx, lobby))
    return Answer(200, await _shown(tx, ctx, lobby))


async def active_lobby(tx: Transaction, ctx: Context, player: Row, window: Row) -> str:
    """The id of the active lobby the player sits in in this window; 409 without one."""
    lobby, seat = tables.lobbies.c, tables.lobby_members.c
    found: str | None = await tx.scalar(
        sa.select(lobby.lobby_id)
        .join(
            tables.lobby_members,
            sa.and_(seat.studio_id == lobby.studio_id, seat.game_id == lobby.game_id, seat.lobby_id == lobby.lobby_id),
        )
        .where(
            seat.studio_id == player["studio_id"],
            seat.game_id == player["game_id"],
            seat.player_id == player["player_id"],
            lobby.window_id == window["window_id"],
            lobby.status == "active",
        )
        .order_by(seat.joined_at.desc(), lobby.lobby_id)
        .limit(1)
    )
    if found is None:
        conflict("The player has no active lobby in this event")
    return found


async def _locked(tx: Transaction, ctx: Context, lobby_id: str) -> Row:
    lobby = None
    if is_id(lobby_id):
        lobby = await tx.get(tables.lobbies, ctx.tenant.studio_id, ctx.tenant.game_id, lobby_id, lock=True)
    if lobby is None:
        not_found("Lobby", lobby_id)
    return lobby


async def _count(tx: Transaction, ctx: Context, lobby_id: str, by: int) -> None:
    """Keep each player's total of active lobbies; locked in the order of their ids, so that two cannot deadlock."""
    column = tables.lobby_members.c
    seats = await tx.all(
        sa.select(column.player_id)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.lobby_id == lobby_id,
        )
        .order_by(column.player_id)
    )
    for seat in seats:
        player = await players.lock_by_id(tx, ctx, seat["player_id"])
        tx.change(player, lobbies_active=player["lobbies_active"] + by)


async def _shown(tx: Transaction, ctx: Context, lobby: Row) -> dict[str, Any]:
    event = await catalog.event(tx, ctx, lobby["event_id"])
    return {"lobby": answers.lobby(lobby, event["key"])}
