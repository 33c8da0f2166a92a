"""What can be given, and by which rule, as a game's document says it (contract/GAME.md#rewards)."""

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
"""What a metric or a score can be (contract/README.md#limits)."""

Bag = dict[str, Any]


class Range(Request):
    """A number that is thrown: from `min` to `max`, both included, in steps."""

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
    """So much of a currency."""

    type: Literal["currency"]
    currency_key: Key
    amount: Amount


class ItemReward(Request):
    """So many of an item."""

    type: Literal["item"]
    item_key: Key
    quantity: Amount
    parameters: Bag | None = None


class CrateReward(Request):
    """So many crates."""

    type: Literal["crate"]
    crate_item_key: Key
    quantity: Amount


class TableReward(Request):
    """What a table gives when it is rolled so many times."""

    type: Literal["table"]
    table_key: Key
    rolls: Amount = 1


class BundleReward(Request):
    """What is in a bundle."""

    type: Literal["bundle"]
    bundle_key: Key


Reward = Annotated[CurrencyReward | ItemReward | CrateReward | TableReward | BundleReward, Field(discriminator="type")]
Rewards = Annotated[list[Reward], Field(max_length=100)]


class InPlace(Request):
    """A bundle without a name."""

    entries: Rewards


class NoReward(Request):
    """Pays nothing."""

    type: Literal["none"]


class FixedBundle(Request):
    """Pays a bundle."""

    type: Literal["fixed_bundle"]
    bundle: Key | InPlace


class Tier(Request):
    """Places on the board, both included, and what they are paid."""

    from_rank: Positive
    to_rank: Positive
    bundle: Key | InPlace

    @model_validator(mode="after")
    def _ascends(self) -> Tier:
        if self.from_rank > self.to_rank:
            raise PydanticCustomError("tier", "has a fromRank that is after its toRank")
        return self


class RankScaled(Request):
    """Pays by the place on the board."""

    type: Literal["rank_scaled"]
    tiers: Annotated[list[Tier], Field(min_length=1, max_length=100)]


class SharedPool(Request):
    """Pays a part of a pool, by score."""

    type: Literal["shared_pool"]
    pool: Whole
    currency_key: Key


Policy = Annotated[NoReward | FixedBundle | RankScaled | SharedPool, Field(discriminator="type")]
