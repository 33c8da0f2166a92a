"""Settings of a game in its document
(contract/GAME.md#game-settings); settings that are left out are unchanged."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kraty_console.contract.limits import MAX_AMOUNT
from kraty_console.contract.wire import Request

Key = Annotated[str, Field(min_length=1, max_length=200)]
Seconds = Annotated[int, Field(ge=0, le=366 * 86_400)]
Rate = Annotated[float, Field(gt=0, lt=1_000_000)]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class GiftRule(Request):
    """A resource that players may gift."""

    type: Literal["currency", "item"]
    key: Key
    max_amount: Annotated[int, Field(ge=1, le=MAX_AMOUNT)] = 1
    costs_sender: bool = False


class GiftRules(Request):
    """Whether gifts are allowed, which resources, and how often."""

    enabled: bool = False
    cooldown_seconds: Seconds = 0
    daily_send_limit: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    resources: Annotated[list[GiftRule], Field(max_length=1000)] = Field(default_factory=list)


class GameSettings(Request):
    """Settings of a game."""

    inventory_management: Literal["platform", "studio", "permissive"] | None = None
    """Who keeps the inventory: this backend, the studio, or this backend with client-side grants."""
    grant_ttl_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    accept_client_scores: bool | None = None
    lobby_fill_strategy: Literal["fill_with_bots", "start_short", "wait_full"] | None = None
    fx_rates: dict[CurrencyCode, Rate] | None = None
    """US dollars for one unit of a currency."""
    gifting: GiftRules | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The settings that are columns of the game's row."""
        settings = {"inventory_management": self.inventory_management, "grant_ttl_days": self.grant_ttl_days}
        return {name: value for name, value in settings.items() if value is not None}

    @property
    def bag(self) -> dict[str, Any]:
        """The settings that are stored as JSON."""
        apart = {"inventoryManagement", "grantTtlDays"}
        return {name: value for name, value in self.body().items() if name not in apart}
