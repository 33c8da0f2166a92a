"""The game's own leaderboards: submitted scores and ranked balances.

A score counts in the period of its time and the segment of its player. Entries are updated in the transaction that
changes them; of equal scores the earlier ranks higher.
"""

from __future__ import annotations

from typing import Any, Final

from kraty_console.backend.catalog import definitions
from kraty_console.backend.leaderboards import ranking, segments
from kraty_console.backend.leaderboards.periods import period_of
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import amounts, formats, idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError, conflict, not_found
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import BoardEntryRecord, BoardRecord, CurrencyRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from kraty_console.contract.wire import MAX_BALANCE

SCORE: Final = "leaderboard.score"

CLIENT_SCORES: Final = "acceptClientScores"
"""The setting that lets game clients submit scores (contract/GAME.md#game-settings)."""


async def find(tx: Transaction, ctx: Context, key: str) -> BoardRecord:
    """The board of that key; 404 if there is none or it is archived."""
    column = tables.boards.c
    board = await tx.find(
        tables.boards,
        column.studio_id == ctx.tenant.studio_id,
        column.game_id == ctx.tenant.game_id,
        column.key == key,
    )
    if board is None or board.archived_at is not None:
        not_found("Leaderboard", key)
    return board


async def score(
    tx: Transaction, ctx: Context, external_id: str, key: str, value: float, *, segment: str | None = None
) -> RuleResult:
    """Record a score: the best, the latest or the sum, as the board is set. `{leaderboardId, score, rank}`.

    The rank is None below the first hundred thousand (`ranking`). 404: unknown player or board. 400
    `score_not_supported`: the board ranks a balance. From a game client: 403 `client_scoring_disabled` unless the game
    accepts such scores.
    """
    amounts.check_score(value, "value")
    request = {"player": external_id, "board": key, "value": value, "segment": segment}
    earlier = await idempotency.replay(tx, ctx, SCORE, request)
    if earlier is not None:
        return earlier
    player = await players.lock(tx, ctx, external_id)
    players.refuse_banned_caller(ctx, player)
    if ctx.surface == "sdk":
        await _refuse_client_scores(tx, ctx)
    board = await find(tx, ctx, key)
    if board.ranked_by is not None:
        raise RuleError(
            Code.SCORE_NOT_SUPPORTED,
            f"'{key}' ranks by the balance of '{board.ranked_by}'; no scores are sent to it",
            {"economyKey": board.ranked_by},
        )
    entry, fresh = await _entry(tx, ctx, player, board, await segments.segment_of(tx, player, board, segment))
    _count(tx, ctx, entry, value if fresh else _aggregate(board.score_aggregation, entry.score, value))
    tx.change(entry, scored_at=ctx.now_ms)
    rank = await ranking.rank_among(tx, ranking.of_entry(entry), entry)
    data = {"leaderboardId": board.board_id, "score": formats.number(entry.score), "rank": rank}
    return await idempotency.keep(tx, ctx, SCORE, 200, data)


async def join(
    tx: Transaction, ctx: Context, external_id: str, key: str, *, segment: str | None = None
) -> BoardEntryRecord:
    """Create the player's entry on the board, with 0 or the ranked balance; an existing score is never reset."""
    player = await players.lock(tx, ctx, external_id)
    players.refuse_banned_caller(ctx, player)
    board = await find(tx, ctx, key)
    entry, fresh = await _entry(tx, ctx, player, board, await segments.segment_of(tx, player, board, segment))
    if fresh and board.ranked_by is not None:
        held = await tx.get(tables.wallets, *player.primary_key(), board.ranked_by)
        _count(tx, ctx, entry, 0 if held is None else held.balance)
    return entry


async def update_from_balance(
    tx: Transaction, ctx: Context, player: PlayerRecord, currency: CurrencyRecord, balance: int
) -> None:
    """Update every board that ranks by this currency to the player's balance."""
    for board_id in currency.ranked_boards or ():
        board = await tx.get(tables.boards, *currency.primary_key()[:2], board_id)
        if board is None or board.archived_at is not None:
            continue
        entry, _fresh = await _entry(tx, ctx, player, board, await segments.segment_of(tx, player, board))
        _count(tx, ctx, entry, balance)


async def _entry(
    tx: Transaction, ctx: Context, player: PlayerRecord, board: BoardRecord, segment: str
) -> tuple[BoardEntryRecord, bool]:
    """The player's entry in the current period, and whether it was created now, with a score of 0.

    If the segment follows from the player, the entry moves with the player; if the game chooses it, there is one entry
    per segment.
    """
    period = period_of(board.reset_cadence, board.created_at, ctx.now_ms).starts_at
    tenant = {"studio_id": board.studio_id, "game_id": board.game_id}
    where = {"board_id": board.board_id, "environment": player.environment, "period": period}
    key = {
        **tenant,
        **where,
        "participant_id": player.player_id,
        "lane": segment if segments.chosen_by_game(board) else "",
    }
    entry = await tx.get(tables.board_entries, *key.values())
    if entry is not None and entry.segment == segment:
        return entry, False
    if await tx.get(tables.board_segments, *tenant.values(), *where.values(), segment) is None:
        await tx.insert_if_absent(
            tables.board_segments, {**tenant, **where, "segment": segment, "created_at": ctx.now_ms}
        )
    if entry is not None:
        return tx.change(entry, segment=segment), False
    new = {**key, "segment": segment, "score": 0.0, "reached_at": ctx.now_ms}
    return tx.add(tables.board_entries, new), True


def _count(tx: Transaction, ctx: Context, entry: BoardEntryRecord, value: float) -> None:
    """Set the score of an entry; an unchanged score keeps the time when it was reached."""
    if value > MAX_BALANCE:  # a sum of scores that are each within bounds
        conflict(f"The score would pass {MAX_BALANCE}", limit=MAX_BALANCE)
    if value != entry.score:
        tx.change(entry, score=float(value), reached_at=ctx.now_ms)


def _aggregate(how: str, held: float, value: float) -> float:
    match how:
        case "sum":
            return held + value
        case "latest":
            return value
        case _:
            return max(held, value)


async def _refuse_client_scores(tx: Transaction, ctx: Context) -> None:
    settings: dict[str, Any] = (await definitions.game(tx, ctx)).settings
    if settings.get(CLIENT_SCORES) is not True:
        raise RuleError(
            Code.CLIENT_SCORING_DISABLED, "this game takes scores from its studio only, not from players' games"
        )
