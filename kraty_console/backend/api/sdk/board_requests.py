"""What a game sends to join a leaderboard."""

from __future__ import annotations

from kraty_console.backend.api.sdk.requests import GameRequest
from kraty_console.backend.api.server.collecting_requests import Segment


class Joining(GameRequest):
    """Have an entry on a board; in a segment, where the board lets the game choose."""

    segment: Segment | None = None
