"""Requests about friends and gifts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from kraty_console.backend.http.request_models import Amount, GameRequest, one_of
from kraty_console.backend.social.friends import PlayerRef


class PlayerRefRequest(GameRequest):
    """A reference to another player: either friend code or external id (contract/SDK.md#friends)."""

    model_config = ConfigDict(json_schema_extra=one_of("friendCode", "externalPlayerId"))

    friend_code: Annotated[str, Field(min_length=1, max_length=16)] | None = None
    external_player_id: Annotated[str, Field(min_length=1, max_length=512)] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> PlayerRefRequest:
        if (self.friend_code is None) == (self.external_player_id is None):
            raise PydanticCustomError("one_of_two", "must have friendCode or externalPlayerId, and not both")
        return self

    def named(self) -> PlayerRef:
        """The reference for the rules."""
        return PlayerRef(self.friend_code, self.external_player_id)


class GiftToSend(PlayerRefRequest):
    """Give a friend something (contract/SDK.md#gifts); a longer message is cut at 140 characters."""

    type: Literal["item", "currency"]
    resource_key: Annotated[str, Field(min_length=1, max_length=512)]
    amount: Amount
    message: Annotated[str, Field(max_length=2000)] | None = None
