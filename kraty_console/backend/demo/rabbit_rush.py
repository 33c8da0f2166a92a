"""The definitions of the game Rabbit Rush: items, currencies, bundles, tables and events
(contract/GAME.md). Plain data."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]


def _gold(amount: int | Json) -> Json:
    return {"type": "currency", "currencyKey": "gold", "amount": amount}


def _currency(key: str, amount: int | Json) -> Json:
    return {"type": "currency", "currencyKey": key, "amount": amount}


def _item(key: str, quantity: int | Json = 1) -> Json:
    return {"type": "item", "itemKey": key, "quantity": quantity}


def _crate(key: str, quantity: int = 1) -> Json:
    return {"type": "crate", "crateItemKey": key, "quantity": quantity}


def _table(key: str, rolls: int = 1) -> Json:
    return {"type": "table", "tableKey": key, "rolls": rolls}


CURRENCIES: Final[tuple[Json, ...]] = (
    {"key": "gold", "name": {"en": "Gold", "pt": "Ouro"}, "description": "What races pay."},
    {"key": "gems", "name": "Gems", "description": "Bought, or found in boxes."},
    {"key": "carrots", "name": "Carrots", "description": "Earned in the garden, spent on treats."},
    {"key": "trophies", "name": "Trophies", "kind": "progression"},
    {"key": "xp", "name": "Experience", "kind": "progression"},
)

ITEMS: Final[tuple[Json, ...]] = (
    {"key": "turbo_boots", "name": "Turbo Boots", "item_type_key": "gear", "rarity": "rare", "tags": ["speed"]},
    {"key": "lucky_clover", "name": "Lucky Clover", "item_type_key": "charm", "rarity": "uncommon"},
    {"key": "potion", "name": "Carrot Potion", "item_type_key": "consumable", "rarity": "common"},
    {"key": "shield", "name": "Burrow Shield", "item_type_key": "consumable", "rarity": "common"},
    {"key": "winter_hat", "name": "Winter Hat", "item_type_key": "cosmetic", "rarity": "rare", "tags": ["seasonal"]},
    {"key": "golden_carrot", "name": "Golden Carrot", "item_type_key": "cosmetic", "rarity": "legendary"},
    {
        "key": "wooden_box",
        "name": "Wooden Box",
        "rarity": "common",
        "crate_entries": [_gold({"min": 20, "max": 80, "step": 20}), _table("box_loot")],
    },
    {
        "key": "spring_basket",
        "name": "Spring Basket",
        "rarity": "rare",
        "tags": ["seasonal"],
        "crate_entries": [_currency("carrots", {"min": 10, "max": 40}), _table("spring_loot", rolls=2)],
    },
    {
        "key": "legendary_box",
        "name": "Legendary Box",
        "rarity": "legendary",
        "crate_entries": [_currency("gems", {"min": 50, "max": 150, "step": 25}), _table("box_loot", rolls=3)],
    },
)

TABLES: Final[tuple[Json, ...]] = (
    {
        "key": "daily_gold",
        "name": "Daily gold",
        "weighted_entries": [
            {"weight": 70, "entry": _gold({"min": 100, "max": 200, "step": 10})},
            {"weight": 25, "entry": _gold({"min": 200, "max": 400, "step": 50})},
            {"weight": 5, "entry": _gold(1000)},
        ],
    },
    {
        "key": "box_loot",
        "name": "What boxes hold",
        "weighted_entries": [
            {"weight": 60, "entry": _item("potion", {"min": 1, "max": 3})},
            {"weight": 25, "entry": _item("shield")},
            {"weight": 12, "entry": _item("lucky_clover")},
            {"weight": 3, "entry": _item("turbo_boots")},
        ],
    },
    {
        "key": "spring_loot",
        "name": "What spring baskets hold",
        "weighted_entries": [
            {"weight": 80, "entry": _currency("carrots", {"min": 5, "max": 25, "step": 5})},
            {"weight": 15, "entry": _item("lucky_clover")},
            {"weight": 5, "entry": _item("golden_carrot")},
        ],
    },
)

BUNDLES: Final[tuple[Json, ...]] = (
    {"key": "race_prize", "name": "Race prize", "entries": [_table("daily_gold")]},
    {"key": "hunt_prize", "name": "Hunt prize", "entries": [_crate("spring_basket"), _currency("xp", 60)]},
    {"key": "cup_gold", "name": "Cup, first place", "entries": [_gold(2500), _crate("legendary_box")]},
    {"key": "cup_silver", "name": "Cup, places 2 to 10", "entries": [_gold(1000), _currency("gems", 50)]},
    {"key": "cup_bronze", "name": "Cup, taking part", "entries": [_gold(250), _currency("trophies", 1)]},
    {"key": "garden_prize", "name": "Garden prize", "entries": [_currency("carrots", 30), _item("potion")]},
    {"key": "sorry", "name": "Apology", "entries": [_gold(500), _item("potion", 2)]},
)

RACE_TARGET: Final = 1500
EGGS_TARGET: Final = 120

EVENTS: Final[tuple[Json, ...]] = (
    {
        "key": "daily_race",
        "name": "Daily Race",
        "leaderboard_mode": "global",
        "metrics": [{"key": "distance", "target": RACE_TARGET, "scorePerUnit": 1}],
        "reward_policy": {"type": "fixed_bundle", "bundle": "race_prize"},
    },
    {
        "key": "weekly_cup",
        "name": {"en": "Weekly Cup", "pt": "Taça Semanal"},
        "leaderboard_mode": "global",
        "metrics": [{"key": "distance", "target": RACE_TARGET, "scorePerUnit": 1}],
        "reward_policy": {"type": "fixed_bundle", "bundle": "cup_bronze"},
        "milestone_rewards": [
            {"key": "half_way", "metricKey": "distance", "threshold": 750, "entries": [_currency("trophies", 1)]}
        ],
    },
    {
        "key": "spring_hunt",
        "name": "Spring Hunt",
        "leaderboard_mode": "global_segmented",
        "metrics": [
            {"key": "eggs", "target": EGGS_TARGET, "cap": 400, "scorePerUnit": 1},
            {"key": "steps", "cap": 5000, "scorePerUnit": 0},
        ],
        "reward_policy": {"type": "fixed_bundle", "bundle": "hunt_prize"},
        "milestone_rewards": [
            {"key": "hundred_eggs", "metricKey": "eggs", "threshold": 100, "entries": [_crate("wooden_box")]}
        ],
    },
    {
        "key": "duel_arena",
        "name": "Duel Arena",
        "leaderboard_mode": "lobby_matched",
        "metrics": [{"key": "wins", "target": 5, "scorePerUnit": 1}],
        "reward_policy": {"type": "shared_pool", "pool": 4000, "currencyKey": "gold"},
        "capacity": 8,
    },
    {
        "key": "garden_party",
        "name": "Garden Party",
        "leaderboard_mode": "grouped",
        "metrics": [{"key": "carrots_grown", "target": 200, "cap": 500, "scorePerUnit": 1}],
        "reward_policy": {"type": "fixed_bundle", "bundle": "garden_prize"},
    },
    {
        "key": "practice_run",
        "name": "Practice Run",
        "leaderboard_mode": "global",
        "metrics": [{"key": "distance", "target": 500, "scorePerUnit": 1}],
        "reward_policy": {"type": "none"},
    },
    {
        "key": "moonlight_cup",
        "name": "Moonlight Cup",
        "leaderboard_mode": "global",
        "metrics": [{"key": "distance", "target": 300, "scorePerUnit": 1}],
        "reward_policy": {
            "type": "rank_scaled",
            "tiers": [
                {"fromRank": 1, "toRank": 1, "bundle": "cup_gold"},
                {"fromRank": 2, "toRank": 10, "bundle": "cup_silver"},
                {"fromRank": 11, "toRank": 100_000, "bundle": "cup_bronze"},
            ],
        },
    },
)
