"""Gifts between friends: what a game allows, and what was given (contract/SDK.md#gifts)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.friends import NamedPlayer
from kraty_console.contract.wire import Answer


class Giftable(Answer):
    """A resource that may be given, as a game's settings list it."""

    type: str
    """`item` or `currency`."""
    key: str
    max_amount: int = 1
    """The most that one gift may hold."""
    costs_sender: bool = False
    """Whether the sender pays with their own."""


class Gifting(Answer):
    """The rules of a game, from its settings; what is not said is off, or free of bounds."""

    enabled: bool = False
    cooldown_seconds: int = Field(default=0, ge=0)
    """Between two gifts to the same friend."""
    daily_send_limit: int | None = Field(default=None, ge=0)
    """Gifts that a player may send in 24 hours, to all friends together; None for any number."""
    resources: list[Giftable] = Field(default_factory=list)

    def keys(self, type_: str) -> list[str]:
        """The keys that are listed of one type."""
        return [each.key for each in self.resources if each.type == type_]

    def find(self, type_: str, key: str) -> Giftable | None:
        """The listed resource; None when it may not be given."""
        return next((each for each in self.resources if (each.type, each.key) == (type_, key)), None)


class GiftableResource(Answer):
    """A resource that may be given, as it is shown to choose from."""

    type: str
    key: str
    name: Any = None
    """A string, or a map of language to string."""
    icon_url: str | None = None
    economy_kind: str | None = None
    """`currency` or `progression`; of currencies only."""
    rarity: str | None = None
    """Of items only."""
    max_amount: int
    costs_sender: bool


class GiftCatalog(Answer):
    """What a player may give, and how often."""

    enabled: bool
    cooldown_seconds: int
    daily_send_limit: int | None = None
    sent_today: int
    """Gifts that the player sent in the last 24 hours."""
    resources: list[GiftableResource] = Field(default_factory=list)


class Gift(Answer):
    """A gift, from either side."""

    gift_id: str
    grant_id: str
    """The grant that brings it; claiming that is claiming the gift."""
    direction: str
    """`incoming` or `outgoing`."""
    player: NamedPlayer
    """The other side: who sent it, or who got it."""
    type: str
    resource_key: str
    amount: int
    message: str | None = None
    status: str
    """`pending`, `claimed`, `expired` or `revoked`."""
    sent_at: datetime
    claimed_at: datetime | None = None
    expires_at: datetime | None = None


class Gifts(Answer):
    """Gifts, the newest first."""

    gifts: list[Gift] = Field(default_factory=list)


class OneGift(Answer):
    """The gift that was sent or claimed."""

    gift: Gift
