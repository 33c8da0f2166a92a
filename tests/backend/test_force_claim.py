"""Force-claim a grant
(contract/README.md#force-claim), claiming, opening crates: each grant is deposited once in its life."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.grants import service as grants
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from tests.harness.backend.admin_actions import pending
from tests.harness.backend.small_game import ALICE, DAY, SmallGame
from tests.harness.row_versions import without_version


async def test_pending_is_delivered(world: SmallGame) -> None:
    grant_id = await pending(world)
    answer = await world.run(grants.force_claim, world.admin(), grant_id)
    assert (answer.data["grant"]["status"], answer.data["grant"]["id"]) == ("claimed", grant_id)
    (deposit,) = answer.data["deposits"]
    assert (deposit["economyKey"], deposit["delta"], deposit["balance"]) == ("gold", 250, 250)
    assert (deposit["reason"], deposit["origin"], deposit["sourceRefId"]) == ("grant_deposit", "admin", grant_id)
    assert [row["balance"] for row in await world.rows(tables.wallets)] == [250]
    player = await world.player()
    assert (player["grants_pending"], player["grants_claimed"]) == (0, 1)
    (row,) = await world.rows(tables.audit, action="grant.manual_force_claim")
    assert (row["before"]["status"], row["after"]["status"]) == ("pending", "claimed")
    assert row["metadata"]["before"] == row["before"]


async def test_claiming_again_changes_nothing(world: SmallGame) -> None:
    grant_id = await pending(world)
    claimed = await world.run(grants.claim, world.engine(), ALICE, grant_id)
    answer = await world.run(grants.force_claim, world.admin(), grant_id)
    assert answer.data["deposits"] == []
    assert without_version(answer.data["grant"]) == claimed.data["grant"]
    assert len(await world.rows(tables.wallet_ledger)) == 1
    assert (await world.player())["grants_claimed"] == 1


async def test_expired_is_delivered(world: SmallGame) -> None:
    entries = [{"type": "item", "itemKey": "potion", "quantity": 3}]
    made = await world.run(grants.create, world.server(), ALICE, entries, expires_at=world.now + 1)
    after = world.later(DAY)
    await after.run(grants.expire, after.engine(), ALICE, made.data["id"])
    answer = await after.run(grants.force_claim, after.admin(), made.data["id"])
    assert [(row["itemKey"], row["quantity"]) for row in answer.data["deposits"]] == [("potion", 3)]
    player = await world.player()
    assert (player["grants_pending"], player["grants_claimed"]) == (0, 1)


async def test_a_studio_that_keeps_its_own_inventory_is_only_marked(world: SmallGame) -> None:
    grant_id = await pending(world)

    async def studio_managed(tx: Transaction, ctx: Any) -> None:
        tx.change(await catalog.game(tx, ctx), inventory_management="studio")

    await world.run(studio_managed, world.engine())
    answer = await world.run(grants.force_claim, world.admin(), grant_id)
    assert (answer.data["grant"]["status"], answer.data["deposits"]) == ("claimed", [])
    assert await world.rows(tables.wallet_ledger) == []


async def test_a_crate_is_opened_and_its_contents_claimed(world: SmallGame) -> None:
    attempt = await world.play()
    (crate,) = await world.rows(tables.grants, kind="crate")
    answer = await world.run(grants.force_claim, world.admin(), crate["grant_id"])
    contents = answer.data["contents"]
    assert (contents["status"], contents["parentGrantId"], contents["sourceKind"]) == (
        "claimed",
        crate["grant_id"],
        "crate",
    )
    assert len(answer.data["deposits"]) == len(contents["contents"]["entries"]) > 0
    assert attempt["id"] == crate["attempt_id"]
    player = await world.player()
    assert (player["grants_pending"], player["grants_claimed"]) == (1, 2)


async def test_opening_twice_gives_the_same_contents(world: SmallGame) -> None:
    await world.play()
    (crate,) = await world.rows(tables.grants, kind="crate")
    first = await world.run(grants.open_crate, world.engine(), ALICE, crate["grant_id"])
    again = await world.run(grants.open_crate, world.engine(), ALICE, crate["grant_id"])
    assert first.data == again.data
    assert (first.data["crate"]["status"], first.data["contents"]["status"]) == ("claimed", "pending")


async def test_a_crate_that_cannot_be_opened_stays_as_it_is(world: SmallGame) -> None:
    await world.play()
    (crate,) = await world.rows(tables.grants, kind="crate")
    await world.archive()
    with pytest.raises(RuleError) as refused:
        await world.run(grants.force_claim, world.admin(), crate["grant_id"])
    assert refused.value.details == {"rollError": 'table "daily_gold" was archived'}
    assert (await world.rows(tables.grants, kind="crate"))[0]["status"] == "pending"


async def test_crates_in_a_grant_become_grants_to_open(world: SmallGame) -> None:
    entries = [{"type": "crate", "crateItemKey": "mystery", "quantity": 2}]
    made = await world.run(grants.create, world.server(), ALICE, entries)
    await world.run(grants.claim, world.engine(), ALICE, made.data["id"])
    (crate,) = await world.rows(tables.grants, kind="crate")
    assert crate["contents"] == {"crateItemKey": "mystery", "quantity": 2}
    assert (crate["status"], crate["parent_grant_id"]) == ("pending", made.data["id"])


async def test_claim_and_force_claim_at_once_deposit_once(world: SmallGame) -> None:
    grant_id = await pending(world)
    calls = [world.run(grants.claim, world.engine(), ALICE, grant_id) for _ in range(8)]
    calls += [world.run(grants.force_claim, world.admin(f"key-{n:04}"), grant_id) for n in range(8)]
    answers = await asyncio.gather(*calls)
    assert sum(len(answer.data["deposits"]) for answer in answers) == 1
    assert len(await world.rows(tables.wallet_ledger)) == 1


async def test_the_database_refuses_a_second_deposit(world: SmallGame) -> None:
    grant_id = await pending(world)
    await world.run(grants.claim, world.engine(), ALICE, grant_id)
    (row,) = await world.rows(tables.grant_deposits)

    async def again(tx: Transaction) -> None:
        await tx.insert_many(tables.grant_deposits, [row])

    with pytest.raises(IntegrityError):
        await world.db.run(again)


async def test_the_studio_acknowledges(world: SmallGame) -> None:
    grant_id = await pending(world)
    answer = await world.run(grants.claim, world.server(None), ALICE, grant_id)
    assert answer.data["status"] == "claimed"
    (row,) = await world.rows(tables.audit, action="grant.ack")
    assert row["metadata"] == {"ackedBy": "server_api"}


async def test_a_grant_of_another_player_is_not_found(world: SmallGame) -> None:
    grant_id = await pending(world)
    await world.play("quiet", external_id="bob_7")
    with pytest.raises(RuleError) as refused:
        await world.run(grants.claim, world.engine(), "bob_7", grant_id)
    assert refused.value.code is Code.NOT_FOUND
