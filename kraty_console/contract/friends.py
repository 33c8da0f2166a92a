"""Friends, requests, blocks and gifts as the two key surfaces tell of them (contract/SDK.md#friends)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kraty_console.contract.players import Identity
from kraty_console.contract.wire import Answer

Progression = dict[str, int] | None
"""Balances of progression resources, by key; only where they were asked for."""


class NamedPlayer(Answer):
    """Another player, by id and name."""

    external_player_id: str
    display_identity: Identity | None = None
    progression: Progression = None


class FriendCode(Answer):
    """What a player tells others, so that they can ask to be friends."""

    friend_code: str
    display_identity: Identity | None = None
    progression: Progression = None


class Friend(NamedPlayer):
    """A friend."""

    friends_since: datetime
    online: bool = False
    last_active_at: datetime | None = None
    status: str | None = None
    """What they say they do, while they are online."""
    gift_cooldown_until: datetime | None = None
    """When the next gift may go to this friend; told only while none may."""


class Friends(Answer):
    """A player's friends."""

    friends: list[Friend] = Field(default_factory=list)


class FriendRequest(Answer):
    """A request that waits for an answer."""

    request_id: str
    direction: str
    """`incoming` or `outgoing`."""
    player: NamedPlayer
    created_at: datetime


class FriendRequests(Answer):
    """What waits for the player's answer, and what for others'."""

    incoming: list[FriendRequest] = Field(default_factory=list)
    outgoing: list[FriendRequest] = Field(default_factory=list)


class FriendAsked(Answer):
    """What came of asking: `pending` with the request, or `accepted` with the friend."""

    status: str
    request: FriendRequest | None = None
    friend: Friend | None = None


class FriendAccepted(Answer):
    """The new friend."""

    friend: Friend


class FriendDeclined(Answer):
    """A request was turned down."""

    declined: bool


class FriendCancelled(Answer):
    """Whether there was a request to take back."""

    cancelled: bool


class FriendRemoved(Answer):
    """Whether there was a friendship to end."""

    removed: bool


class Hit(NamedPlayer):
    """A player whom a search by name found."""

    relationship: str
    """`none`, `friends`, `request_incoming` or `request_outgoing`."""


class FriendSearch(Answer):
    """What a search by name found."""

    results: list[Hit] = Field(default_factory=list)


class FriendSuggestion(NamedPlayer):
    """A player whom the player may know."""

    online: bool = False
    last_active_at: datetime | None = None
    status: str | None = None


class FriendSuggestions(Answer):
    """Players whom the player may know."""

    suggestions: list[FriendSuggestion] = Field(default_factory=list)


class BlockedPlayer(Answer):
    """A player who is blocked."""

    external_player_id: str
    display_identity: Identity | None = None
    blocked_at: datetime


class Blocks(Answer):
    """The players whom a player blocked."""

    blocked: list[BlockedPlayer] = Field(default_factory=list)


class Blocked(Answer):
    """The player who is blocked now."""

    blocked: BlockedPlayer


class Unblocked(Answer):
    """Whether there was a block to lift."""

    unblocked: bool
