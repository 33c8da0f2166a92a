"""Gifts between friends: rules and gifts (contract/SDK.md#gifts)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.friends import NamedPlayer
from kraty_console.contract.wire import Answer


class Giftable(Answer):
    """A resource that may be gifted, as listed in a game's settings."""

    type: str
    """`item` or `currency`."""
    key: str
    max_amount: int = 1
    """The maximum amount of one gift."""
    costs_sender: bool = False
    """Whether the gift is taken from the sender."""


class Gifting(Answer):
    """The gift rules of a game; a missing switch is off, a missing limit is unlimited."""

    enabled: bool = False
    cooldown_seconds: int = Field(default=0, ge=0)
    """Time between two gifts to the same friend."""
    daily_send_limit: int | None = Field(default=None, ge=0)
    """Gifts that a player may send in 24 hours, to all friends together; None for no limit."""
    resources: list[Giftable] = Field(default_factory=list)

    def keys(self, type_: str) -> list[str]:
        """The listed keys of one type."""
        return [each.key for each in self.resources if each.type == type_]

    def find(self, type_: str, key: str) -> Giftable | None:
        """The listed resource; None if it may not be gifted."""
        return next((each for each in self.resources if (each.type, each.key) == (type_, key)), None)


class GiftableResource(Answer):
    """A resource that may be gifted, as shown to players."""

    type: str
    key: str
    name: Any = None
    """A string, or a map of language to string."""
    icon_url: str | None = None
    economy_kind: str | None = None
    """`currency` or `progression`; for currencies only."""
    rarity: str | None = None
    """For items only."""
    max_amount: int
    costs_sender: bool


class GiftCatalog(Answer):
    """What a player may gift, and how often."""

    enabled: bool
    cooldown_seconds: int
    daily_send_limit: int | None = None
    sent_today: int
    """Gifts that the player sent in the last 24 hours."""
    resources: list[GiftableResource] = Field(default_factory=list)


class Gift(Answer):
    """A gift, seen by the sender or the receiver."""

    gift_id: str
    grant_id: str
    """The grant that contains it; claiming the grant claims the gift."""
    direction: str
    """`incoming` or `outgoing`."""
    player: NamedPlayer
    """The other player: sender or receiver."""
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
    """Gifts, newest first."""

    gifts: list[Gift] = Field(default_factory=list)


class OneGift(Answer):
    """The gift that was sent or claimed."""

    gift: Gift
