"""What both key surfaces ask to be written of a player: name, metadata, e-mail (kraty-api 3.3, 4)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from kraty_console.backend.http.server_requests import Email, KeyedRequest

MAX_NAME: Final = 64
"""Characters of a name that others see."""

MAX_AVATAR: Final = 512


def _visible(name: str) -> str:
    if not name.strip():
        raise PydanticCustomError("blank", "must have a character that can be seen")
    return name


Name = Annotated[
    str,
    Field(min_length=1, max_length=MAX_NAME, json_schema_extra={"pattern": "\\S"}),
    AfterValidator(_visible),
]


class IdentityChoice(KeyedRequest):
    """Choose the name that others see; without an avatar there is none from then on."""

    name: Name
    avatar: Annotated[str, Field(min_length=1, max_length=MAX_AVATAR)] | None = None


class MetadataBag(KeyedRequest):
    """What a game keeps with a player: the body is the map itself, but for the `idempotencyKey` that SDKs put there."""

    model_config = ConfigDict(extra="allow")

    def bag(self) -> dict[str, Any]:
        """The map."""
        return dict(self.model_extra or {})


class EmailChange(KeyedRequest):
    """The address that support finds the player by; null forgets it (decisions: C18)."""

    email: Email | None
