"""Scoring from the studio's backend (kraty-api 3.8)."""

from __future__ import annotations

from kraty_console.backend.api.calls import Call
from kraty_console.backend.api.envelope import HandlerReply
from kraty_console.backend.api.server.collecting_requests import PlayerScore
from kraty_console.backend.engine import boards


async def score(call: Call) -> HandlerReply:
    """Count a player's score."""
    key = call.text("boardKey")
    asked = await call.body(PlayerScore)
    return await call.change(
        asked,
        lambda tx, ctx: boards.score(tx, ctx, asked.external_player_id, key, asked.value, segment=asked.segment),
    )
