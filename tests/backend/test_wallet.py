"""Crediting and debiting (contract/README.md#wallet-credit), and bans."""

from __future__ import annotations

import asyncio

import pytest

from kraty_console.backend.economy import wallet
from kraty_console.backend.players import bans
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from kraty_console.contract.wire import MAX_BALANCE
from tests.harness.backend.admin_actions import present
from tests.harness.backend.small_game import ALICE, SmallGame


async def test_a_credit_applies_at_once_and_fires_an_event(world: SmallGame) -> None:
    await present(world)
    answer = await world.run(wallet.credit, world.admin(), ALICE, "gold", 500)
    assert answer.data.pop("audit")["id"]
    assert answer.data == {"economyKey": "gold", "balance": 500, "applied": True, "version": 1}
    (entry,) = await world.rows(tables.wallet_ledger)
    assert (entry["delta"], entry["balance"], entry["reason"], entry["origin"]) == (500, 500, "ticket says so", "admin")
    (event,) = await world.rows(tables.outbox)
    assert event["event_name"] == "wallet.changed"
    assert (event["payload"]["externalPlayerId"], event["payload"]["wallet"]["balance"]) == (ALICE, 500)
    (row,) = await world.rows(tables.audit)
    assert (row["before"]["balance"], row["after"]["balance"]) == (0, 500)


async def test_the_studio_credits_and_debits(world: SmallGame) -> None:
    await present(world)
    await world.run(wallet.credit, world.server(None, reason="iap"), ALICE, "gold", 300)
    answer = await world.run(wallet.debit, world.server(None), ALICE, "gold", 120, source_ref_id="shop-1")
    assert answer.data == {"economyKey": "gold", "balance": 180, "applied": True}
    assert [row["delta"] for row in await world.rows(tables.wallet_ledger)] == [300, -120]
    with pytest.raises(RuleError) as refused:
        await world.run(wallet.debit, world.server(None), ALICE, "gold", 181)
    assert (refused.value.code, refused.value.details) == (Code.CONFLICT, {"held": 180, "needed": 181})


@pytest.mark.parametrize(("player", "key"), [("ghost", "gold"), (ALICE, "silver"), (ALICE, "potion")])
async def test_an_unknown_player_or_key(world: SmallGame, player: str, key: str) -> None:
    await present(world)
    with pytest.raises(RuleError) as refused:
        await world.run(wallet.credit, world.admin(), player, key, 1)
    assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("amount", [0, -5, 1_000_000_001, True])
async def test_an_invalid_amount(world: SmallGame, amount: int) -> None:
    with pytest.raises(RuleError) as refused:
        await world.run(wallet.credit, world.admin(), ALICE, "gold", amount)
    assert refused.value.code is Code.VALIDATION_FAILED


async def test_no_balance_passes_what_json_can_hold(world: SmallGame) -> None:
    await present(world)
    await world.run(wallet.credit, world.admin(), ALICE, "gold", 1)

    async def nearly(tx: object, _ctx: object) -> None:
        player = await world.player()
        row = await tx.get(tables.wallets, player["studio_id"], player["game_id"], player["player_id"], "gold")  # type: ignore[attr-defined]
        tx.change(row, balance=MAX_BALANCE - 10)  # type: ignore[attr-defined]

    await world.run(nearly, world.engine())
    with pytest.raises(RuleError) as refused:
        await world.run(wallet.credit, world.admin("key-0002"), ALICE, "gold", 11)
    assert (refused.value.code, refused.value.details["limit"]) == (Code.CONFLICT, MAX_BALANCE)
    answer = await world.run(wallet.credit, world.admin("key-0002"), ALICE, "gold", 10)
    assert answer.data["balance"] == MAX_BALANCE


async def test_debits_at_once_never_go_below_zero(world: SmallGame) -> None:
    await present(world)
    await world.run(wallet.credit, world.admin(), ALICE, "gold", 100)
    calls = [world.run(wallet.debit, world.server(f"debit-{n:03}"), ALICE, "gold", 30) for n in range(32)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 3
    assert [row["balance"] for row in await world.rows(tables.wallets)] == [10]


async def test_ban_and_unban(world: SmallGame) -> None:
    await present(world)
    banned = await world.run(bans.ban, world.admin(reason="cheating"), ALICE)
    assert (banned.data["applied"], banned.data["reason"]) == (True, "cheating")
    again = world.later(1000)
    refreshed = await again.run(bans.ban, again.admin("key-0002", reason="cheating, proven"), ALICE)
    assert (refreshed.data["applied"], refreshed.data["reason"]) == (False, "cheating, proven")
    assert refreshed.data["bannedAt"] == banned.data["bannedAt"]
    assert len(await world.rows(tables.outbox, event_name="player.banned")) == 1
    lifted = await world.run(bans.unban, world.admin(), ALICE)
    assert lifted.data["applied"] is True
    assert (await world.run(bans.unban, world.admin("key-0002"), ALICE)).data["applied"] is False
    assert (await world.player())["banned_at"] is None
    rows = await world.rows(tables.audit)
    assert [row["action"] for row in rows] == ["player.ban", "player.ban", "player.unban", "player.unban"]


async def test_the_studio_bans_without_a_member_being_named(world: SmallGame) -> None:
    await present(world)
    answer = await world.run(bans.ban, world.server(None, reason="fraud"), ALICE)
    assert "audit" not in answer.data
    (row,) = await world.rows(tables.audit)
    assert row["actor_label"] == "api_key:sUUVdrM8"
