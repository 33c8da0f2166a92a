"""Wallet, inventory and pending grants on `/sdk/v1` and `/server/v1`
(contract/SERVER.md#inventory, contract/SDK.md#wallet-and-inventory)."""

from __future__ import annotations

from pydantic import Field

from kraty_console.contract.catalog import CatalogCurrency, CatalogItem
from kraty_console.contract.lists import ListOf
from kraty_console.contract.players import Grant, ItemHolding, WalletHolding
from kraty_console.contract.wire import Answer


class PendingGrants(ListOf[Grant]):
    """Grants to be claimed or opened, oldest first."""


class CrateOpened(Answer):
    """An opened crate, and the pending grant with its contents."""

    crate: Grant
    contents: Grant


class PlayerInventory(Answer):
    """The items of a player, without used up ones."""

    items: list[ItemHolding] = Field(default_factory=list)


class PlayerWallet(Answer):
    """The balances of a player, including those of 0."""

    wallet: list[WalletHolding] = Field(default_factory=list)


class ItemAdjusted(Answer):
    """The quantity after a change; `applied` is false on a replay, and where the studio keeps the inventory."""

    item_key: str
    quantity: int
    applied: bool = True


class BalanceAdjusted(Answer):
    """The balance after a change; `applied` is false on a replay."""

    economy_key: str
    balance: int | float
    applied: bool = True


class DerivedChange(Answer):
    """A derived resource that changed, and the rewards of its steps."""

    economy_key: str
    previous: int | float
    current: int | float
    delta: int | float
    grant_ids: list[str] = Field(default_factory=list)


class ProgressionMoved(BalanceAdjusted):
    """A progression resource after a change."""

    derived: list[DerivedChange] = Field(default_factory=list)


class GameCatalog(Answer):
    """The catalog of the game, as players see it."""

    items: list[CatalogItem] = Field(default_factory=list)
    currencies: list[CatalogCurrency] = Field(default_factory=list)


class ServerTime(Answer):
    """The backend's time, also in a requested zone."""

    epoch_ms: int
    iso: str
    timezone: str
    """The requested IANA zone, or `UTC`."""
    offset_minutes: int
    local: str
    """`YYYY-MM-DDTHH:mm:ss` in that zone."""


class KeyFacts(Answer):
    """The facts of an API key."""

    id: str
    prefix: str
    permission_set: str
    environment: str
    studio_id: str
    game_id: str | None = None


class Pong(Answer):
    """The answer to a ping; it has no envelope."""

    ok: bool
    api_key: KeyFacts
