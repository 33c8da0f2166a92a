"""Routes of friends, blocks and gifts."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import PLAYER, THE_PLAYER, Route, sdk_route, server_route
from kraty_console.backend.social import friend_handlers, gift_handlers
from kraty_console.backend.social.schemas import GiftToSend, PlayerRefRequest
from kraty_console.contract import friends as friend_contract
from kraty_console.contract import gifts as gift_contract

_PROGRESSION: Final = ("progression",)
_FRIENDS: Final = f"{PLAYER}/friends"
_REQUESTS: Final = f"{_FRIENDS}/requests"
_REQUEST: Final = f"{_REQUESTS}/{{requestId}}"
_THE_REQUEST: Final = ("friend_request", "requestId")
_THE_FRIEND: Final = ("player", "friendExternalId")
_BLOCKS: Final = f"{PLAYER}/blocks"
_THE_BLOCKED: Final = ("player", "blockedExternalId")
_GIFTS: Final = f"{PLAYER}/friends/gifts"

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        f"{PLAYER}/friend-code",
        friend_handlers.code,
        "friend.code",
        THE_PLAYER,
        query=_PROGRESSION,
        reply=friend_contract.FriendCode,
        operation_id="friends.code",
    ),
    sdk_route(
        "GET",
        _FRIENDS,
        friend_handlers.listed,
        "friend.read",
        THE_PLAYER,
        query=_PROGRESSION,
        reply=friend_contract.Friends,
        operation_id="friends.listed",
    ),
    sdk_route(
        "GET",
        f"{_FRIENDS}/search",
        friend_handlers.search,
        "friend.search",
        THE_PLAYER,
        query=("q", "limit", *_PROGRESSION),
        reply=friend_contract.FriendSearch,
        operation_id="friends.search",
    ),
    sdk_route(
        "GET",
        f"{_FRIENDS}/suggestions",
        friend_handlers.suggestions,
        "friend.suggestions",
        THE_PLAYER,
        query=("limit", *_PROGRESSION),
        reply=friend_contract.FriendSuggestions,
        operation_id="friends.suggestions",
    ),
    sdk_route(
        "GET",
        _REQUESTS,
        friend_handlers.requests,
        "friend.read",
        THE_PLAYER,
        query=_PROGRESSION,
        reply=friend_contract.FriendRequests,
        operation_id="friends.requests",
    ),
    sdk_route(
        "POST",
        _REQUESTS,
        friend_handlers.ask,
        "friend.request",
        THE_PLAYER,
        PlayerRefRequest,
        status=(201, 200),
        reply=friend_contract.FriendAsked,
        operation_id="friends.ask",
    ),
    sdk_route(
        "POST",
        f"{_REQUEST}/accept",
        friend_handlers.accept,
        "friend.accept",
        _THE_REQUEST,
        GameRequest,
        reply=friend_contract.FriendAccepted,
        operation_id="friends.accept",
    ),
    sdk_route(
        "POST",
        f"{_REQUEST}/decline",
        friend_handlers.decline,
        "friend.decline",
        _THE_REQUEST,
        GameRequest,
        reply=friend_contract.FriendDeclined,
        operation_id="friends.decline",
    ),
    sdk_route(
        "DELETE",
        _REQUEST,
        friend_handlers.cancel,
        "friend.cancel",
        _THE_REQUEST,
        reply=friend_contract.FriendCancelled,
        operation_id="friends.cancel",
    ),
    sdk_route(
        "DELETE",
        f"{_FRIENDS}/{{friendExternalId}}",
        friend_handlers.remove,
        "friend.remove",
        _THE_FRIEND,
        reply=friend_contract.FriendRemoved,
        operation_id="friends.remove",
    ),
    sdk_route(
        "GET",
        _BLOCKS,
        friend_handlers.blocked,
        "player.block.read",
        THE_PLAYER,
        reply=friend_contract.Blocks,
        operation_id="friends.blocked",
    ),
    sdk_route(
        "POST",
        _BLOCKS,
        friend_handlers.block,
        "player.block",
        THE_PLAYER,
        PlayerRefRequest,
        status=(201, 200),
        reply=friend_contract.Blocked,
        operation_id="friends.block",
    ),
    sdk_route(
        "DELETE",
        f"{_BLOCKS}/{{blockedExternalId}}",
        friend_handlers.unblock,
        "player.unblock",
        _THE_BLOCKED,
        reply=friend_contract.Unblocked,
        operation_id="friends.unblock",
    ),
    sdk_route(
        "GET",
        f"{_GIFTS}/catalog",
        gift_handlers.catalog,
        "gift.read",
        THE_PLAYER,
        reply=gift_contract.GiftCatalog,
        operation_id="gifts.catalog",
    ),
    sdk_route(
        "GET",
        _GIFTS,
        gift_handlers.got,
        "gift.read",
        THE_PLAYER,
        query=("status", "limit"),
        reply=gift_contract.Gifts,
        operation_id="gifts.got",
    ),
    sdk_route(
        "POST",
        _GIFTS,
        gift_handlers.send,
        "gift.send",
        THE_PLAYER,
        GiftToSend,
        status=(201, 200),
        reply=gift_contract.OneGift,
        operation_id="gifts.send",
    ),
    sdk_route(
        "GET",
        f"{_GIFTS}/sent",
        gift_handlers.sent,
        "gift.read",
        THE_PLAYER,
        query=("status", "limit"),
        reply=gift_contract.Gifts,
        operation_id="gifts.sent",
    ),
    sdk_route(
        "POST",
        f"{_GIFTS}/{{giftId}}/claim",
        gift_handlers.claim,
        "gift.claim",
        ("gift", "giftId"),
        GameRequest,
        reply=gift_contract.OneGift,
        operation_id="gifts.claim",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route(
        "GET",
        f"{PLAYER}/friends",
        friend_handlers.friends_for_server,
        "friend.read",
        THE_PLAYER,
        reply=friend_contract.Friends,
        operation_id="standing.friends",
    ),
    server_route(
        "GET",
        f"{PLAYER}/friends/requests",
        friend_handlers.requests_for_server,
        "friend.read",
        THE_PLAYER,
        reply=friend_contract.FriendRequests,
        operation_id="standing.friend_requests",
    ),
    server_route(
        "GET",
        f"{PLAYER}/blocks",
        friend_handlers.blocks_for_server,
        "player.block.read",
        THE_PLAYER,
        reply=friend_contract.Blocks,
        operation_id="standing.blocks",
    ),
)
