"""What a game sends: as strict as the rest about what is read, and blind to fields that it does not know.

SDKs put an `idempotencyKey` into every body (kraty-api 3), so it is taken, or ignored, everywhere.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from kraty_console.backend.http.numbers import Amount
from kraty_console.backend.http.server_requests import Email, KeyedRequest, one_of
from kraty_console.backend.social import friends


class GameRequest(KeyedRequest):
    """A request of a game that may be empty, or hold an `idempotencyKey` alone."""


class Registration(GameRequest):
    """Mint a player's secret (kraty-api 1.4)."""

    email: Email | None = None


class Presence(GameRequest):
    """The player is here (kraty-api 4); a status that is not named stays, null clears it."""

    status: Annotated[str, Field(max_length=64)] | None = None

    @property
    def names_status(self) -> bool:
        """Whether the status is spoken of at all."""
        return "status" in self.model_fields_set


class PlayerRefRequest(GameRequest):
    """Another player: by friend code or by external id, one of the two (kraty-api 4)."""

    model_config = ConfigDict(json_schema_extra=one_of("friendCode", "externalPlayerId"))

    friend_code: Annotated[str, Field(min_length=1, max_length=16)] | None = None
    external_player_id: Annotated[str, Field(min_length=1, max_length=512)] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> PlayerRefRequest:
        if (self.friend_code is None) == (self.external_player_id is None):
            raise PydanticCustomError("one_of_two", "must have friendCode or externalPlayerId, and not both")
        return self

    def named(self) -> friends.PlayerRef:
        """As the rules know them."""
        return friends.PlayerRef(self.friend_code, self.external_player_id)


class GiftToSend(PlayerRefRequest):
    """Give a friend something (kraty-api 4); a longer message is cut at 140 characters."""

    type: Literal["item", "currency"]
    resource_key: Annotated[str, Field(min_length=1, max_length=512)]
    amount: Amount
    message: Annotated[str, Field(max_length=2000)] | None = None
