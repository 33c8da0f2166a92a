"""The catalog of a game: items, currencies, rewards, events and their windows."""

from __future__ import annotations

from typing import Final, TypeVar

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import BOOLEAN, INTEGER, JSON, MOMENT, TEXT, UUID, of_game, where
from kraty_console.backend.storage.tables.record import OwnedByGame, column, key, optional, table


class ItemRecord(OwnedByGame):
    """An item of the catalog."""

    key = key(TEXT)
    name = column(JSON)
    description = optional(JSON)
    icon_url = optional(TEXT)
    item_type_key = column(TEXT, default="item")
    rarity = optional(TEXT)
    tags = column(JSON, default=[])
    attributes = column(JSON, default={})
    crate_entries = optional(JSON)  # what opening one rolls; set on crates only
    created_at = column(MOMENT)
    archived_at = optional(MOMENT)


items: Final = table(
    "items",
    ItemRecord,
    of_game(),
)


class CurrencyRecord(OwnedByGame):
    """A currency or progression of the catalog."""

    key = key(TEXT)
    name = column(JSON)
    description = optional(JSON)
    icon_url = optional(TEXT)
    kind = column(TEXT, default="currency")  # or `progression`
    created_at = column(MOMENT)
    archived_at = optional(MOMENT)
    client_writable = optional(BOOLEAN)  # a game may move it: progression only
    derives = optional(JSON)  # what follows from its balance: [{economyKey, steps: [{at, entries?}]}]
    ranked_boards = optional(JSON)  # ids of the boards that rank by its balance


currencies: Final = table(
    "currencies",
    CurrencyRecord,
    of_game(),
)


class BundleRecord(OwnedByGame):
    """A bundle of reward entries."""

    key = key(TEXT)
    name = column(JSON)
    entries = column(JSON)
    created_at = column(MOMENT)
    archived_at = optional(MOMENT)


bundles: Final = table(
    "bundles",
    BundleRecord,
    of_game(),
)


class RewardTableRecord(OwnedByGame):
    """A table of weighted reward entries."""

    key = key(TEXT)
    name = column(JSON)
    weighted_entries = column(JSON)  # [{weight, entry}]
    created_at = column(MOMENT)
    archived_at = optional(MOMENT)


reward_tables: Final = table(
    "reward_tables",
    RewardTableRecord,
    of_game(),
)


DefinitionT = TypeVar("DefinitionT", ItemRecord, CurrencyRecord, BundleRecord, RewardTableRecord)
"""A definition that has a key and may be archived."""


class EventRecord(OwnedByGame):
    """An event of the catalog."""

    event_id = key(UUID)
    key = column(TEXT)
    name = column(JSON)
    type = column(TEXT, default="single_metric")
    leaderboard_mode = column(TEXT, default="global")
    metrics = column(JSON)  # [{key, target?, cap?, scorePerUnit?}]
    reward_policy = column(JSON)  # {type, …}: contract/GAME.md#rewards
    milestone_rewards = column(JSON, default=[])  # [{key, metricKey, threshold, entries}]
    capacity = optional(INTEGER)
    enabled = column(BOOLEAN, default=True)
    created_at = column(MOMENT)
    entry_cost = optional(JSON)  # {currencies: [{key, amount}], items: [{key, quantity}]}
    attempt_quota = optional(JSON)  # {maxPerWindow?, maxPerDay?}
    entry_requirement = optional(JSON)  # a condition tree, events/conditions.py
    unlock_condition = optional(JSON)  # another one
    schedule = optional(JSON)  # {mode: recurring_windows, startsAt, everySeconds, openSeconds, …}
    metadata = optional(JSON)
    fill_timeout_seconds = optional(INTEGER)  # of lobbies, as the two below
    fill_bots = optional(BOOLEAN)
    fill_strategy = optional(TEXT)  # fill_with_bots, start_short, wait_full


events: Final = table(
    "events",
    EventRecord,
    sa.UniqueConstraint("studio_id", "game_id", "key"),
    of_game(),
)


class EventWindowRecord(OwnedByGame):
    """A time in which an event is open."""

    window_id = key(UUID)
    event_id = column(UUID)
    starts_at = column(MOMENT)
    ends_at = column(MOMENT)
    metadata = optional(JSON)  # wins over the event's
    opened_at = optional(MOMENT)  # when the worker sent the event of its opening
    closed_at = optional(MOMENT)  # when the worker closed it


event_windows: Final = table(
    "event_windows",
    EventWindowRecord,
    sa.ForeignKeyConstraint(
        ["studio_id", "game_id", "event_id"], ["events.studio_id", "events.game_id", "events.event_id"]
    ),
    sa.Index("ix_event_windows_event", "studio_id", "game_id", "event_id", "starts_at"),
    where("ix_event_windows_opening", "opened_at IS NULL", "studio_id", "game_id", "starts_at", "window_id"),
    where("ix_event_windows_closing", "closed_at IS NULL", "studio_id", "game_id", "ends_at", "window_id"),
)
