"""The document that defines a game: catalog, rewards, events, boards and settings (contract/GAME.md).

People write it. Everything has a key; what a document does not name is left unchanged.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from kraty_console.contract.game_settings import GameSettings
from kraty_console.contract.rewards import Bag, Key, Name, Number, Policy, Positive, Reward, Rewards, Whole
from kraty_console.contract.wire import Request

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(value: object) -> object:
    """Milliseconds since the epoch of an ISO-8601 text or a TOML date-time; both need a zone."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise PydanticCustomError("moment", "must be a moment with a zone, such as 2026-01-31T12:00:00Z")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


Moment = Annotated[int, BeforeValidator(_moment)]
"""Milliseconds since the epoch, UTC."""


Model = TypeVar("Model", bound=Request)


def _ascending(model: Model, bounds: list[int]) -> Model:
    if bounds != sorted(set(bounds)):
        raise PydanticCustomError("ascending", "has steps that do not go up one after the other")
    return model


class NamedDefinition(Request):
    """Base class of everything with a key and a name."""

    key: Key
    name: Name


class ProgressionStep(Request):
    """A balance at which a derived resource increases by one, and the reward for reaching it the first time."""

    at: Whole
    entries: Rewards = Field(default_factory=list)


class DerivedResource(Request):
    """A progression resource: the number of steps that a balance has reached."""

    economy_key: Key
    steps: Annotated[list[ProgressionStep], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _ascends(self) -> DerivedResource:
        return _ascending(self, [step.at for step in self.steps])


class Currency(NamedDefinition):
    """A currency, or a progression resource."""

    kind: Literal["currency", "progression"] = "currency"
    description: str | None = None
    client_writable: bool = False
    derives: Annotated[list[DerivedResource], Field(max_length=10)] = Field(default_factory=list)


class ItemDefinition(NamedDefinition):
    """An item of the catalog."""

    type: Key = "item"
    description: str | None = None
    rarity: str | None = None
    tags: list[Key] = Field(default_factory=list)
    icon_url: str | None = None
    attributes: Bag = Field(default_factory=dict)


class Crate(NamedDefinition):
    """An item that can be opened; `entries` is its content."""

    entries: Rewards
    description: str | None = None
    rarity: str | None = None
    tags: list[Key] = Field(default_factory=list)
    icon_url: str | None = None
    attributes: Bag = Field(default_factory=dict)


class Chance(Request):
    """One line of a reward table; without an entry it gives nothing."""

    weight: Whole
    entry: Reward | None = None


class RewardTable(NamedDefinition):
    """A reward table: one line is drawn by weight."""

    weighted_entries: Annotated[list[Chance], Field(min_length=1, max_length=1000)]


class Bundle(NamedDefinition):
    """A named set of rewards."""

    entries: Rewards


class Metric(Request):
    """A metric of an event."""

    key: Key
    target: Number | None = None
    cap: Number | None = None
    score_per_unit: Number = 1


class Milestone(Request):
    """The reward for crossing a threshold for the first time in an attempt."""

    key: Key
    metric_key: Key
    threshold: Number
    entries: Rewards


class Board(Request):
    """How an event is ranked; every field but the mode is for `lobby_matched`."""

    mode: Literal["global", "global_segmented", "grouped", "lobby_matched"] = "global"
    capacity: Annotated[int, Field(ge=1, le=1000)] | None = None
    fill_timeout_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    fill_bots: bool | None = None
    fill_strategy: Literal["fill_with_bots", "start_short", "wait_full"] | None = None


class CurrencyCost(Request):
    """An amount of a currency."""

    key: Key
    amount: Positive


class ItemCost(Request):
    """A quantity of an item."""

    key: Key
    quantity: Positive


class Cost(Request):
    """The entry cost of an attempt."""

    currencies: list[CurrencyCost] = Field(default_factory=list)
    items: list[ItemCost] = Field(default_factory=list)


class Quota(Request):
    """How many attempts a player may start; a day begins at midnight UTC."""

    max_per_window: Positive | None = None
    max_per_day: Positive | None = None


class WindowDefinition(Request):
    """When an event is open."""

    starts_at: Moment
    ends_at: Moment
    metadata: Bag | None = None

    @model_validator(mode="after")
    def _lasts(self) -> WindowDefinition:
        if self.starts_at >= self.ends_at:
            raise PydanticCustomError("window", "ends before it starts")
        return self


class Schedule(Request):
    """Recurring windows: the first opens at `startsAt`, none at `endsAt` or later."""

    mode: Literal["recurring_windows"] = "recurring_windows"
    starts_at: Moment
    every_seconds: Annotated[int, Field(ge=60, le=366 * 86_400)]
    open_seconds: Annotated[int, Field(ge=1, le=366 * 86_400)]
    ends_at: Moment | None = None
    metadata: Bag | None = None

    @model_validator(mode="after")
    def _fits(self) -> Schedule:
        if self.open_seconds > self.every_seconds:
            raise PydanticCustomError("schedule", "is open for longer than until it opens again")
        return self


class Event(NamedDefinition):
    """An event."""

    metrics: Annotated[list[Metric], Field(min_length=1, max_length=20)]
    reward_policy: Policy
    leaderboard: Board = Field(default_factory=Board)
    milestone_rewards: Annotated[list[Milestone], Field(max_length=50)] = Field(default_factory=list)
    entry_cost: Cost | None = None
    attempt_quota: Quota | None = None
    unlock_condition: Bag | None = None
    entry_requirement: Bag | None = None
    windows: Annotated[list[WindowDefinition], Field(max_length=1000)] = Field(default_factory=list)
    schedule: Schedule | None = None
    enabled: bool = True
    metadata: Bag | None = None


class Bracket(Request):
    """A segment, and the minimum balance to be in it."""

    from_balance: Annotated[Whole, Field(alias="from")]
    segment: Annotated[str, Field(min_length=1, max_length=60)]


class ByContext(Request):
    """Segments by a value from the game, or by a field of the player's context."""

    by: Literal["context"]
    key: Key


class ByCountry(Request):
    """Segments by country."""

    by: Literal["country"]


class ByProgression(Request):
    """Segments by a balance."""

    by: Literal["progression"]
    key: Key
    steps: Annotated[list[Bracket], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _ascends(self) -> ByProgression:
        return _ascending(self, [step.from_balance for step in self.steps])


class LeaderboardDefinition(NamedDefinition):
    """A leaderboard of the game, independent of events; `rankedBy` is the balance that it ranks by."""

    reset_cadence: Literal["never", "weekly", "monthly"] = "never"
    score_aggregation: Literal["best", "latest", "sum"] = "best"
    ranked_by: Key | None = None
    segments: Annotated[
        list[Annotated[ByContext | ByCountry | ByProgression, Field(discriminator="by")]], Field(max_length=3)
    ] = Field(default_factory=list)


class GameDocument(Request):
    """The complete definition of a game."""

    currencies: list[Currency] = Field(default_factory=list)
    items: list[ItemDefinition] = Field(default_factory=list)
    crates: list[Crate] = Field(default_factory=list)
    tables: list[RewardTable] = Field(default_factory=list)
    bundles: list[Bundle] = Field(default_factory=list)
    events: list[Event] = Field(default_factory=list)
    leaderboards: list[LeaderboardDefinition] = Field(default_factory=list)
    settings: GameSettings | None = None
