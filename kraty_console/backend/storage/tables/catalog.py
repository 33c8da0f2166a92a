"""The catalog of a game: items, currencies, rewards, events and their windows."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT, UUID, metadata, of_game, tenant, where

items: Final = sa.Table(
    "items",
    metadata,
    *tenant(),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("name", JSON, nullable=False),
    sa.Column("description", JSON, nullable=True),
    sa.Column("icon_url", TEXT, nullable=True),
    sa.Column("item_type_key", TEXT, nullable=False, default="item"),
    sa.Column("rarity", TEXT, nullable=True),
    sa.Column("tags", JSON, nullable=False, default=[]),
    sa.Column("attributes", JSON, nullable=False, default={}),
    sa.Column("crate_entries", JSON, nullable=True),  # what opening one rolls; set on crates only
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("archived_at", MOMENT, nullable=True),
    of_game(),
)

currencies: Final = sa.Table(
    "currencies",
    metadata,
    *tenant(),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("name", JSON, nullable=False),
    sa.Column("description", JSON, nullable=True),
    sa.Column("icon_url", TEXT, nullable=True),
    sa.Column("kind", TEXT, nullable=False, default="currency"),  # or `progression`
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("archived_at", MOMENT, nullable=True),
    sa.Column("client_writable", sa.Boolean, nullable=True),  # a game may move it: progression only
    sa.Column("derives", JSON, nullable=True),  # what follows from its balance: [{economyKey, steps: [{at, entries?}]}]
    sa.Column("ranked_boards", JSON, nullable=True),  # ids of the boards that rank by its balance
    of_game(),
)

bundles: Final = sa.Table(
    "bundles",
    metadata,
    *tenant(),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("name", JSON, nullable=False),
    sa.Column("entries", JSON, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("archived_at", MOMENT, nullable=True),
    of_game(),
)

reward_tables: Final = sa.Table(
    "reward_tables",
    metadata,
    *tenant(),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("name", JSON, nullable=False),
    sa.Column("weighted_entries", JSON, nullable=False),  # [{weight, entry}]
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("archived_at", MOMENT, nullable=True),
    of_game(),
)

events: Final = sa.Table(
    "events",
    metadata,
    *tenant(),
    sa.Column("event_id", UUID, primary_key=True),
    sa.Column("key", TEXT, nullable=False),
    sa.Column("name", JSON, nullable=False),
    sa.Column("type", TEXT, nullable=False, default="single_metric"),
    sa.Column("leaderboard_mode", TEXT, nullable=False, default="global"),
    sa.Column("metrics", JSON, nullable=False),  # [{key, target?, cap?, scorePerUnit?}]
    sa.Column("reward_policy", JSON, nullable=False),  # {type, …}: contract/GAME.md#rewards
    sa.Column("milestone_rewards", JSON, nullable=False, default=[]),  # [{key, metricKey, threshold, entries}]
    sa.Column("capacity", sa.Integer, nullable=True),
    sa.Column("enabled", sa.Boolean, nullable=False, default=True),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("entry_cost", JSON, nullable=True),  # {currencies: [{key, amount}], items: [{key, quantity}]}
    sa.Column("attempt_quota", JSON, nullable=True),  # {maxPerWindow?, maxPerDay?}
    sa.Column("entry_requirement", JSON, nullable=True),  # a condition tree, events/conditions.py
    sa.Column("unlock_condition", JSON, nullable=True),  # another one
    sa.Column("schedule", JSON, nullable=True),  # {mode: recurring_windows, startsAt, everySeconds, openSeconds, …}
    sa.Column("metadata", JSON, nullable=True),
    sa.Column("fill_timeout_seconds", sa.Integer, nullable=True),  # of lobbies, as the two below
    sa.Column("fill_bots", sa.Boolean, nullable=True),
    sa.Column("fill_strategy", TEXT, nullable=True),  # fill_with_bots, start_short, wait_full
    sa.UniqueConstraint("studio_id", "game_id", "key"),
    of_game(),
)

event_windows: Final = sa.Table(
    "event_windows",
    metadata,
    *tenant(),
    sa.Column("window_id", UUID, primary_key=True),
    sa.Column("event_id", UUID, nullable=False),
    sa.Column("starts_at", MOMENT, nullable=False),
    sa.Column("ends_at", MOMENT, nullable=False),
    sa.Column("metadata", JSON, nullable=True),  # wins over the event's
    sa.Column("opened_at", MOMENT, nullable=True),  # when the worker told of its opening
    sa.Column("closed_at", MOMENT, nullable=True),  # when the worker closed it
    sa.ForeignKeyConstraint(
        ["studio_id", "game_id", "event_id"], ["events.studio_id", "events.game_id", "events.event_id"]
    ),
    sa.Index("ix_event_windows_event", "studio_id", "game_id", "event_id", "starts_at"),
    where("ix_event_windows_opening", "opened_at IS NULL", "studio_id", "game_id", "starts_at", "window_id"),
    where("ix_event_windows_closing", "closed_at IS NULL", "studio_id", "game_id", "ends_at", "window_id"),
)
