"""What playing answers with: events to play, attempts, their progress (contract/SDK.md#events)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.lists import ListOf
from kraty_console.contract.players import Attempt, Grant
from kraty_console.contract.wire import Answer


class Started(Answer):
    """An attempt that began, and where it counts."""

    attempt: Attempt
    leaderboard_id: str
    window_ends_at: datetime


class MilestoneFired(Answer):
    """A threshold crossed for the first time in an attempt, and what that brought."""

    key: str
    grants: list[Grant] = Field(default_factory=list)


class AttemptProgressed(Answer):
    """An attempt after a report (contract/SERVER.md#progress-and-finish)."""

    attempt: Attempt
    milestones_fired: list[MilestoneFired] = Field(default_factory=list)


class Finished(Answer):
    """An attempt at its end."""

    attempt: Attempt
    outcome: str = ""
    """`completed` or `expired`."""


class EventMetric(Answer):
    """What an event measures."""

    key: str
    target: float | None = None
    cap: float | None = None
    score_per_unit: float = 1


class RewardEntry(Answer):
    """What is certain of an entry of a bundle: which currency, item or crate, and how much of it at least."""

    type: str
    currency_key: str | None = None
    item_key: str | None = None
    crate_item_key: str | None = None
    amount: int | None = None
    quantity: int | None = None
    parameters: dict[str, Any] | None = None


class MilestoneReward(Answer):
    """What crossing a threshold brings."""

    key: str
    metric_key: str
    threshold: float
    entries: list[RewardEntry] = Field(default_factory=list)


class CostOfCurrency(Answer):
    """So much of a currency."""

    key: str
    amount: int


class CostOfItem(Answer):
    """So many of an item."""

    key: str
    quantity: int


class EntryCost(Answer):
    """What a start takes."""

    currencies: list[CostOfCurrency] = Field(default_factory=list)
    items: list[CostOfItem] = Field(default_factory=list)


class AttemptQuota(Answer):
    """How often a player may start, and how often they did; None is no bound."""

    max_per_window: int | None = None
    used_in_window: int = 0
    max_per_day: int | None = None
    used_today: int = 0
    """Since midnight, UTC."""
    remaining: int | None = None


class RewardBundle(Answer):
    """A bundle as it is shown before anybody has it."""

    key: str = ""
    """Empty where the event spells the bundle out itself."""
    name: Any = None
    """A string, or a map of language to string."""
    entries: list[RewardEntry] = Field(default_factory=list)


class RewardTier(Answer):
    """What a range of ranks brings."""

    from_rank: int
    to_rank: int
    bundle: RewardBundle | None = None


class RewardPolicy(Answer):
    """What an event pays (contract/GAME.md#rewards)."""

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
    """In the mode `global` only."""
    current_attempt_id: str | None = None
    """The newest attempt that is under way."""
    type: str = ""
    leaderboard_mode: str = ""
    metrics: list[EventMetric] = Field(default_factory=list)
    entry_requirement: dict[str, Any] | None = None
    entry_cost: EntryCost | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    """The event's, with the window's over it."""
    milestone_rewards: list[MilestoneReward] = Field(default_factory=list)
    reward_policy: RewardPolicy | None = None
    attempt_quota: AttemptQuota | None = None


class EventListings(ListOf[EventListing]):
    """Every event that is open now."""
