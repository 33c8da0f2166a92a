"""Issue a manual grant (contract/README.md#manual-grant), and the same for the studio's backend
(contract/SERVER.md#grants)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.grants import service as grants
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.admin_actions import present
from tests.harness.backend.small_game import ALICE, DAY, SmallGame
from tests.harness.row_versions import without_version

MIXED = [
    {"type": "currency", "currencyKey": "gold", "amount": 1},
    {"type": "item", "itemKey": "potion", "quantity": 1_000_000_000, "parameters": {"level": 3}},
    {"type": "crate", "crateItemKey": "mystery", "quantity": 2},
]


async def test_a_manual_grant_is_pending_and_fires_an_event(world: SmallGame) -> None:
    await present(world)
    answer = await world.run(grants.create, world.admin(), ALICE, MIXED, metadata={"why": "make-good"})
    grant = answer.data["grant"]
    assert answer.status == 201
    assert grant["contents"] == {"entries": MIXED}
    assert (grant["kind"], grant["sourceKind"], grant["status"], grant["rolledAt"]) == (
        "reward",
        "admin",
        "pending",
        None,
    )
    player = await world.player()
    (event,) = await world.rows(tables.outbox)
    assert event["event_name"] == "grant.created"
    shown = {"playerId": player["player_id"], "externalPlayerId": ALICE, "grant": without_version(grant)}
    assert event["payload"] == shown
    assert player["grants_pending"] == 1
    assert await world.rows(tables.wallets) == []
    (row,) = await world.rows(tables.audit)
    assert row["metadata"] == {"reason": "ticket says so", "externalPlayerId": ALICE}


async def test_the_admin_surface_makes_no_players_the_server_does(world: SmallGame) -> None:
    with pytest.raises(RuleError) as refused:
        await world.run(grants.create, world.admin(), "ghost", MIXED)
    assert (refused.value.code, refused.value.message) == (Code.NOT_FOUND, "Player 'ghost' not found")
    answer = await world.run(grants.create, world.server(), "ghost", MIXED, source_kind="api", source_ref_id="r-1")
    assert (answer.data["sourceKind"], answer.data["sourceRefId"]) == ("api", "r-1")
    assert (await world.player("ghost"))["grants_pending"] == 1
    (row,) = await world.rows(tables.audit)
    assert row["action"] == "grant.create"


@pytest.mark.parametrize(
    ("index", "entry"),
    [
        (0, {"type": "currency", "currencyKey": "silver", "amount": 1}),
        (1, {"type": "item", "itemKey": "gold", "quantity": 1}),
        (1, {"type": "crate", "crateItemKey": "potion", "quantity": 1}),
    ],
)
async def test_a_key_that_is_not_in_the_catalog(world: SmallGame, index: int, entry: dict[str, Any]) -> None:
    await present(world)
    before = await world.counts()
    with pytest.raises(RuleError) as refused:
        await world.run(grants.create, world.admin(), ALICE, [*MIXED[:index], entry])
    assert (refused.value.code, refused.value.status) == (Code.INVALID_METRIC, 400)
    assert refused.value.details["index"] == index
    assert await world.counts() == before


@pytest.mark.parametrize("amount", [0, -1, 1_000_000_001, 1.0, True, "7", None])
async def test_an_invalid_amount(world: SmallGame, amount: object) -> None:
    await present(world)
    with pytest.raises(RuleError) as refused:
        await world.run(
            grants.create, world.admin(), ALICE, [{"type": "currency", "currencyKey": "gold", "amount": amount}]
        )
    assert refused.value.code is Code.VALIDATION_FAILED
    assert refused.value.details["fields"][0]["field"] == "entries[0].amount"


@pytest.mark.parametrize("count", [0, 51])
async def test_none_or_too_many_entries(world: SmallGame, count: int) -> None:
    await present(world)
    with pytest.raises(RuleError) as refused:
        await world.run(grants.create, world.admin(), ALICE, MIXED[:1] * count)
    assert refused.value.code is Code.VALIDATION_FAILED


async def test_crates(world: SmallGame) -> None:
    await present(world)
    crate = await world.run(grants.create, world.admin(), ALICE, MIXED[2:], kind="crate")
    assert crate.data["grant"]["contents"] == {"crateItemKey": "mystery", "quantity": 2}
    with pytest.raises(RuleError):
        await world.run(grants.create, world.admin("key-0002"), ALICE, MIXED, kind="crate")
    with pytest.raises(RuleError):
        await world.run(grants.create, world.admin("key-0003"), ALICE, [{**MIXED[2], "quantity": 1001}])


async def test_a_manual_grant_expires_as_requested(world: SmallGame) -> None:
    await present(world)
    with pytest.raises(RuleError):
        await world.run(grants.create, world.admin(), ALICE, MIXED, expires_at=world.now)
    answer = await world.run(grants.create, world.admin(), ALICE, MIXED, expires_at=world.now + DAY)
    grant_id = answer.data["grant"]["id"]
    assert (await world.run(grants.expire, world.engine(), ALICE, grant_id)).data["grant"]["status"] == "pending"
    after = world.later(DAY)
    assert (await after.run(grants.expire, after.engine(), ALICE, grant_id)).data["grant"]["status"] == "expired"
    assert (await world.player())["grants_pending"] == 0
    with pytest.raises(RuleError) as refused:
        await after.run(grants.claim, after.engine(), ALICE, grant_id)
    assert refused.value.details == {"status": "expired"}


async def test_an_archived_currency_cannot_be_given(world: SmallGame) -> None:
    await present(world)

    async def archive(tx: Any, ctx: Any) -> None:
        tx.change(await catalog.currency(tx, ctx, "gold"), archived_at=ctx.now_ms)

    await world.run(archive, world.engine())
    with pytest.raises(RuleError) as refused:
        await world.run(grants.create, world.admin(), ALICE, MIXED[:1])
    assert refused.value.code is Code.INVALID_METRIC
