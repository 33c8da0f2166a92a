"""Reward entries and reward policies in a game's document (contract/GAME.md#rewards)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from kraty_console.contract.limits import MAX_BALANCE
from kraty_console.contract.wire import Request

Key = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=200)] | dict[str, str]
"""A name, or a map of language to name."""

Whole = Annotated[int, Field(ge=0, le=MAX_BALANCE)]
Positive = Annotated[int, Field(ge=1, le=MAX_BALANCE)]
Number = Annotated[int, Field(ge=0, le=MAX_BALANCE)] | Annotated[float, Field(ge=0, le=MAX_BALANCE)]
"""The range of metrics and scores (contract/README.md#limits)."""

Bag = dict[str, Any]


class Range(Request):
    """A random number from `min` to `max`, both included, in steps."""

    min: Whole
    max: Whole
    step: Positive = 1

    @model_validator(mode="after")
    def _ascends(self) -> Range:
        if self.min > self.max:
            raise PydanticCustomError("range", "has a min above its max")
        return self


Amount = Whole | Range


class CurrencyReward(Request):
    """An amount of a currency."""

    type: Literal["currency"]
    currency_key: Key
    amount: Amount


class ItemReward(Request):
    """A quantity of an item."""

    type: Literal["item"]
    item_key: Key
    quantity: Amount
    parameters: Bag | None = None


class CrateReward(Request):
    """A number of crates."""

    type: Literal["crate"]
    crate_item_key: Key
    quantity: Amount


class TableReward(Request):
    """A number of rolls of a reward table."""

    type: Literal["table"]
    table_key: Key
    rolls: Amount = 1


class BundleReward(Request):
    """The contents of a named bundle."""

    type: Literal["bundle"]
    bundle_key: Key


Reward = Annotated[CurrencyReward | ItemReward | CrateReward | TableReward | BundleReward, Field(discriminator="type")]
Rewards = Annotated[list[Reward], Field(max_length=100)]


class InPlace(Request):
    """An inline bundle, without a key."""

    entries: Rewards


class NoReward(Request):
    """Pays nothing."""

    type: Literal["none"]


class FixedBundle(Request):
    """Pays a bundle."""

    type: Literal["fixed_bundle"]
    bundle: Key | InPlace


class Tier(Request):
    """A range of ranks, both included, and its reward."""

    from_rank: Positive
    to_rank: Positive
    bundle: Key | InPlace

    @model_validator(mode="after")
    def _ascends(self) -> Tier:
        if self.from_rank > self.to_rank:
            raise PydanticCustomError("tier", "has a fromRank that is after its toRank")
        return self


class RankScaled(Request):
    """Pays by rank."""

    type: Literal["rank_scaled"]
    tiers: Annotated[list[Tier], Field(min_length=1, max_length=100)]


class SharedPool(Request):
    """Pays a share of a pool, by score."""

    type: Literal["shared_pool"]
    pool: Whole
    currency_key: Key


Policy = Annotated[NoReward | FixedBundle | RankScaled | SharedPool, Field(discriminator="type")]
