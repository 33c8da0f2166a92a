"""Leaderboards as a game reads, joins and scores on them (kraty-api 4, 5.11)."""

from __future__ import annotations

from typing import Any

from kraty_console.backend import board_reads
from kraty_console.backend.api import refusals
from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import HandlerReply
from kraty_console.backend.api.sdk import parameters
from kraty_console.backend.api.sdk.board_requests import Joining
from kraty_console.backend.api.sdk.requests import GameRequest
from kraty_console.backend.api.server.collecting_requests import Score
from kraty_console.backend.board_reads import BoardReader
from kraty_console.backend.engine import boards, leaderboards, segments
from kraty_console.backend.engine.context import Context, RuleResult
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT

_NOW = "current"


async def read_event_board(call: Call) -> HandlerReply:
    """An event's board."""
    leaderboard_id, reader = parameters.leaderboard_id(call), _reader(call)
    async with call.services.db.read() as tx:
        found = await board_reads.event_board(tx, call.game, leaderboard_id, reader)
    if found is None:
        raise refusals.no_such("Leaderboard", leaderboard_id)
    return HandlerReply(found)


async def join_event_board(call: Call) -> HandlerReply:
    """Have an entry on an event's board; the board as it is then."""
    player, leaderboard_id = call.text("externalPlayerId"), parameters.leaderboard_id(call)
    reader = _self_reader(call, player)
    asked = await call.body(GameRequest)

    async def join(tx: Transaction, ctx: Context) -> RuleResult:
        await leaderboards.join(tx, ctx, player, leaderboard_id)
        found = await board_reads.event_board(tx, ctx.tenant, leaderboard_id, reader)
        return RuleResult(200, {**(found or {}), "joined": True})

    return await call.change(asked, join)


async def read(call: Call) -> HandlerReply:
    """One segment of a game's board, in a period."""
    reader, at_ms = _reader(call), parameters.moment(call, "period", now=_NOW)
    async with call.services.db.read() as tx:
        found = await _found(call, tx)
        return HandlerReply(await board_reads.board(tx, call.game, found, reader, segment=_segment(call), at_ms=at_ms))


async def standings(call: Call) -> HandlerReply:
    """Several segments of a game's board."""
    reader, at_ms = _reader(call), parameters.moment(call, "period", now=_NOW)
    scope: board_reads.Scope = parameters.one_of(call, "scope", board_reads.SCOPES, "all")
    segment, most = _segment(call), parameters.whole(call, "maxSegments", 20, 100)
    if scope in ("self_segment", "mine") and reader.external_id is None:
        raise refusals.invalid("externalId", f"is required with the scope {scope}")
    if scope == "segment" and segment is None:
        raise refusals.invalid("segment", "is required with the scope segment")
    async with call.services.db.read() as tx:
        found = await _found(call, tx)
        told = await board_reads.board_standings(
            tx, call.game, found, reader, scope=scope, segment=segment, at_ms=at_ms, max_segments=most
        )
    return HandlerReply(told)


async def periods(call: Call) -> HandlerReply:
    """The periods of a game's board that are over."""
    limit = parameters.whole(call, "limit", 12, 52)
    async with call.services.db.read() as tx:
        found = await _found(call, tx)
    return HandlerReply(board_reads.board_periods(found, call.now_ms, limit))


async def join(call: Call) -> HandlerReply:
    """Have an entry on a game's board; the board as it is then."""
    player, key = call.text("externalPlayerId"), call.text("boardKey")
    reader = _self_reader(call, player)
    asked = await call.body(Joining)

    async def enter(tx: Transaction, ctx: Context) -> RuleResult:
        entry = await boards.join(tx, ctx, player, key, segment=asked.segment)
        found = await boards.find(tx, ctx, key)
        told = await board_reads.board(tx, ctx.tenant, found, reader, segment=entry["segment"])
        return RuleResult(200, {**told, "joined": True})

    return await call.change(asked, enter)


async def score(call: Call) -> HandlerReply:
    """Count the player's own score, where the game takes such scores."""
    player, key = call.text("externalPlayerId"), call.text("boardKey")
    asked = await call.body(Score)
    return await call.change(
        asked, lambda tx, ctx: boards.score(tx, ctx, player, key, asked.value, segment=asked.segment)
    )


async def _found(call: Call, tx: Transaction) -> dict[str, Any]:
    key = call.text("boardKey")
    found = await board_reads.find_board(tx, call.game, key)
    if found is None:
        raise refusals.no_such("Leaderboard", key)
    return found


def _reader(call: Call) -> BoardReader:
    return BoardReader(
        environment=call.environment,
        now_ms=call.now_ms,
        limit=parameters.whole(call, "limit", DEFAULT_LIMIT, MAX_LIMIT),
        external_id=call.query("externalId"),
        include_self=parameters.flag(call, "includeSelf"),
        progression=parameters.keys(call, "progression"),
    )


def _self_reader(call: Call, player: str) -> BoardReader:
    limit = parameters.whole(call, "limit", DEFAULT_LIMIT, MAX_LIMIT)
    return BoardReader(call.environment, call.now_ms, limit, external_id=player, include_self=True)


def _segment(call: Call) -> str | None:
    segment = call.query("segment")
    if segment is not None and len(segment) > segments.LONGEST:
        raise refusals.invalid("segment", f"must have {segments.LONGEST} characters or fewer")
    return segment
