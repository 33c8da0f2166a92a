"""Totals equal the counts, and ledgers add up to the holdings, after any sequence of changes."""

from __future__ import annotations

import random

import pytest

from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempt_rewards as rewards
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from tests.harness.backend.small_game import ALICE, DAY, SmallGame

POTIONS = [{"type": "item", "itemKey": "potion", "quantity": 2}]


async def _step(world: SmallGame, chance: random.Random, number: int) -> None:
    """Try one rule that may be refused."""
    key = f"step-{number:05}"
    attempt = chance.choice(await world.rows(tables.attempts) or [{"attempt_id": world.new_id()}])
    grant = chance.choice(await world.rows(tables.grants) or [{"grant_id": world.new_id()}])
    match chance.randrange(12):
        case 0 | 1:
            await world.play("race", chance.choice([None, 3, 10]))
        case 2:
            await world.play("quiet", 10)
        case 3:
            await world.run(attempts.finish, world.engine(), ALICE, attempt["attempt_id"])
        case 4:
            after = world.later(2 * DAY)
            await after.run(attempts.expire, after.engine(), ALICE, attempt["attempt_id"])
        case 5:
            await world.run(attempts.force_complete, world.admin(key), attempt["attempt_id"], final_score=number)
        case 6:
            await world.run(rewards.retry_roll, world.admin(key), attempt["attempt_id"])
        case 7:
            expires_at = world.now + chance.choice([1, DAY])
            await world.run(grants.create, world.server(key), ALICE, POTIONS, expires_at=expires_at)
        case 8:
            await world.run(grants.claim, world.engine(), ALICE, grant["grant_id"])
        case 9:
            after = world.later(1000)
            await after.run(grants.expire, after.engine(), ALICE, grant["grant_id"])
        case 10:
            await world.run(grants.force_claim, world.admin(key), grant["grant_id"])
        case _:
            rule = chance.choice([wallet.credit, wallet.debit])
            await world.run(rule, world.server(key), ALICE, "gold", chance.randrange(1, 400))


async def _check(world: SmallGame) -> None:
    player = await world.player()
    statuses = [row["status"] for row in await world.rows(tables.attempts)]
    claims = [row["status"] for row in await world.rows(tables.grants)]
    assert player["attempt_count"] == len(statuses)
    assert player["attempts_completed"] == statuses.count("completed") + statuses.count("force_completed")
    assert player["attempts_expired"] == statuses.count("expired")
    assert player["grants_pending"] == claims.count("pending")
    assert player["grants_claimed"] == claims.count("claimed")
    ledger = await world.rows(tables.wallet_ledger)
    for wallet_row in await world.rows(tables.wallets):
        entries = [row for row in ledger if row["economy_key"] == wallet_row["economy_key"]]
        assert sum(row["delta"] for row in entries) == wallet_row["balance"]
        running = 0
        for row in sorted(entries, key=lambda entry: entry["position"]):
            running += row["delta"]
            assert row["balance"] == running
    items = await world.rows(tables.item_ledger)
    for held in await world.rows(tables.inventory):
        assert sum(row["delta"] for row in items if row["item_key"] == held["item_key"]) == held["quantity"]
    assert sorted(row["position"] for row in ledger + items) == list(range(1, player["ledger_position"] + 1))
    deposits = await world.rows(tables.grant_deposits)
    crates = {row["grant_id"] for row in await world.rows(tables.grants, kind="crate")}
    claimed = {row["grant_id"] for row in await world.rows(tables.grants, status="claimed")} - crates
    assert {row["grant_id"] for row in deposits} == claimed


@pytest.mark.parametrize("seed", range(2))
async def test_totals_and_ledgers_hold_whatever_happens(world: SmallGame, seed: int) -> None:
    chance = random.Random(seed)
    await world.play("race")
    for number in range(50):
        try:
            await _step(world, chance, number)
        except RuleError:
            continue
    await _check(world)
