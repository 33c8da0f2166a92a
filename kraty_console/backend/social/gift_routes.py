"""Routes of a game about gifts between friends (kraty-api 4)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import GameRequest
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.sdk_route import PLAYER, THE_PLAYER, sdk_route
from kraty_console.backend.social import gift_handlers as gifts
from kraty_console.backend.social.schemas import GiftToSend
from kraty_console.contract import gifts as told

_GIFTS: Final = f"{PLAYER}/friends/gifts"

ROUTES: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        f"{_GIFTS}/catalog",
        gifts.catalog,
        "gift.read",
        THE_PLAYER,
        reply=told.GiftCatalog,
        operation="gifts.catalog",
    ),
    sdk_route(
        "GET",
        _GIFTS,
        gifts.got,
        "gift.read",
        THE_PLAYER,
        query=("status", "limit"),
        reply=told.Gifts,
        operation="gifts.got",
    ),
    sdk_route(
        "POST",
        _GIFTS,
        gifts.send,
        "gift.send",
        THE_PLAYER,
        GiftToSend,
        status=(201, 200),
        reply=told.OneGift,
        operation="gifts.send",
    ),
    sdk_route(
        "GET",
        f"{_GIFTS}/sent",
        gifts.sent,
        "gift.read",
        THE_PLAYER,
        query=("status", "limit"),
        reply=told.Gifts,
        operation="gifts.sent",
    ),
    sdk_route(
        "POST",
        f"{_GIFTS}/{{giftId}}/claim",
        gifts.claim,
        "gift.claim",
        ("gift", "giftId"),
        GameRequest,
        reply=told.OneGift,
        operation="gifts.claim",
    ),
)
