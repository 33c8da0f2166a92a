"""Requests about a player's profile, registration, presence and bans."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from kraty_console.backend.http.request_models import Email, ExplainedRequest, GameRequest, KeyedRequest
from kraty_console.contract.limits import MAX_REASON

MAX_NAME: Final = 64
"""Longest display name, in characters."""

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
    """Set the name that others see; without an avatar, an earlier one is removed."""

    name: Name
    avatar: Annotated[str, Field(min_length=1, max_length=MAX_AVATAR)] | None = None


class MetadataBag(KeyedRequest):
    """A player's metadata: the body is the map itself, without the `idempotencyKey` that SDKs add."""

    model_config = ConfigDict(extra="allow")

    def bag(self) -> dict[str, Any]:
        """The map."""
        return dict(self.model_extra or {})


class EmailChange(KeyedRequest):
    """The e-mail that support finds the player by; null removes it (contract/README.md#search)."""

    email: Email | None


class Registration(GameRequest):
    """Create a player's secret (contract/SDK.md#registration)."""

    email: Email | None = None


class Presence(GameRequest):
    """The player is online (contract/SDK.md#profile); a missing status stays, null clears it."""

    status: Annotated[str, Field(max_length=64)] | None = None

    @property
    def names_status(self) -> bool:
        """Whether the request has a status."""
        return "status" in self.model_fields_set


class ServerBan(ExplainedRequest):
    """Keep a player from playing; the reason goes to the audit log and into the webhook."""

    why: Annotated[str, Field(min_length=1, max_length=MAX_REASON, alias="reason")]

    @property
    def reason(self) -> str:
        """Why."""
        return self.why
