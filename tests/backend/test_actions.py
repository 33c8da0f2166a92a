"""Properties of every change: one effect, one audit row, one answer, also when repeated concurrently."""

from __future__ import annotations

import asyncio

import pytest

from kraty_console.backend.rules.context import RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.admin_actions import ACTIONS, Action
from tests.harness.backend.small_game import SmallGame

each_action = pytest.mark.parametrize("action", ACTIONS, ids=[action.name for action in ACTIONS])


@each_action
async def test_a_change_has_one_effect_and_one_audit_row(world: SmallGame, action: Action) -> None:
    target = await action.prepare(world)
    answer = await action.call(world, action.context(world), target)
    assert not answer.replayed
    assert await action.effects(world) == 1
    rows = await world.rows(tables.audit, action=action.action, idempotency_key="key-0001")
    assert len(rows) == 1
    row = rows[0]
    ctx = action.context(world)
    assert (row["outcome"], row["actor_kind"], row["actor_id"]) == ("ok", ctx.actor.kind, ctx.actor.id)
    assert (row["reason"], row["ticket"], row["request_id"]) == (ctx.reason, ctx.ticket, ctx.request_id)
    assert row["external_player_id"] == "alice_42"
    assert row["after"] is not None
    if action.surface == "admin":
        url = f"/admin/v1/studios/{world.tenant.studio_id}/audit-log/{row['audit_id']}"
        assert answer.data["audit"] == {"id": row["audit_id"], "url": url}


@each_action
async def test_the_same_key_and_body_gets_the_first_answer(world: SmallGame, action: Action) -> None:
    target = await action.prepare(world)
    first = await action.call(world, action.context(world), target)
    before = await world.counts()
    again = await action.call(world, action.context(world), target)
    assert again.replayed
    assert again.status == 200
    expected = {**first.data, "applied": False} if action.name == "wallet-credit" else first.data
    assert again.data == expected
    assert await world.counts() == before


@each_action
async def test_the_same_key_with_another_body_is_a_conflict(world: SmallGame, action: Action) -> None:
    target = await action.prepare(world)
    await action.call(world, action.context(world), target)
    before = await world.counts()
    for call, ctx in (
        (action.other, action.context(world)),
        (action.call, action.context(world, reason="another reason")),
        (action.call, action.context(world, ticket="T-2")),
    ):
        with pytest.raises(RuleError) as refused:
            await call(world, ctx, target)
        assert refused.value.code is Code.IDEMPOTENCY_CONFLICT
        assert refused.value.status == 409
    assert await world.counts() == before


@each_action
async def test_a_refusal_changes_nothing_and_releases_the_key(world: SmallGame, action: Action) -> None:
    before = await world.counts()
    target = "nobody" if action.name in ("manual-grant", "wallet-credit", "ban") else world.new_id()
    if action.name != "server-grant":  # which creates players on first contact
        with pytest.raises(RuleError) as refused:
            await action.call(world, action.context(world), target)
        assert refused.value.code is Code.NOT_FOUND
        assert await world.counts() == before
    target = await action.prepare(world)
    assert not (await action.call(world, action.context(world), target)).replayed


@each_action
async def test_concurrent_changes_with_one_key_take_effect_once(world: SmallGame, action: Action) -> None:
    target = await action.prepare(world)
    calls = [action.call(world, action.context(world), target) for _ in range(32)]
    answers = await asyncio.gather(*calls)
    assert sum(not answer.replayed for answer in answers) == 1
    assert await action.effects(world) == 1
    first = next(answer for answer in answers if not answer.replayed)
    for answer in answers:
        assert {**answer.data, "applied": True} == {**first.data, "applied": True}
    assert len(await world.rows(tables.audit, action=action.action, idempotency_key="key-0001")) == 1


@each_action
async def test_concurrent_changes_with_different_keys_each_take_effect(world: SmallGame, action: Action) -> None:
    target = await action.prepare(world)
    calls = [action.call(world, action.context(world, f"key-{n:04}"), target) for n in range(32)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    refused = [result for result in results if isinstance(result, RuleError)]
    done = [result for result in results if isinstance(result, RuleResult)]
    assert len(refused) + len(done) == 32
    assert all(result.code is Code.CONFLICT for result in refused)
    assert await action.effects(world) == (1 if action.once else 32)
    assert len(await world.rows(tables.audit, action=action.action, ticket=action.context(world).ticket)) >= len(done)


async def test_one_key_names_one_grant_on_both_surfaces(world: SmallGame) -> None:
    manual, server = ACTIONS[2], ACTIONS[3]
    target = await manual.prepare(world)
    await manual.call(world, manual.context(world), target)
    with pytest.raises(RuleError) as refused:
        await server.call(world, server.context(world), target)
    assert refused.value.code is Code.IDEMPOTENCY_CONFLICT


async def test_a_key_belongs_to_one_operation(world: SmallGame) -> None:
    for name in ("manual-grant", "wallet-credit", "ban"):
        action = next(each for each in ACTIONS if each.name == name)
        target = await action.prepare(world)
        assert not (await action.call(world, action.context(world), target)).replayed
        assert await action.effects(world) == 1
