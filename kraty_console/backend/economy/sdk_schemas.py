"""What a game sends to claim, use up and move what its player has."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from kraty_console.backend.http.numbers import WHOLE, Amount
from kraty_console.backend.http.server_requests import TOLERANT, Key, Moment, ServerEntry
from kraty_console.contract.limits import MAX_AMOUNT, MAX_ENTRIES, MAX_REASON
from kraty_console.contract.wire import Request


def _moves(amount: int) -> int:
    if amount == 0:
        raise PydanticCustomError("zero", "must not be 0")
    return amount


class Reasoned(Request):
    """A change that may say why; the reason goes into the ledger."""

    model_config = TOLERANT

    reason: Annotated[str, Field(max_length=MAX_REASON)] | None = None
    idempotency_key: Key | None = None

    @property
    def ticket(self) -> None:
        """Games have no tickets."""


class Consumption(Reasoned):
    """Use up so many of an item; the key is required (kraty-api 4)."""

    quantity: Amount
    idempotency_key: Key


class Debit(Reasoned):
    """Take so much from a balance."""

    amount: Amount


class MoveProgression(Reasoned):
    """Move a progression resource, up or down."""

    amount: Annotated[
        int,
        Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT, json_schema_extra={"not": {"const": 0}}),
        AfterValidator(_moves),
        WHOLE,
    ]


class SelfGrant(Reasoned):
    """Give oneself something, where the game allows it (kraty-api 4)."""

    entries: Annotated[list[ServerEntry], Field(min_length=1, max_length=MAX_ENTRIES)]
    kind: Literal["reward", "crate"] | None = None
    expires_at: Moment | None = None
    metadata: dict[str, Any] | None = None
