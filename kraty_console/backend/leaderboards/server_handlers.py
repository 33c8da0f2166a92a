"""Scoring from the studio's backend (kraty-api 3.8)."""

from __future__ import annotations

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.leaderboards import game_boards
from kraty_console.backend.leaderboards.schemas import PlayerScore


async def score(call: Call) -> HandlerReply:
    """Count a player's score."""
    key = call.text("boardKey")
    asked = await call.body(PlayerScore)
    return await call.change(
        asked,
        lambda tx, ctx: game_boards.score(tx, ctx, asked.external_player_id, key, asked.value, segment=asked.segment),
    )
