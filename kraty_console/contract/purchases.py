"""Store purchases and a player's spend (contract/SDK.md#purchases)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.wire import Answer


class PurchaseTracked(Answer):
    """A recorded purchase, and the player's totals after it."""

    purchase_id: str
    transaction_id: str
    store: str
    product_id: str
    product_type: str | None = None
    amount_minor: int
    """The charged amount, in the smallest unit of `currency`."""
    currency: str
    normalized_amount_minor: int
    """In US cents."""
    normalized_currency: str = "USD"
    fx_rate: float
    """US dollars for one unit of `currency`."""
    validation_status: str
    """`unverified`, `verified`, `failed` or `skipped`."""
    purchased_at: datetime
    metadata: dict[str, Any] = Field(default_factory=dict)
    deduplicated: bool
    """Whether this transaction was already recorded."""
    lifetime_amount_minor: int
    """The player's lifetime spend, in US cents."""
    purchase_count: int


class PlayerSpend(Answer):
    """A player's lifetime spend."""

    external_player_id: str
    normalized_currency: str = "USD"
    lifetime_amount_minor: int
    """In US cents."""
    purchase_count: int
