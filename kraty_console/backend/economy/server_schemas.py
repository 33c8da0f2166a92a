"""What a studio's backend sends to give and take items, and to score (kraty-api 3.5, 3.8)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kraty_console.backend.http.numbers import Amount
from kraty_console.backend.http.server_requests import TOLERANT, Key, KeyedRequest, Reference
from kraty_console.backend.leaderboards.segments import LONGEST
from kraty_console.contract.limits import MAX_BALANCE, MAX_REASON
from kraty_console.contract.wire import Request

Segment = Annotated[str, Field(min_length=1, max_length=LONGEST)]

ScoreValue = Annotated[float, Field(ge=0, le=MAX_BALANCE)]
"""Within what every JSON reader keeps exactly, where it is a whole number."""


class ItemChange(Request):
    """Give or take so many of an item."""

    model_config = TOLERANT

    quantity: Amount
    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = None
    source_ref_id: Reference | None = None
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """The server surface has no tickets."""


class Score(KeyedRequest):
    """A player's score on a leaderboard of the game; a segment where the board lets the game choose."""

    value: ScoreValue
    segment: Segment | None = None


class PlayerScore(Score):
    """The same, of the player who is named."""

    external_player_id: Annotated[str, Field(min_length=1, max_length=512)]
