"""Revoking a pending grant (contract/README.md#revoke), which only force-claim can still deliver."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kraty_console.backend.grants import service as grants
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.admin_actions import pending
from tests.harness.backend.small_game import ALICE, DAY, SmallGame
from tests.harness.row_versions import without_version

GOLD = [{"type": "currency", "currencyKey": "gold", "amount": 3}]


async def revoked(world: SmallGame) -> str:
    made = await world.run(grants.create, world.server("key-mistake"), ALICE, GOLD)
    grant_id: str = made.data["id"]
    await world.run(grants.revoke, world.admin("key-revoke"), grant_id)
    return grant_id


async def refusal(world: SmallGame, rule: Any, ctx: Context, *args: Any) -> tuple[Code, int, Any]:
    with pytest.raises(RuleError) as refused:
        await world.run(rule, ctx, *args)
    return refused.value.code, refused.value.status, refused.value.details


async def test_a_pending_grant_is_revoked_once_and_fires_an_event(world: SmallGame) -> None:
    grant_id = await pending(world)
    answer = await world.run(grants.revoke, world.admin(), grant_id)
    again = await world.run(grants.revoke, world.admin(), grant_id)
    assert (answer.data["grant"]["status"], again.replayed, again.data) == ("revoked", True, answer.data)
    player = await world.player()
    assert (player["grants_pending"], player["grants_claimed"]) == (0, 0)
    (row,) = await world.rows(tables.audit, action="grant.revoke")
    assert (row["before"]["status"], row["after"]["status"], row["target_id"]) == ("pending", "revoked", grant_id)
    assert row["metadata"]["after"] == row["after"]
    (event,) = await world.rows(tables.outbox, event_name="grant.revoked")
    assert event["payload"]["grant"] == without_version(answer.data["grant"])
    assert await world.rows(tables.wallet_ledger) == []


async def test_claimed_expired_and_revoked_grants_cannot_be_revoked(world: SmallGame) -> None:
    claimed, taken = await pending(world), await revoked(world)
    await world.run(grants.claim, world.engine(), ALICE, claimed)
    short = await world.run(grants.create, world.server("key-short"), ALICE, GOLD, expires_at=world.now + 1)
    over = short.data["id"]
    after = world.later(DAY)
    assert [await refusal(after, grants.revoke, after.admin("key-0001"), each) for each in (claimed, taken, over)] == [
        (Code.CONFLICT, 409, {"status": status}) for status in ("claimed", "revoked", "expired")
    ]
    await after.run(grants.expire, after.engine(), ALICE, over)
    assert (await refusal(after, grants.revoke, after.admin("key-0001"), over))[2] == {"status": "expired"}
    assert len(await world.rows(tables.outbox, event_name="grant.revoked")) == 1


async def test_a_revoked_grant_is_neither_collected_nor_opened_nor_expired(world: SmallGame) -> None:
    grant_id = await revoked(world)
    assert await refusal(world, grants.claim, world.server(None), ALICE, grant_id) == (
        Code.CONFLICT,
        409,
        {"status": "revoked"},
    )
    await world.play()
    (crate,) = await world.rows(tables.grants, kind="crate")
    await world.run(grants.revoke, world.admin("key-crate"), crate["grant_id"])
    assert (await refusal(world, grants.open_crate, world.engine(), ALICE, crate["grant_id"]))[1] == 409
    after = world.later(400 * DAY)
    await after.run(grants.expire, after.engine(), ALICE, grant_id)
    statuses = {row["grant_id"]: row["status"] for row in await world.rows(tables.grants)}
    assert (statuses[grant_id], statuses[crate["grant_id"]]) == ("revoked", "revoked")


async def test_force_claim_delivers_it_all_the_same(world: SmallGame) -> None:
    grant_id = await revoked(world)
    answer = await world.run(grants.force_claim, world.admin("key-claim"), grant_id)
    assert (answer.data["grant"]["status"], len(answer.data["deposits"])) == ("claimed", 1)
    player = await world.player()
    assert (player["grants_pending"], player["grants_claimed"]) == (0, 1)
    (row,) = await world.rows(tables.audit, action="grant.manual_force_claim")
    assert row["before"]["status"] == "revoked"


async def test_a_concurrent_claim_and_revocation_have_one_effect(world: SmallGame) -> None:
    grant_id = await pending(world)
    calls = [world.run(grants.claim, world.engine(), ALICE, grant_id)]
    calls += [world.run(grants.revoke, world.admin(f"key-{number:04}"), grant_id) for number in range(4)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(each, RuleError) for each in answers if isinstance(each, BaseException))
    assert sum(not isinstance(each, BaseException) for each in answers) == 1
    (grant,) = await world.rows(tables.grants)
    assert len(await world.rows(tables.wallet_ledger)) == (grant["status"] == "claimed")
    assert (await world.player())["grants_pending"] == 0
