"""What a text means: players and rows of any kind (contract/README.md#resolve)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from kraty_console.contract.wire import Answer


class ResolvedKind(StrEnum):
    """The kinds of what an id can name."""

    PLAYER = "player"
    ATTEMPT = "attempt"
    GRANT = "grant"
    LOBBY = "lobby"
    AUDIT = "audit"
    DELIVERY = "delivery"


class ResolvedBy(StrEnum):
    """How a text led to what was found."""

    EXTERNAL_ID = "external_id"
    ID = "id"
    """The internal id, or a delivery's."""
    MERGED = "merged"
    """The id of a player who was merged into this one."""
    LINK = "link"
    """An id in a link."""
    EMAIL = "email"
    PREFIX = "prefix"
    """The beginning of an external id."""
    NAME = "name"
    """The beginning of the name that others see, in any case; names are not unique."""


class ResolvedMatch(Answer):
    """Something that a text may mean."""

    kind: str = ""
    """A `ResolvedKind`, or an unknown value."""
    id: str
    external_player_id: str | None = None
    """The player whose row it is, or one of a lobby; None for what is about no player."""
    display_name: str | None = None
    """Of a player: the name that others see."""
    match: str = ""
    """A `ResolvedBy`, or an unknown value."""
    q: int = 0
    """Which of several texts it matched, from 0."""


class Resolved(Answer):
    """What was found, the surest first; `nearest` are ids like the text, if nothing was found."""

    matches: list[ResolvedMatch] = Field(default_factory=list)
    nearest: list[str] = Field(default_factory=list)
