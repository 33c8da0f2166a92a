"""The snapshot (contract/README.md#snapshot): its shape, limits and cost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from kraty_console.backend.audit.denial_counts import is_first
from kraty_console.backend.audit.trail import record_denied
from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.http.envelope import HandlerReply, encode, reply_response
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.lookup import snapshot
from kraty_console.backend.players import bans
from kraty_console.backend.players import service as players
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.players import Snapshot
from tests.harness.backend.small_game import ALICE, SmallGame


async def _look(world: SmallGame, external_id: str = ALICE, **options: object) -> dict[str, object]:
    async with world.db.read() as tx:
        found = await snapshot.build(tx, world.tenant, "live", external_id, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


async def _busy(world: SmallGame, rounds: int, external_id: str = ALICE) -> None:
    async def work(tx: Transaction) -> None:
        ctx = world.engine()
        for _ in range(rounds):
            attempt = (await attempts.start(tx, ctx, external_id, "race")).data["attempt"]
            done = await attempts.progress(tx, ctx, external_id, attempt["id"], {"wins": 10})
            await grants.claim(tx, ctx, external_id, done.data["attempt"]["grantIds"][0])

    await world.db.run(work)


async def test_everything_about_a_player(world: SmallGame) -> None:
    context = {"country": "PT", "level": 7}
    await world.run(
        players.upsert, world.engine(), ALICE, email="Alice@Example.com", display_name="Alice", context=context
    )
    await _busy(world, 2)
    await world.archive()
    failed = await world.play()
    lobby = (await world.run(lobbies.create, world.engine(), "arena")).data["lobby"]
    await world.run(lobbies.join, world.engine(), lobby["id"], ALICE)
    await world.run(wallet.credit, world.admin(), ALICE, "gold", 5)
    await world.run(bans.ban, world.admin(), ALICE)
    found = await _look(world)
    json.dumps(found, allow_nan=False)
    shown = Snapshot.model_validate(found)
    assert (shown.player.external_player_id, shown.player.email) == (ALICE, "Alice@Example.com")
    assert shown.player.display_identity is not None
    assert shown.player.ban is not None
    assert (shown.player.ban.reason, shown.player.last_context_snapshot) == ("ticket says so", context)
    first = shown.attempts[0]
    assert first.id == failed["id"]
    assert first.roll is not None
    assert (first.roll.status, first.roll.error) == ("failed", 'table "daily_gold" was archived')
    assert (first.event_key, first.target, first.reward_policy, first.grant_ids) == ("race", 10, "fixed_bundle", [])
    assert shown.attempts[1].grant_ids is not None
    assert len(shown.attempts[1].grant_ids) == 2
    assert {grant.id for grant in shown.grants} >= set(shown.attempts[1].grant_ids)
    assert [(row.event_key, row.status) for row in shown.lobbies] == [("arena", "forming")]
    assert [row.action for row in shown.audit] == ["player.ban", "wallet.credit"]
    assert shown.wallet_ledger[0].delta == 5
    assert shown.summary.model_dump() == {
        "attempt_count": 3,
        "attempts_completed": 3,
        "attempts_expired": 0,
        "grants_pending": 2,
        "grants_claimed": 2,
        "lobbies_active": 0,
    }


async def test_the_snapshot_of_the_studio_has_the_published_shape(world: SmallGame) -> None:
    await world.run(players.upsert, world.engine(), ALICE, email="alice@example.com")
    await _busy(world, 1)
    found = await _look(world, surface="server")
    assert set(found) == {
        "player",
        "attempts",
        "grants",
        "recentGrants",
        "lobbies",
        "summary",
        "inventory",
        "wallet",
    }
    assert "alice@example.com" not in json.dumps(found)
    assert found["recentGrants"] == found["grants"]


HOSTILE = 'quo"ted \\ back\x1f\u2028 é 日本 \U0001f430 %s {} </script>'


@pytest.mark.parametrize("surface", ["admin", "server"])
async def test_lists_are_written_as_they_are_built(world: SmallGame, surface: snapshot.Surface) -> None:
    """Byte for byte: with and without what is optional, numbers of all sizes, texts and documents of any kind."""
    await _busy(world, 2)
    await world.archive()
    await world.play(score=0.00001)
    await world.play(score=123.5)
    lobby = (await world.run(lobbies.create, world.engine(), "arena")).data["lobby"]
    await world.run(lobbies.join, world.engine(), lobby["id"], ALICE)
    for number, reason in enumerate((HOSTILE, "plain", None)):
        ctx = replace(world.admin(f"key-000{number}"), reason=reason, ticket=reason)
        await world.run(wallet.credit, ctx, ALICE, "gold", 999_999_998 + number - 1)
    metadata = {"deep": [{"x": 1e300, "y": -0.0, "z": 5.0, "empty": {}}, [], None, True], HOSTILE: 1}
    entry = {"type": "item", "itemKey": "potion", "quantity": 2, "parameters": metadata}
    granted = await world.run(grants.create, world.admin("key-item"), ALICE, [entry])
    await world.run(grants.force_claim, world.admin("key-claim"), granted.data["grant"]["id"])
    await _refuse(world)
    async with world.db.read() as tx:
        built = await snapshot.build(tx, world.tenant, "live", ALICE, surface=surface)
        written = await snapshot.write(tx, world.tenant, "live", ALICE, limit=50, surface=surface)
    directly = await snapshot.write(world.db, world.tenant, "live", ALICE, limit=50, surface=surface)
    assert built is not None
    assert all(built["attempts"] and built["grants"] and built["lobbies"] and built["wallet"])
    expected = encode({"data": built})
    assert reply_response(HandlerReply(written)).body == expected
    assert reply_response(HandlerReply(directly)).body == expected


async def _refuse(world: SmallGame) -> None:
    """Two refused attempts on the player, counted beside one audit row."""
    async with world.db.transaction() as tx:
        for number in range(2):
            ctx = world.admin(f"key-denied-{number}")
            audit_id = ctx.new_id()
            if await is_first(tx, ctx, "POST /ban", audit_id):
                player = await players.peek(tx, ctx, ALICE)
                record_denied(tx, ctx, "player.ban", audit_id, target_kind="player", target_id=ALICE, player=player)


async def test_lists_are_capped_and_newest_first(world: SmallGame) -> None:
    await _busy(world, 5)
    found = Snapshot.model_validate(await _look(world, limit=3))
    assert [len(rows) for rows in (found.attempts, found.grants, found.wallet_ledger)] == [3, 3, 3]
    assert [row.id for row in found.attempts] == sorted((row.id for row in found.attempts), reverse=True)
    assert found.summary.attempt_count == 5


async def test_unknown_players_and_other_environments(world: SmallGame) -> None:
    await _busy(world, 1)
    async with world.db.read() as tx:
        assert await snapshot.build(tx, world.tenant, "live", "ghost") is None
        assert await snapshot.build(tx, world.tenant, "test", ALICE) is None
        assert await snapshot.build(tx, world.tenant, "live", ALICE.upper()) is None


async def test_the_same_queries_for_a_long_history(world: SmallGame) -> None:
    await _busy(world, 1, "grace_hopper")
    await _busy(world, 60, "heavy_user")
    statements: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sa.event.listen(world.db.engine.sync_engine, "before_cursor_execute", count)
    seen = {}
    for external_id in ("grace_hopper", "heavy_user"):
        statements.clear()
        await _look(world, external_id)
        seen[external_id] = len([text for text in statements if text.startswith("SELECT")])
    assert seen["grace_hopper"] == seen["heavy_user"] <= snapshot.QUERIES


async def test_every_query_goes_by_an_index(world: SmallGame) -> None:
    """No list of a player scans a table, or sorts if an index has the order."""
    if world.db.postgresql:
        return  # its planner scans tables of this size; the indexes are the same
    await _busy(world, 3)
    plans: list[tuple[str, object]] = []

    def collect(_conn: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            plans.append((statement, parameters))

    sa.event.listen(world.db.engine.sync_engine, "before_cursor_execute", collect)
    await _look(world)
    sa.event.remove(world.db.engine.sync_engine, "before_cursor_execute", collect)
    assert len(plans) >= 9
    async with world.db.read() as tx:
        for statement, parameters in plans:
            rows = await tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            steps = [row[3] for row in rows]
            assert not [step for step in steps if step.startswith("SCAN")], (statement, steps)
            if "USE TEMP B-TREE FOR ORDER BY" in steps:  # as many as the catalog has keys, at most
                assert "wallets" in statement or "inventory" in statement, (statement, steps)
            if "attempt_id IN" in statement:
                assert ["attempt_id=?" in step for step in steps] == [True], steps


@pytest.mark.parametrize("external_id", ["a/b", "..", "%2e", "x/merge-into/y", " ", "[/nope]", "é", "e\u0301", "日本"])
async def test_an_id_of_any_kind_finds_exactly_that_player(world: SmallGame, external_id: str) -> None:
    await world.run(players.upsert, world.engine(), external_id)
    await world.run(players.upsert, world.engine(), external_id + "2")
    found = Snapshot.model_validate(await _look(world, external_id))
    assert found.player.external_player_id == external_id
