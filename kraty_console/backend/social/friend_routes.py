"""Routes of a game about its player's friends (kraty-api 4)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.sdk_route import PLAYER, THE_PLAYER, sdk_route
from kraty_console.backend.social import friend_handlers as friends
from kraty_console.backend.social.schemas import PlayerRefRequest
from kraty_console.contract import friends as told

_FRIENDS: Final = f"{PLAYER}/friends"
_REQUESTS: Final = f"{_FRIENDS}/requests"
_REQUEST: Final = f"{_REQUESTS}/{{requestId}}"
_BLOCKS: Final = f"{PLAYER}/blocks"

_THE_REQUEST: Final = ("friend_request", "requestId")
_THE_FRIEND: Final = ("player", "friendExternalId")
_THE_BLOCKED: Final = ("player", "blockedExternalId")

_PROGRESSION: Final = ("progression",)

ROUTES: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        f"{PLAYER}/friend-code",
        friends.code,
        "friend.code",
        THE_PLAYER,
        query=_PROGRESSION,
        reply=told.FriendCode,
        operation="friends.code",
    ),
    sdk_route(
        "GET",
        _FRIENDS,
        friends.listed,
        "friend.read",
        THE_PLAYER,
        query=_PROGRESSION,
        reply=told.Friends,
        operation="friends.listed",
    ),
    sdk_route(
        "GET",
        f"{_FRIENDS}/search",
        friends.search,
        "friend.search",
        THE_PLAYER,
        query=("q", "limit", *_PROGRESSION),
        reply=told.FriendSearch,
        operation="friends.search",
    ),
    sdk_route(
        "GET",
        f"{_FRIENDS}/suggestions",
        friends.suggestions,
        "friend.suggestions",
        THE_PLAYER,
        query=("limit", *_PROGRESSION),
        reply=told.FriendSuggestions,
        operation="friends.suggestions",
    ),
    sdk_route(
        "GET",
        _REQUESTS,
        friends.requests,
        "friend.read",
        THE_PLAYER,
        query=_PROGRESSION,
        reply=told.FriendRequests,
        operation="friends.requests",
    ),
    sdk_route(
        "POST",
        _REQUESTS,
        friends.ask,
        "friend.request",
        THE_PLAYER,
        PlayerRefRequest,
        status=(201, 200),
        reply=told.FriendAsked,
        operation="friends.ask",
    ),
    sdk_route(
        "POST",
        f"{_REQUEST}/accept",
        friends.accept,
        "friend.accept",
        _THE_REQUEST,
        GameRequest,
        reply=told.FriendAccepted,
        operation="friends.accept",
    ),
    sdk_route(
        "POST",
        f"{_REQUEST}/decline",
        friends.decline,
        "friend.decline",
        _THE_REQUEST,
        GameRequest,
        reply=told.FriendDeclined,
        operation="friends.decline",
    ),
    sdk_route(
        "DELETE",
        _REQUEST,
        friends.cancel,
        "friend.cancel",
        _THE_REQUEST,
        reply=told.FriendCancelled,
        operation="friends.cancel",
    ),
    sdk_route(
        "DELETE",
        f"{_FRIENDS}/{{friendExternalId}}",
        friends.remove,
        "friend.remove",
        _THE_FRIEND,
        reply=told.FriendRemoved,
        operation="friends.remove",
    ),
    sdk_route(
        "GET", _BLOCKS, friends.blocked, "player.block.read", THE_PLAYER, reply=told.Blocks, operation="friends.blocked"
    ),
    sdk_route(
        "POST",
        _BLOCKS,
        friends.block,
        "player.block",
        THE_PLAYER,
        PlayerRefRequest,
        status=(201, 200),
        reply=told.Blocked,
        operation="friends.block",
    ),
    sdk_route(
        "DELETE",
        f"{_BLOCKS}/{{blockedExternalId}}",
        friends.unblock,
        "player.unblock",
        _THE_BLOCKED,
        reply=told.Unblocked,
        operation="friends.unblock",
    ),
)
