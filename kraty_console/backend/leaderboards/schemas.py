"""What a game sends to join a leaderboard."""

from __future__ import annotations

from kraty_console.backend.economy.server_schemas import Segment
from kraty_console.backend.http.sdk_requests import GameRequest


class Joining(GameRequest):
    """Have an entry on a board; in a segment, where the board lets the game choose."""

    segment: Segment | None = None
