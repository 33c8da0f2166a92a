"""Answers about playing: open events, attempts, progress (contract/SDK.md#events)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.lists import ListOf
from kraty_console.contract.players import Attempt, Grant
from kraty_console.contract.wire import Answer


class Started(Answer):
    """A started attempt, and where it counts."""

    attempt: Attempt
    leaderboard_id: str
    window_ends_at: datetime


class MilestoneFired(Answer):
    """A milestone reached in an attempt, and its grants."""

    key: str
    grants: list[Grant] = Field(default_factory=list)


class AttemptProgressed(Answer):
    """An attempt after a progress report (contract/SERVER.md#progress-and-finish)."""

    attempt: Attempt
    milestones_fired: list[MilestoneFired] = Field(default_factory=list)


class Finished(Answer):
    """An ended attempt."""

    attempt: Attempt
    outcome: str = ""
    """`completed` or `expired`."""


class EventMetric(Answer):
    """A metric of an event."""

    key: str
    target: float | None = None
    cap: float | None = None
    score_per_unit: float = 1


class RewardEntry(Answer):
    """The guaranteed part of a bundle entry: which currency, item or crate, and the minimum amount."""

    type: str
    currency_key: str | None = None
    item_key: str | None = None
    crate_item_key: str | None = None
    amount: int | None = None
    quantity: int | None = None
    parameters: dict[str, Any] | None = None


class MilestoneReward(Answer):
    """The reward of a milestone."""

    key: str
    metric_key: str
    threshold: float
    entries: list[RewardEntry] = Field(default_factory=list)


class CostOfCurrency(Answer):
    """An amount of a currency."""

    key: str
    amount: int


class CostOfItem(Answer):
    """A quantity of an item."""

    key: str
    quantity: int


class EntryCost(Answer):
    """The entry cost of an attempt."""

    currencies: list[CostOfCurrency] = Field(default_factory=list)
    items: list[CostOfItem] = Field(default_factory=list)


class AttemptQuota(Answer):
    """How many attempts a player may start, and how many they did; None means no limit."""

    max_per_window: int | None = None
    used_in_window: int = 0
    max_per_day: int | None = None
    used_today: int = 0
    """Since midnight UTC."""
    remaining: int | None = None


class RewardBundle(Answer):
    """A reward bundle, as shown before it is granted."""

    key: str = ""
    """Empty if the event defines the bundle inline."""
    name: Any = None
    """A string, or a map of language to string."""
    entries: list[RewardEntry] = Field(default_factory=list)


class RewardTier(Answer):
    """The reward of a range of ranks."""

    from_rank: int
    to_rank: int
    bundle: RewardBundle | None = None


class RewardPolicy(Answer):
    """The rewards of an event (contract/GAME.md#rewards)."""

    type: str
    """`none`, `fixed_bundle`, `rank_scaled` or `shared_pool`."""
    bundle: RewardBundle | None = None
    tiers: list[RewardTier] | None = None
    pool: int | None = None
    currency_key: str | None = None


class EventListing(Answer):
    """An event that is open now, as one player sees it (contract/SDK.md#events)."""

    event_key: str
    name: Any = None
    """A string, or a map of language to string."""
    window_id: str
    starts_at: datetime
    ends_at: datetime
    leaderboard_id: str | None = None
    """Only in the mode `global`."""
    current_attempt_id: str | None = None
    """The newest attempt in progress."""
    type: str = ""
    leaderboard_mode: str = ""
    metrics: list[EventMetric] = Field(default_factory=list)
    entry_requirement: dict[str, Any] | None = None
    entry_cost: EntryCost | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    """The event's metadata, overridden by the window's."""
    milestone_rewards: list[MilestoneReward] = Field(default_factory=list)
    reward_policy: RewardPolicy | None = None
    attempt_quota: AttemptQuota | None = None


class EventListings(ListOf[EventListing]):
    """Every event that is open now."""
