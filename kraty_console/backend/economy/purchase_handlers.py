"""Telling of purchases from the game (kraty-api 4, 5.12)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from kraty_console.backend.economy import purchases
from kraty_console.backend.economy.purchases import Purchase
from kraty_console.backend.http import api_errors
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.numbers import WHOLE
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.sdk_requests import GameRequest
from kraty_console.backend.http.sdk_route import PLAYER, THE_PLAYER, sdk_route
from kraty_console.backend.http.timestamps import milliseconds
from kraty_console.backend.rules.formats import LAST_MOMENT
from kraty_console.contract.purchases import PurchaseTracked

MOST_MINOR: Final = 1_000_000_000_000
"""The most that one purchase may cost, in the smallest unit of its currency."""


def _currency(text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise PydanticCustomError("currency", "must be three letters, such as EUR (ISO-4217)")
    return text.upper()


Currency = Annotated[str, Field(json_schema_extra={"pattern": "^[A-Za-z]{3}$"}), AfterValidator(_currency)]
Name = Annotated[str, Field(min_length=1, max_length=512)]


class PurchaseToTrack(GameRequest):
    """A purchase as the store tells of it; its transaction is what makes it one."""

    transaction_id: Name
    store: Literal[
        "app_store",
        "google_play",
        "steam",
        "epic",
        "amazon",
        "microsoft",
        "playstation",
        "nintendo",
        "web",
        "other",
    ]
    product_id: Name
    product_type: Literal["consumable", "non_consumable", "subscription"] | None = None
    amount_minor: Annotated[int, Field(ge=0, le=MOST_MINOR), WHOLE]
    currency: Currency
    receipt: Annotated[str, Field(max_length=200_000)] | None = None
    purchased_at: str | None = None
    metadata: dict[str, Any] | None = None


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
