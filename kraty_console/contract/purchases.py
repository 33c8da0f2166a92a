"""Purchases in stores, and what a player spent (contract/SDK.md#purchases)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.wire import Answer


class PurchaseTracked(Answer):
    """A purchase as it is kept, and the player's totals after it."""

    purchase_id: str
    transaction_id: str
    store: str
    product_id: str
    product_type: str | None = None
    amount_minor: int
    """In the smallest unit of `currency`, as it was charged."""
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
    """Whether this transaction was kept before."""
    lifetime_amount_minor: int
    """What the player spent in their life, in US cents."""
    purchase_count: int


class PlayerSpend(Answer):
    """What a player spent in their life."""

    external_player_id: str
    normalized_currency: str = "USD"
    lifetime_amount_minor: int
    """In US cents."""
    purchase_count: int
