"""Requests about leaderboards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kraty_console.backend.http.request_models import GameRequest, KeyedRequest
from kraty_console.backend.leaderboards.segments import LONGEST
from kraty_console.contract.limits import MAX_BALANCE

Segment = Annotated[str, Field(min_length=1, max_length=LONGEST)]

ScoreValue = Annotated[float, Field(ge=0, le=MAX_BALANCE)]
"""Within the integers that every JSON parser keeps exactly."""


class Joining(GameRequest):
    """Join a board, in a segment if the board lets the game choose."""

    segment: Segment | None = None


class Score(KeyedRequest):
    """A player's score on a leaderboard of the game, with a segment if the board lets the game choose."""

    value: ScoreValue
    segment: Segment | None = None


class PlayerScore(Score):
    """A score of the named player."""

    external_player_id: Annotated[str, Field(min_length=1, max_length=512)]
