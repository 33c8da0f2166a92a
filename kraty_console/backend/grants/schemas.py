"""Requests that give something to a player."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kraty_console.backend.http.request_models import TOLERANT, Amount, Key, Moment, Reasoned, Reference
from kraty_console.contract.actions import CrateEntry, CurrencyEntry, ItemEntry
from kraty_console.contract.limits import MAX_ENTRIES
from kraty_console.contract.wire import Request


class ServerCurrencyEntry(CurrencyEntry):
    """An amount of a currency."""

    model_config = TOLERANT

    amount: Amount


class ServerItemEntry(ItemEntry):
    """A quantity of an item."""

    model_config = TOLERANT

    quantity: Amount


class ServerCrateEntry(CrateEntry):
    """A number of unopened crates."""

    model_config = TOLERANT

    quantity: Amount


ServerEntry = Annotated[ServerCurrencyEntry | ServerItemEntry | ServerCrateEntry, Field(discriminator="type")]


class ServerGrant(Request):
    """Give a player something; the player is created on first contact (contract/SERVER.md#grants)."""

    model_config = TOLERANT

    idempotency_key: Key
    entries: Annotated[list[ServerEntry], Field(min_length=1, max_length=MAX_ENTRIES)]
    kind: Literal["reward", "crate"] | None = None
    expires_at: Moment | None = None
    source_kind: Literal["api", "admin"] | None = None
    source_ref_id: Reference | None = None
    metadata: dict[str, Any] | None = None

    @property
    def reason(self) -> None:
        """None: grants of the server surface have no reason."""

    @property
    def ticket(self) -> None:
        """None: they have no ticket either."""


class SelfGrant(Reasoned):
    """Give oneself something, where the game allows it (contract/SDK.md#collecting)."""

    entries: Annotated[list[ServerEntry], Field(min_length=1, max_length=MAX_ENTRIES)]
    kind: Literal["reward", "crate"] | None = None
    expires_at: Moment | None = None
    metadata: dict[str, Any] | None = None
