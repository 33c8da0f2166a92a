"""Requests about balances, items and purchases."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from kraty_console.backend.http.request_models import TOLERANT, WHOLE, Amount, GameRequest, Key, Reasoned, Reference
from kraty_console.contract.limits import MAX_AMOUNT, MAX_REASON
from kraty_console.contract.wire import Request

MOST_MINOR: Final = 1_000_000_000_000
"""The largest amount of a purchase, in the smallest unit of its currency."""


class Adjustment(Request):
    """Add to a balance, or take from it (contract/SERVER.md#wallet)."""

    model_config = TOLERANT

    amount: Amount
    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = None
    source_ref_id: Reference | None = None
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """The server surface has no tickets."""


class ItemChange(Request):
    """Give or take a quantity of an item."""

    model_config = TOLERANT

    quantity: Amount
    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = None
    source_ref_id: Reference | None = None
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """The server surface has no tickets."""


class Consumption(Reasoned):
    """Consume a quantity of an item; the key is required (contract/SDK.md#wallet-and-inventory)."""

    quantity: Amount
    idempotency_key: Key


class Debit(Reasoned):
    """Take an amount from a balance."""

    amount: Amount


def _moves(amount: int) -> int:
    if amount == 0:
        raise PydanticCustomError("zero", "must not be 0")
    return amount


class MoveProgression(Reasoned):
    """Move a progression resource, up or down."""

    amount: Annotated[
        int,
        Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT, json_schema_extra={"not": {"const": 0}}),
        AfterValidator(_moves),
        WHOLE,
    ]


def _currency(text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise PydanticCustomError("currency", "must be three letters, such as EUR (ISO-4217)")
    return text.upper()


Currency = Annotated[str, Field(json_schema_extra={"pattern": "^[A-Za-z]{3}$"}), AfterValidator(_currency)]
Name = Annotated[str, Field(min_length=1, max_length=512)]


class PurchaseToTrack(GameRequest):
    """A purchase as the store reports it, identified by its transaction."""

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
