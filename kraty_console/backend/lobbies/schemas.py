"""Requests about lobbies."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictBool

from kraty_console.backend.http.request_models import WHOLE, GameRequest
from kraty_console.backend.lobbies.service import MAX_CAPACITY

PlayerId = Annotated[str, Field(min_length=1, max_length=512)]


class LobbyPush(GameRequest):
    """A lobby that the studio matched itself, identified by its key when it is pushed again."""

    key: Annotated[str, Field(min_length=1, max_length=200)]
    external_player_ids: Annotated[list[PlayerId], Field(min_length=1, max_length=MAX_CAPACITY)]
    capacity: Annotated[int, Field(ge=1, le=MAX_CAPACITY), WHOLE] | None = None
    fill_bots: StrictBool | None = None
    metadata: dict[str, Any] | None = None
