"""What an event pays is shown in the numbers and kinds that typed SDKs read (contract/GAME.md#rewards)."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.compat import published_shapes
from tests.harness.compat.call_stage import GOLD, CallStage
from tests.harness.contract import open_events

RANGE = {**GOLD, "amount": {"min": 2, "max": 9, "step": 1}}
LOOT = {"type": "table", "tableKey": "loot", "rolls": 1}
SWORD = {"type": "item", "itemKey": "sword", "quantity": 1, "parameters": {"edge": 3}}
BOX = {"type": "crate", "crateItemKey": "box", "quantity": 1}


def listed(stage: CallStage, key: str) -> Any:
    """The event as an unknown player sees it."""
    [event] = [each for each in stage.game().data("GET", "/sdk/v1/players/nobody/events") if each["eventKey"] == key]
    published_shapes.check(event, published_shapes.EVENT)
    return event


def test_previews_expand_bundles_and_show_the_minimum_of_ranges(stage: CallStage) -> None:
    async def define(tx: Transaction) -> None:
        ctx = stage.world.context()
        await catalog.put_bundle(tx, ctx, "inner", name="Inner", entries=[SWORD])
        inner = {"type": "bundle", "bundleKey": "inner"}
        await catalog.put_bundle(tx, ctx, "outer", name={"en": "Outer"}, entries=[RANGE, LOOT, inner, BOX])

    stage.world.backend.run(define)
    tiers = [
        {"fromRank": 1, "toRank": 1, "bundle": "outer"},
        {"fromRank": 2, "toRank": 9, "bundle": "nothing of that name"},
    ]
    milestone = {"key": "half", "metricKey": "laps", "threshold": 2, "entries": [RANGE, LOOT]}
    policy = {"type": "rank_scaled", "tiers": tiers}
    open_events.define(stage.world, "cup", reward_policy=policy, milestone_rewards=[milestone])
    event = listed(stage, "cup")
    first, second = event["rewardPolicy"]["tiers"]
    published_shapes.check(first["bundle"], published_shapes.PREVIEW)
    assert first["bundle"] == {"key": "outer", "name": {"en": "Outer"}, "entries": [{**GOLD, "amount": 2}, SWORD, BOX]}
    assert second == {"fromRank": 2, "toRank": 9, "bundle": None}
    assert event["milestoneRewards"] == [{**milestone, "entries": [{**GOLD, "amount": 2}]}]


def test_other_reward_policies_are_shown_unchanged(stage: CallStage) -> None:
    pool = {"type": "shared_pool", "pool": 400, "currencyKey": "gold"}
    for key, policy in (("pool", pool), ("free", {"type": "none"})):
        open_events.define(stage.world, key, reward_policy=policy)
        assert listed(stage, key)["rewardPolicy"] == policy
