"""Rolls are keyed by a secret of the game: repeatable, and unpredictable from ids."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import kraty_console.backend
from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.players import service as players
from kraty_console.backend.rewards import rolls
from kraty_console.backend.rewards.seeded_rng import SeededRng
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.backend.playable_events import define
from tests.harness.backend.small_game import ALICE, SmallGame, make_small_game

WIDE = [{"type": "currency", "currencyKey": "gold", "amount": {"min": 1, "max": 1_000_000}}]


async def _throws(world: SmallGame, seed: str) -> list[int]:
    async def work(tx: Transaction, ctx: Context) -> list[int]:
        dice = await rolls.rng_for(tx, ctx, seed)
        return [dice.below(1000) for _ in range(8)]

    found: list[int] = await world.run(work, world.engine())
    return found


async def _secret(world: SmallGame) -> str | None:
    [game] = await world.rows(tables.games)
    secret: str | None = game["roll_secret"]
    return secret


async def test_the_same_id_rolls_otherwise_in_another_game(world: SmallGame) -> None:
    other = await make_small_game(world.db)
    await _rekey(other)
    assert await _throws(world, "attempt/1") == await _throws(world, "attempt/1")
    assert await _throws(world, "attempt/1") != await _throws(world, "attempt/2")
    assert await _throws(world, "attempt/1") != await _throws(other, "attempt/1")
    plain = SeededRng("attempt/1")
    assert await _throws(world, "attempt/1") != [plain.below(1000) for _ in range(8)]


async def _rekey(world: SmallGame) -> None:
    async def work(tx: Transaction, ctx: Context) -> None:
        tx.change(await catalog.game(tx, ctx), roll_secret=world.new_id())

    await world.run(work, world.engine())


async def _attempt(world: SmallGame) -> Any:
    await define(world, "dice", reward_policy={"type": "fixed_bundle", "bundle": {"entries": WIDE}})
    await world.play("dice")
    return [row["contents"] for row in await world.rows(tables.grants)]


async def _milestone(world: SmallGame) -> Any:
    milestone = {"key": "m", "metricKey": "wins", "threshold": 1, "entries": WIDE}
    await define(world, "dice", milestone_rewards=[milestone])
    await world.play("dice")
    return [row["contents"] for row in await world.rows(tables.grants)]


async def _crate(world: SmallGame) -> Any:
    async def pack(tx: Transaction, ctx: Context) -> None:
        await catalog.put_item(tx, ctx, "mystery", name="Mystery", crate_entries=WIDE)

    await world.run(pack, world.engine())
    crate = [{"type": "crate", "crateItemKey": "mystery", "quantity": 1}]
    await world.run(players.upsert, world.engine(), ALICE)
    made = await world.run(grants.create, world.engine(), ALICE, crate, kind="crate")
    opened = await world.run(grants.open_crate, world.engine(), ALICE, made.data["grant"]["id"])
    return opened.data["contents"]["contents"]


async def _bots(world: SmallGame) -> Any:
    more = {"fill_bots": True, "fill_timeout_seconds": 0}
    await define(world, "dice", leaderboard_mode=lobbies.MODE, capacity=20, more=more)
    await world.run(attempts.start, world.engine(), ALICE, "dice")
    return [row["score"] for row in await world.rows(tables.leaderboard_entries, kind="bot")]


@pytest.mark.parametrize("roll", [_attempt, _milestone, _crate, _bots])
async def test_every_kind_of_roll_follows_the_secret(world: SmallGame, roll: Any) -> None:
    """Two games with the same ids roll the same with the same secret, and differently with another."""
    found = []
    for secret in ("one", "one", "other"):
        same = await make_small_game(world.db, seed=7)

        async def rekey(tx: Transaction, ctx: Context, secret: str = secret) -> None:
            tx.change(await catalog.game(tx, ctx), roll_secret=secret)

        await same.run(rekey, same.engine())
        found.append(await roll(same))
        await _forget(same)
    assert found[0] == found[1] != found[2]


async def _forget(world: SmallGame) -> None:
    """Delete the game, so that another can have the same ids."""

    async def work(tx: Transaction, _ctx: Context) -> None:
        for table in reversed(tables.metadata.sorted_tables):
            if "studio_id" in table.c and table is not tables.audit:
                await tx.execute(sa.delete(table).where(table.c.studio_id == world.tenant.studio_id))

    await world.run(work, world.engine())


async def test_a_game_without_a_secret_gets_a_permanent_one_with_its_first_roll(world: SmallGame) -> None:
    async def lose(tx: Transaction, ctx: Context) -> None:
        tx.change(await catalog.game(tx, ctx), roll_secret=None)

    await world.run(lose, world.engine())
    thrown = await asyncio.gather(*(_throws(world, "attempt/1") for _ in range(4)))
    assert len({tuple(each) for each in thrown}) == 1
    assert len(await _secret(world) or "") == 64


def test_every_roll_uses_the_secret_of_the_game() -> None:
    """Generators without a key are only for checks of definitions."""
    made = {
        path.name: found
        for path in Path(kraty_console.backend.__file__).parent.rglob("*.py")
        if (found := re.findall(r"\bSeededRng\((.*)\)", path.read_text("utf-8")))
    }
    assert made == {
        "rolls.py": ["seed, await definitions.roll_secret(tx, ctx)"],
        "game_document.py": ['f"trial {throw}")'],
    }
