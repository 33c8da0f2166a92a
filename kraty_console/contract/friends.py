"""Friends, requests and blocks on the two key surfaces (contract/SDK.md#friends)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kraty_console.contract.players import Identity
from kraty_console.contract.wire import Answer

Progression = dict[str, int] | None
"""Balances of progression resources, by key; only if requested."""


class NamedPlayer(Answer):
    """Another player, by id and name."""

    external_player_id: str
    display_identity: Identity | None = None
    progression: Progression = None


class FriendCode(Answer):
    """The code that a player shares to receive friend requests."""

    friend_code: str
    display_identity: Identity | None = None
    progression: Progression = None


class Friend(NamedPlayer):
    """A friend."""

    friends_since: datetime
    online: bool = False
    last_active_at: datetime | None = None
    status: str | None = None
    """Their presence status while online."""
    gift_cooldown_until: datetime | None = None
    """When the next gift may go to this friend; only set while gifts are blocked."""


class Friends(Answer):
    """A player's friends."""

    friends: list[Friend] = Field(default_factory=list)


class FriendRequest(Answer):
    """A pending friend request."""

    request_id: str
    direction: str
    """`incoming` or `outgoing`."""
    player: NamedPlayer
    created_at: datetime


class FriendRequests(Answer):
    """Incoming and outgoing friend requests."""

    incoming: list[FriendRequest] = Field(default_factory=list)
    outgoing: list[FriendRequest] = Field(default_factory=list)


class FriendAsked(Answer):
    """The result of a friend request: `pending` with the request, or `accepted` with the friend."""

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
    """Whether there was a request to cancel."""

    cancelled: bool


class FriendRemoved(Answer):
    """Whether there was a friend to remove."""

    removed: bool


class Hit(NamedPlayer):
    """A hit of a search by name."""

    relationship: str
    """`none`, `friends`, `request_incoming` or `request_outgoing`."""


class FriendSearch(Answer):
    """The hits of a search by name."""

    results: list[Hit] = Field(default_factory=list)


class FriendSuggestion(NamedPlayer):
    """A player that the player may know."""

    online: bool = False
    last_active_at: datetime | None = None
    status: str | None = None


class FriendSuggestions(Answer):
    """Players that the player may know."""

    suggestions: list[FriendSuggestion] = Field(default_factory=list)


class BlockedPlayer(Answer):
    """A player who is blocked."""

    external_player_id: str
    display_identity: Identity | None = None
    blocked_at: datetime


class Blocks(Answer):
    """The players that a player blocked."""

    blocked: list[BlockedPlayer] = Field(default_factory=list)


class Blocked(Answer):
    """The player who is blocked now."""

    blocked: BlockedPlayer


class Unblocked(Answer):
    """Whether there was a block to lift."""

    unblocked: bool
