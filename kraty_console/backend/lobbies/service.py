"""Lobbies: groups of players with a board of their own, `forming → active → closed`.

Locks are taken in one order, which prevents deadlocks: the window (while a seat is searched), the lobby, then players
in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.leaderboards import service as leaderboards
from kraty_console.backend.lobbies import matchmaking
from kraty_console.backend.lobbies.serializers import serialize_lobby
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import outbox
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import conflict, invalid, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import (
    EventRecord,
    EventWindowRecord,
    LobbyMemberRecord,
    LobbyRecord,
    PlayerRecord,
)
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName

MODE: Final = "lobby_matched"
DEFAULT_CAPACITY: Final = 10
MAX_CAPACITY: Final = 1000


async def create(
    tx: Transaction,
    ctx: Context,
    event_key: str,
    *,
    capacity: int | None = None,
    key: str | None = None,
    fill_by: int | None = None,
) -> RuleResult:
    """Create a forming lobby in the event's open window, or return the lobby of that `key`
    (contract/SERVER.md#lobbies).

    409 for an event of another leaderboard mode, or between windows.
    """
    event, window = await _open_event(tx, ctx, event_key)
    how = matchmaking.strategy(event, await definitions.game(tx, ctx))
    lobby, made = await _new(tx, ctx, event, window, capacity=capacity, key=key, fill_by=fill_by, how=how)
    return RuleResult(201 if made else 200, await lobby_answer(tx, ctx, lobby))


async def push(
    tx: Transaction,
    ctx: Context,
    event_key: str,
    key: str,
    external_ids: Sequence[str],
    *,
    capacity: int | None = None,
    fill_bots: bool | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> RuleResult:
    """Create a lobby that the studio matched itself; unknown players are created (contract/SERVER.md#lobbies).

    It is active at once, with any number of players; no others are matched into it, and bots get the free seats if it
    fills with bots. A key that was pushed before returns its lobby, whatever the rest of the request (200). The answer
    is the lobby itself.
    """
    event, window = await _open_event(tx, ctx, event_key)
    how = matchmaking.strategy(event, await definitions.game(tx, ctx), fill_bots)
    seats = list(dict.fromkeys(external_ids))
    most = capacity or event.capacity or DEFAULT_CAPACITY
    if len(seats) > most:
        raise invalid("externalPlayerIds", f"at most {most}, the lobby's capacity", verb="must have")
    lobby, made = await _new(tx, ctx, event, window, capacity=most, key=key, fill_by=None, how=how, metadata=metadata)
    if made:
        known = {external_id: await players.find_or_create(tx, ctx, external_id) for external_id in sorted(seats)}
        for player_id in sorted(known.values()):
            _add_member(tx, ctx, await players.lock_by_id(tx, ctx, player_id), lobby)
        await _start(tx, ctx, lobby)
    await advance(tx, ctx, lobby)
    return RuleResult(201 if made else 200, (await lobby_answer(tx, ctx, lobby))["lobby"])


async def join(tx: Transaction, ctx: Context, lobby_id: str, external_id: str) -> RuleResult:
    """Take a seat; joining again changes nothing. 409 if the lobby is full or no longer forming."""
    lobby = await lock_lobby(tx, ctx, lobby_id)
    player = await players.upsert(tx, ctx, external_id)
    await take_seat(tx, ctx, player, lobby)
    return RuleResult(200, await lobby_answer(tx, ctx, lobby))


async def start(tx: Transaction, ctx: Context, lobby_id: str) -> RuleResult:
    """Start the lobby: it gets its board, and counts as active for each of its players."""
    lobby = await lock_lobby(tx, ctx, lobby_id)
    _refuse_unless_forming(lobby)
    await _start(tx, ctx, lobby)
    return RuleResult(200, await lobby_answer(tx, ctx, lobby))


async def close(tx: Transaction, ctx: Context, lobby_id: str) -> RuleResult:
    """End the lobby; a closed one stays as it is."""
    lobby = await lock_lobby(tx, ctx, lobby_id)
    if lobby.status != "closed":
        await _close(tx, ctx, lobby)
    return RuleResult(200, await lobby_answer(tx, ctx, lobby))


async def read_lobby(tx: Transaction, ctx: Context, lobby_id: str) -> LobbyRecord:
    """The stored lobby; 404 outside the context's environment."""
    lobby = None
    if is_id(lobby_id):
        lobby = await tx.get(tables.lobbies, ctx.tenant.studio_id, ctx.tenant.game_id, lobby_id)
    if lobby is None or lobby.environment != ctx.environment:
        not_found("Lobby", lobby_id)
    return lobby


async def settle(tx: Transaction, ctx: Context, lobby_id: str) -> RuleResult:
    """The lobby after a due start or end (`advance`); 404 outside the context's environment."""
    lobby = await lock_lobby(tx, ctx, lobby_id)
    if lobby.environment != ctx.environment:
        not_found("Lobby", lobby_id)
    await advance(tx, ctx, lobby)
    return RuleResult(200, (await lobby_answer(tx, ctx, lobby))["lobby"])


async def is_due(tx: Transaction, ctx: Context, lobby: LobbyRecord) -> bool:
    """Whether the lobby should start or close now (`advance`)."""
    if lobby.status == "closed":
        return False
    if await _is_over(tx, ctx, lobby):
        return True
    return matchmaking.due(lobby, ctx.now_ms) if lobby.status == "forming" else await _is_played_out(tx, lobby)


async def _is_over(tx: Transaction, ctx: Context, lobby: LobbyRecord) -> bool:
    return bool((await definitions.window(tx, ctx, lobby.window_id)).ends_at <= ctx.now_ms)


async def _is_played_out(tx: Transaction, lobby: LobbyRecord) -> bool:
    column = tables.lobbies.c
    conditions = (
        tables.lobbies.columns[name] == value
        for name, value in zip(("studio_id", "game_id", "lobby_id"), lobby.primary_key(), strict=True)
    )
    return await tx.scalar(sa.select(column.lobby_id).where(*conditions, matchmaking.is_played_out())) is not None


async def advance(tx: Transaction, ctx: Context, lobby: LobbyRecord) -> bool:
    """Start a lobby (locked) that is full or has waited long enough, or close it.

    It closes when its window is over, when it stayed empty, and when all of its players have played. Called by the
    worker and by requests that read the lobby; True if it started or closed.
    """
    if not await is_due(tx, ctx, lobby):
        return False
    if lobby.status == "forming" and lobby.participant_count and not await _is_over(tx, ctx, lobby):
        await _start(tx, ctx, lobby)
    else:
        await _close(tx, ctx, lobby)
    return True


async def find_lobby(
    tx: Transaction, ctx: Context, event: EventRecord, window: EventWindowRecord, external_id: str
) -> LobbyRecord:
    """The lobby, locked, for a player who wants to play: their own, else the oldest with room, else a new one.

    Searches in one window take turns, so that many at once fill one lobby instead of several.
    """
    lobby_id = await _seat_of(tx, ctx, window, external_id)
    if lobby_id is None:
        await tx.get(tables.event_windows, *window.primary_key(), lock=True)
        lobby_id = await _seat_of(tx, ctx, window, external_id) or await matchmaking.find_open(tx, ctx, window)
    if lobby_id is not None:
        return await lock_lobby(tx, ctx, lobby_id)
    how = matchmaking.strategy(event, await definitions.game(tx, ctx))
    wait = matchmaking.fill_by(event, how, ctx.now_ms)
    return (await _new(tx, ctx, event, window, capacity=None, key=None, fill_by=wait, how=how))[0]


async def take_seat(tx: Transaction, ctx: Context, player: PlayerRecord, lobby: LobbyRecord) -> None:
    """Seat the player (locked) in the lobby (locked), unless they have one; 409 if it is full or not forming."""
    if await tx.get(tables.lobby_members, *player.primary_key(), lobby.lobby_id) is not None:
        return
    _refuse_unless_forming(lobby)
    if lobby.participant_count >= lobby.capacity:
        conflict("The lobby is full", capacity=lobby.capacity)
    _add_member(tx, ctx, player, lobby)


def _refuse_unless_forming(lobby: LobbyRecord) -> None:
    if lobby.status != "forming":
        conflict(f"The lobby is {lobby.status}", status=lobby.status)


async def lock_lobby(tx: Transaction, ctx: Context, lobby_id: str) -> LobbyRecord:
    """The lobby, locked; 404 if there is none."""
    lobby = None
    if is_id(lobby_id):
        lobby = await tx.get(tables.lobbies, ctx.tenant.studio_id, ctx.tenant.game_id, lobby_id, lock=True)
    if lobby is None:
        not_found("Lobby", lobby_id)
    return lobby


async def lobby_answer(tx: Transaction, ctx: Context, lobby: LobbyRecord) -> dict[str, Any]:
    """`{lobby}` in wire form, with the current number of bot seats."""
    event = await definitions.event(tx, ctx, lobby.event_id)
    return {"lobby": {**serialize_lobby(lobby, event.key), "botSlots": matchmaking.bot_slots(lobby, ctx.now_ms)}}


async def _open_event(tx: Transaction, ctx: Context, event_key: str) -> tuple[EventRecord, EventWindowRecord]:
    event = await definitions.event_by_key(tx, ctx, event_key)
    if event.leaderboard_mode != MODE:
        conflict(f"The event '{event_key}' has no lobbies", leaderboardMode=event.leaderboard_mode)
    window = await definitions.open_window(tx, ctx, event.event_id)
    if window is None:
        definitions.refuse_between_windows(event)
    return event, window


async def _new(
    tx: Transaction,
    ctx: Context,
    event: EventRecord,
    window: EventWindowRecord,
    *,
    capacity: int | None,
    key: str | None,
    fill_by: int | None,
    how: str | None,
    metadata: Mapping[str, Any] | None = None,
) -> tuple[LobbyRecord, bool]:
    """The lobby, locked, and whether it was created now."""
    lobby_id = ctx.new_id()
    values = {
        "studio_id": ctx.tenant.studio_id,
        "game_id": ctx.tenant.game_id,
        "lobby_id": lobby_id,
        "environment": ctx.environment,
        "event_id": event.event_id,
        "window_id": window.window_id,
        "key": key,
        "mode": MODE,
        "status": "forming",
        "capacity": capacity or event.capacity or DEFAULT_CAPACITY,
        "fill_by": fill_by,
        "fill_strategy": how,
        "metadata": None if metadata is None else dict(metadata),
        "created_at": ctx.now_ms,
    }
    if await tx.insert_if_absent(tables.lobbies, values):
        lobby = await lock_lobby(tx, ctx, lobby_id)
        await _emit(tx, ctx, EventName.LOBBY_CREATED, lobby)
        return lobby, True
    column = tables.lobbies.c
    existing = await tx.find(
        tables.lobbies,
        column.studio_id == ctx.tenant.studio_id,
        column.game_id == ctx.tenant.game_id,
        column.event_id == event.event_id,
        column.environment == ctx.environment,
        column.key == key,
        lock=True,
    )
    assert existing is not None, "the lobby of that key is there"
    return existing, False


def _add_member(tx: Transaction, ctx: Context, player: PlayerRecord, lobby: LobbyRecord) -> None:
    key = (*player.primary_key(), lobby.lobby_id)
    tx.add(
        tables.lobby_members,
        dict(zip(("studio_id", "game_id", "player_id", "lobby_id"), key, strict=True)) | {"joined_at": ctx.now_ms},
    )
    tx.change(lobby, participant_count=lobby.participant_count + 1)


async def _start(tx: Transaction, ctx: Context, lobby: LobbyRecord) -> None:
    event = await definitions.event(tx, ctx, lobby.event_id)
    window = await definitions.window(tx, ctx, lobby.window_id)
    board = await leaderboards.board(tx, ctx, event, window, lobby.lobby_id)
    tx.change(lobby, status="active", leaderboard_id=board, started_at=ctx.now_ms, ends_at=window.ends_at)
    if bots := await matchmaking.seat_bots(tx, ctx, lobby, event, board):
        tx.change(lobby, bot_slots=bots)
    await _count(tx, ctx, lobby.lobby_id, +1)
    await _emit(tx, ctx, EventName.LOBBY_STARTED, lobby)


async def _close(tx: Transaction, ctx: Context, lobby: LobbyRecord) -> None:
    """Close a lobby and make its board final."""
    if lobby.status == "active":
        await _count(tx, ctx, lobby.lobby_id, -1)
        reason = leaderboards.WINDOW_CLOSED if await _is_over(tx, ctx, lobby) else leaderboards.SESSION_TERMINATED
        assert lobby.leaderboard_id is not None, "an active lobby has a board"
        await leaderboards.finalize(tx, ctx, lobby.leaderboard_id, reason)
    tx.change(lobby, status="closed", ends_at=ctx.now_ms)
    await _emit(tx, ctx, EventName.LOBBY_CLOSED, lobby)


async def _emit(tx: Transaction, ctx: Context, event: EventName, lobby: LobbyRecord) -> None:
    data = await lobby_answer(tx, ctx, lobby)
    if lobby.metadata is not None:
        data["lobby"]["metadata"] = lobby.metadata
    outbox.emit_of_game(tx, ctx, event, lobby.environment, data)


async def _seat_of(tx: Transaction, ctx: Context, window: EventWindowRecord, external_id: str) -> str | None:
    player = await players.peek(tx, ctx, external_id)
    return None if player is None else await matchmaking.find_seat(tx, player, window)


async def _count(tx: Transaction, ctx: Context, lobby_id: str, by: int) -> None:
    """Update each player's total of active lobbies; locked in the order of their ids to prevent deadlocks."""
    column = tables.lobby_members.c
    seats = await tx.records(
        LobbyMemberRecord,
        sa.select(column.player_id)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.lobby_id == lobby_id,
        )
        .order_by(column.player_id),
    )
    for seat in seats:
        player = await players.lock_by_id(tx, ctx, seat.player_id)
        tx.change(player, lobbies_active=player.lobbies_active + by)
