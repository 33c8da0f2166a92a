"""Telling of purchases from the game (kraty-api 4, 5.12)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.economy import purchases
from kraty_console.backend.economy.purchases import Purchase
from kraty_console.backend.economy.schemas import PurchaseToTrack
from kraty_console.backend.http import api_errors
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import milliseconds
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.sdk_route import PLAYER, THE_PLAYER, sdk_route
from kraty_console.backend.rules.formats import LAST_MOMENT
from kraty_console.contract.purchases import PurchaseTracked


async def track(call: Call) -> HandlerReply:
    """Keep a purchase."""
    player = call.text("externalPlayerId")
    asked = await call.body(PurchaseToTrack)
    purchased_at = milliseconds(asked.purchased_at, "purchasedAt")
    if purchased_at is not None and not 0 <= purchased_at <= LAST_MOMENT:
        raise api_errors.invalid("purchasedAt", "must be a moment from 1970 to the year 9999")
    purchase = Purchase(
        asked.transaction_id,
        asked.store,
        asked.product_id,
        asked.amount_minor,
        asked.currency,
        asked.product_type,
        asked.receipt,
        purchased_at,
        asked.metadata,
    )
    return await call.change(asked, lambda tx, ctx: purchases.track(tx, ctx, player, purchase))


ROUTES: Final[tuple[Route, ...]] = (
    sdk_route(
        "POST",
        f"{PLAYER}/purchases",
        track,
        "purchase.track",
        THE_PLAYER,
        PurchaseToTrack,
        status=(201, 200),
        reply=PurchaseTracked,
        operation="purchases.track",
    ),
)
