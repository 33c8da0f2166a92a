"""Both databases give the same answers: the same story leaves identical rows."""

from __future__ import annotations

import json
from typing import Any

from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempt_rewards as rewards
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lifecycle import erase, export, merge
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.lookup import snapshot
from kraty_console.backend.players import bans
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from tests.harness.backend.small_game import ALICE, DAY, SmallGame, make_small_game
from tests.harness.databases import PostgresqlServer, SqliteFiles

GIFT = [
    {"type": "currency", "currencyKey": "gold", "amount": 7},
    {"type": "item", "itemKey": "potion", "quantity": 2, "parameters": {"z": 1, "a": [1.5, None, "\u202eé"]}},
    {"type": "crate", "crateItemKey": "mystery", "quantity": 2},
]


async def _tell(world: SmallGame) -> list[Any]:
    """Play, fail and repair; returns all answers."""
    answers: list[Any] = []

    async def say(rule: Any, ctx: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            answer: RuleResult = await world.run(rule, ctx, *args, **kwargs)
        except RuleError as refusal:
            answers.append([refusal.code, refusal.status, refusal.message, refusal.details])
            return None
        answers.append([answer.status, answer.data, answer.replayed])
        return answer.data

    await world.run(players.upsert, world.engine(), ALICE, email="ÀLICE@example.com", display_name="[/nope]")
    for external_id, score in (("ann", 12), ("ben", 12), ("Ben", 20), ("é", 3.25)):
        answers += [await world.play(event, score, external_id) for event in ("race", "ladder", "pool", "steps")]
    await world.archive()
    failed = await world.play()
    await say(rewards.retry_roll, world.admin("key-0001"), failed["id"])
    await world.restore()
    await say(rewards.retry_roll, world.admin("key-0001"), failed["id"])
    await say(rewards.retry_roll, world.admin("key-0002"), failed["id"])
    stuck = await world.play(score=2.5)
    await say(attempts.force_complete, world.admin("key-0003"), stuck["id"], final_score=9.75)
    await say(attempts.force_complete, world.admin("key-0004"), stuck["id"])
    gift = await say(grants.create, world.admin("key-0005"), ALICE, GIFT, expires_at=world.now + DAY)
    await say(grants.force_claim, world.admin("key-0006"), gift["grant"]["id"])
    for crate in await world.rows(tables.grants, kind="crate"):
        await say(grants.force_claim, world.admin(f"crate-{crate['grant_id']}"), crate["grant_id"])
    mistake = await say(grants.create, world.admin("key-0010"), ALICE, GIFT)
    await say(grants.revoke, world.admin("key-0011"), mistake["grant"]["id"])
    await say(wallet.credit, world.server("key-0007"), ALICE, "gems", 3)
    await say(wallet.debit, world.server("key-0008"), ALICE, "gems", 5)
    lobby = await say(lobbies.create, world.engine(), "arena", key="match")
    for external_id in (ALICE, "ann", "ben"):
        await say(lobbies.join, world.engine(), lobby["lobby"]["id"], external_id)
    await say(lobbies.start, world.engine(), lobby["lobby"]["id"])
    await say(bans.ban, world.admin("key-0009"), ALICE)
    await say(attempts.start, world.engine(), ALICE, "race")
    async with world.db.read() as tx:
        answers += [await snapshot.build(tx, world.tenant, "live", who) for who in (ALICE, "ann", "ben", "Ben", "é")]
    for pair in (("ben", "ann"), ("ben", "ann"), ("é", "ann"), ("ann", "ann"), ("ann", ALICE), ("nobody", "ann")):
        await say(merge.merge, world.server(None), *pair)
    for external_id in ("Ben", "Ben", "ben", "nobody"):
        await say(erase.erase, world.server(None, reason="gdpr_erasure"), external_id)
    async with world.db.read() as tx:
        answers.append(await export.build(tx, world.tenant, "live", "ann", world.now))
    answers += [[table.name, await world.rows(table)] for table in tables.metadata.sorted_tables]
    return answers


async def test_one_story_on_both_databases(sqlite_files: SqliteFiles, postgresql: PostgresqlServer) -> None:
    outcomes = []
    for url in (sqlite_files.fresh(), postgresql.fresh()):
        database = Database.open(url)
        outcomes.append(await _tell(await make_small_game(database, seed=11)))
        await database.close()
    for on_sqlite, on_postgresql in zip(*outcomes, strict=True):
        assert json.dumps(on_sqlite, indent=1) == json.dumps(on_postgresql, indent=1)
