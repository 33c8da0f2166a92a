"""Handlers of leaderboards."""

from __future__ import annotations

from kraty_console.backend.http import query_parameters
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.stream_replies import stream_reply
from kraty_console.backend.leaderboards import game_boards, segments
from kraty_console.backend.leaderboards import queries as board_queries
from kraty_console.backend.leaderboards import service as leaderboards
from kraty_console.backend.leaderboards.board_feed import BoardFeed, board_events
from kraty_console.backend.leaderboards.queries import BoardReader
from kraty_console.backend.leaderboards.schemas import Joining, PlayerScore, Score
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import invalid, not_found
from kraty_console.backend.storage.tables import BoardRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT

_NOW = "current"


async def read_event_board(call: Call) -> HandlerReply:
    """An event's board."""
    leaderboard_id, reader = query_parameters.leaderboard_id(call), _reader(call)
    async with call.services.db.read() as tx:
        board = await board_queries.event_board(tx, call.game, leaderboard_id, reader)
    if board is None:
        not_found("Leaderboard", leaderboard_id)
    return HandlerReply(board)


async def event_board_stream(call: Call) -> HandlerReply:
    """Stream changes among the first entries of an event's board, until it is final."""
    name = query_parameters.leaderboard_id(call)
    async with call.services.db.read() as tx:
        board = await board_queries.find_event_board(tx, call.game, call.environment, name)
    if board is None:
        not_found("Leaderboard", name)
    return stream_reply(call, BoardFeed(board), board_events)


async def join_event_board(call: Call) -> HandlerReply:
    """Join an event's board; the answer is the board."""
    player, leaderboard_id = call.text("externalPlayerId"), query_parameters.leaderboard_id(call)
    reader = _self_reader(call, player)
    body = await call.body(GameRequest)

    async def join(tx: Transaction, ctx: Context) -> RuleResult:
        await leaderboards.join(tx, ctx, player, leaderboard_id)
        board = await board_queries.event_board(tx, ctx.tenant, leaderboard_id, reader)
        return RuleResult(200, {**(board or {}), "joined": True})

    return await call.change(body, join)


async def read(call: Call) -> HandlerReply:
    """One segment of a game's board, in a period."""
    reader, at_ms = _reader(call), query_parameters.timestamp(call, "period", now=_NOW)
    async with call.services.db.read() as tx:
        board = await _board_of_path(call, tx)
        return HandlerReply(
            await board_queries.board(tx, call.game, board, reader, segment=_segment(call), at_ms=at_ms)
        )


async def standings(call: Call) -> HandlerReply:
    """Several segments of a game's board."""
    reader, at_ms = _reader(call), query_parameters.timestamp(call, "period", now=_NOW)
    scope: board_queries.Scope = query_parameters.one_of(call, "scope", board_queries.SCOPES, "all")
    segment, most = _segment(call), query_parameters.integer(call, "maxSegments", 20, 100)
    if scope in ("self_segment", "mine") and reader.external_id is None:
        raise invalid("externalId", f"is required with the scope {scope}")
    if scope == "segment" and segment is None:
        raise invalid("segment", "is required with the scope segment")
    async with call.services.db.read() as tx:
        board = await _board_of_path(call, tx)
        data = await board_queries.board_standings(
            tx, call.game, board, reader, scope=scope, segment=segment, at_ms=at_ms, max_segments=most
        )
    return HandlerReply(data)


async def periods(call: Call) -> HandlerReply:
    """The past periods of a game's board."""
    limit = query_parameters.integer(call, "limit", 12, 52)
    async with call.services.db.read() as tx:
        board = await _board_of_path(call, tx)
    return HandlerReply(board_queries.board_periods(board, call.now_ms, limit))


async def join(call: Call) -> HandlerReply:
    """Join a game's board; the answer is the board."""
    player, key = call.text("externalPlayerId"), call.text("boardKey")
    reader = _self_reader(call, player)
    body = await call.body(Joining)

    async def enter(tx: Transaction, ctx: Context) -> RuleResult:
        entry = await game_boards.join(tx, ctx, player, key, segment=body.segment)
        board = await game_boards.find(tx, ctx, key)
        data = await board_queries.board(tx, ctx.tenant, board, reader, segment=entry.segment)
        return RuleResult(200, {**data, "joined": True})

    return await call.change(body, enter)


async def score_for_game(call: Call) -> HandlerReply:
    """Record the player's own score, if the game accepts such scores."""
    player, key = call.text("externalPlayerId"), call.text("boardKey")
    body = await call.body(Score)
    return await call.change(
        body, lambda tx, ctx: game_boards.score(tx, ctx, player, key, body.value, segment=body.segment)
    )


async def _board_of_path(call: Call, tx: Transaction) -> BoardRecord:
    key = call.text("boardKey")
    board = await board_queries.find_board(tx, call.game, key)
    if board is None:
        not_found("Leaderboard", key)
    return board


def _reader(call: Call) -> BoardReader:
    return BoardReader(
        environment=call.environment,
        now_ms=call.now_ms,
        limit=query_parameters.integer(call, "limit", DEFAULT_LIMIT, MAX_LIMIT),
        external_id=call.query("externalId"),
        include_self=query_parameters.flag(call, "includeSelf"),
        progression=query_parameters.keys(call, "progression"),
    )


def _self_reader(call: Call, player: str) -> BoardReader:
    limit = query_parameters.integer(call, "limit", DEFAULT_LIMIT, MAX_LIMIT)
    return BoardReader(call.environment, call.now_ms, limit, external_id=player, include_self=True)


def _segment(call: Call) -> str | None:
    segment = call.query("segment")
    if segment is not None and len(segment) > segments.LONGEST:
        raise invalid("segment", f"must have {segments.LONGEST} characters or fewer")
    return segment


async def score_for_server(call: Call) -> HandlerReply:
    """Record a player's score."""
    key = call.text("boardKey")
    body = await call.body(PlayerScore)
    return await call.change(
        body,
        lambda tx, ctx: game_boards.score(tx, ctx, body.external_player_id, key, body.value, segment=body.segment),
    )
