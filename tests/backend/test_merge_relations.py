"""Merging friends, blocks, gifts and derived resources; a merge handles every table."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.economy import wallet
from kraty_console.backend.lifecycle import erase, merge
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.backend.invariants import ledgers_add_up
from tests.harness.backend.small_game import SmallGame
from tests.harness.each import for_each

GUEST, USER = "guest_device_abc", "auth_user_42"

HANDLED = {
    "attempts", "attempt_rolls", "attempt_awards", "milestones_fired", "grants", "grant_deposits",
    "wallets", "wallet_ledger",
    "inventory", "item_ledger", "leaderboard_entries", "board_entries", "lobby_members", "player_aliases", "players",
    "friendships", "friend_requests", "blocks", "gifts", "purchases", "player_spend",
    "player_notes",
}  # fmt: skip
"""Tables that a merge moves, adds up or re-points."""

KEPT = {"audit", "outbox", "webhook_deliveries"}
"""Tables of history, which keep the ids of their time."""


@for_each("table", tables.metadata.sorted_tables)
def test_a_merge_handles_every_table_that_refers_to_a_player(table: sa.Table) -> None:
    naming = {"player_id", "participant_id", "friend_id", "blocked_id", "sender_id", "recipient_id"}
    assert bool(naming & set(table.c.keys())) == (table.name in HANDLED | KEPT)


async def _row_of(world: SmallGame) -> dict[str, str]:
    async def make(tx: Transaction, ctx: Context) -> dict[str, str]:
        names = (GUEST, USER, "ana", "bo", "cy", "di")
        return {name: (await players.upsert(tx, ctx, name)).player_id for name in names}

    found: dict[str, str] = await world.run(make, world.engine())
    return found


def _here(world: SmallGame, player_id: str) -> dict[str, Any]:
    return {"studio_id": world.tenant.studio_id, "game_id": world.tenant.game_id, "player_id": player_id}


async def _meet(world: SmallGame, table: sa.Table, one: str, other: str, **more: Any) -> None:
    """Both rows of a friendship or a request."""

    async def add(tx: Transaction, _ctx: Context) -> None:
        request = {"request_id": world.new_id()} if "request_id" in table.c else {}
        for (mine, theirs), direction in zip(permutations((one, other)), ("outgoing", "incoming"), strict=True):
            pointing = {"direction": direction} if request else {}
            row = {**_here(world, mine), "friend_id": theirs, "created_at": world.now, **request, **pointing, **more}
            tx.add(table, row)

    await world.run(add, world.engine())


async def _pairs(world: SmallGame, table: sa.Table, other: str = "friend_id") -> set[tuple[str, str]]:
    return {(row["player_id"], row[other]) for row in await world.rows(table)}


async def _block(world: SmallGame, who: str, whom: str) -> None:
    row = {**_here(world, who), "blocked_id": whom, "created_at": world.now}

    async def add(tx: Transaction, _ctx: Context) -> None:
        tx.add(tables.blocks, row)

    await world.run(add, world.engine())


async def test_merged_friendships_are_not_duplicated(world: SmallGame) -> None:
    who = await _row_of(world)
    for one, other in ((GUEST, USER), (GUEST, "ana"), (GUEST, "bo"), (USER, "bo")):
        await _meet(world, tables.friendships, who[one], who[other])
    for one, other in ((GUEST, "cy"), ("di", USER), ("ana", USER)):
        await _meet(world, tables.friend_requests, who[one], who[other])
    await world.run(merge.merge, world.server(), GUEST, USER)
    me = who[USER]
    assert await _pairs(world, tables.friendships) == {
        (me, who["ana"]), (who["ana"], me), (me, who["bo"]), (who["bo"], me)
    }  # fmt: skip
    assert await _pairs(world, tables.friend_requests) == {
        (me, who["cy"]), (who["cy"], me), (me, who["di"]), (who["di"], me)
    }  # fmt: skip
    (request,) = await world.rows(tables.friend_requests, player_id=me, friend_id=who["cy"])
    assert request["direction"] == "outgoing"


async def test_a_block_outweighs_a_friendship(world: SmallGame) -> None:
    who = await _row_of(world)
    await _meet(world, tables.friendships, who[USER], who["ana"])
    await _meet(world, tables.friendships, who[GUEST], who["bo"])
    await _meet(world, tables.friend_requests, who[USER], who["cy"])
    for one, other in (
        (GUEST, "ana"), ("bo", USER), ("cy", GUEST), ("cy", USER), (GUEST, USER), (USER, GUEST)
    ):  # fmt: skip
        await _block(world, who[one], who[other])
    await world.run(merge.merge, world.server(), GUEST, USER)
    me = who[USER]
    assert await _pairs(world, tables.blocks, "blocked_id") == {(me, who["ana"]), (who["bo"], me), (who["cy"], me)}
    assert await _pairs(world, tables.friendships) == set()
    assert await _pairs(world, tables.friend_requests) == set()


async def _bought(world: SmallGame, player_id: str, *transactions: str) -> None:
    purchase = {
        "store": "web", "product_id": "gems", "amount_minor": 500, "currency": "EUR",
        "fx_rate": 1.1, "normalized_amount_minor": 550, "validation_status": "verified",
        "purchased_at": world.now, "created_at": world.now,
    }  # fmt: skip
    spent = {"lifetime_amount_minor": 550 * len(transactions), "purchase_count": len(transactions)}

    async def add(tx: Transaction, ctx: Context) -> None:
        for each in transactions:
            ids = {"purchase_id": ctx.new_id(), "transaction_id": each}
            tx.add(tables.purchases, {**_here(world, player_id), **purchase, **ids})
        tx.add(tables.player_spend, {**_here(world, player_id), **spent, "updated_at": world.now})

    await world.run(add, world.engine())


@pytest.mark.parametrize("mine", [(), ("t-2", "t-3")])
async def test_merged_purchases_are_counted_once(world: SmallGame, mine: tuple[str, ...]) -> None:
    who = await _row_of(world)
    await _bought(world, who[GUEST], "t-1", "t-2")
    if mine:
        await _bought(world, who[USER], *mine)
    await world.run(merge.merge, world.server(), GUEST, USER)
    bought = await world.rows(tables.purchases)
    (spend,) = await world.rows(tables.player_spend)
    assert {row["transaction_id"] for row in bought} == {"t-1", "t-2", *mine}
    assert {row["player_id"] for row in (*bought, spend)} == {who[USER]}
    assert (spend["purchase_count"], spend["lifetime_amount_minor"]) == (len(bought), 550 * len(bought))


async def _gift(world: SmallGame, sender: str, recipient: str) -> None:
    gift = {"type": "item", "resource_key": "potion", "amount": 1, "message": "for you", "sent_at": world.now}
    row = {
        **_here(world, recipient),
        "sender_id": sender,
        "gift_id": world.new_id(),
        "grant_id": world.new_id(),
        **gift,
    }

    async def add(tx: Transaction, _ctx: Context) -> None:
        tx.add(tables.gifts, row)

    await world.run(add, world.engine())


async def test_sent_and_received_gifts_are_merged(world: SmallGame) -> None:
    who = await _row_of(world)
    await _gift(world, who[GUEST], who["ana"])
    await _gift(world, who["ana"], who[GUEST])
    await world.run(merge.merge, world.server(), GUEST, USER)
    assert await _pairs(world, tables.gifts, "sender_id") == {(who["ana"], who[USER]), (who[USER], who["ana"])}


async def test_an_erased_player_has_no_friends(world: SmallGame) -> None:
    who = await _row_of(world)
    for table in (tables.friendships, tables.friend_requests):
        await _meet(world, table, who[USER], who["ana"])
        await _meet(world, table, who["bo"], who["ana"])
    await _block(world, who[USER], who["cy"])
    await _block(world, who["di"], who[USER])
    await _gift(world, who[USER], who["ana"])
    await world.run(erase.erase, world.server(reason="gdpr_erasure"), USER)
    for table in (tables.friendships, tables.friend_requests):
        assert await _pairs(world, table) == {(who["bo"], who["ana"]), (who["ana"], who["bo"])}
    assert await world.rows(tables.blocks) == []
    assert [row["message"] for row in await world.rows(tables.gifts)] == [None]


async def test_derived_resources_follow_the_merged_balance_and_pay_no_step_twice(world: SmallGame) -> None:
    gem = [{"type": "currency", "currencyKey": "gems", "amount": 1}]
    levels = {"economyKey": "level", "steps": [{"at": at, "entries": gem} for at in (100, 200, 300)]}

    async def define(tx: Transaction, ctx: Context) -> None:
        await catalog.put_currency(tx, ctx, "level", name="Level", kind="progression")
        await catalog.put_currency(tx, ctx, "xp", name="Experience", kind="progression", derives=[levels])

    await world.run(define, world.engine())
    await _row_of(world)
    for who, points in ((GUEST, 250), (USER, 120)):
        await world.run(wallet.credit, world.server(f"xp-{who}"), who, "xp", points)
    paid = len(await world.rows(tables.grants))
    assert paid == 3
    await world.run(merge.merge, world.server("merge-01"), GUEST, USER)
    held = {row["economy_key"]: row for row in await world.rows(tables.wallets)}
    assert {key: row["balance"] for key, row in held.items()} == {"xp": 370, "level": 3}
    assert held["level"]["metadata"] == {"stepsPaid": 3}
    assert len(await world.rows(tables.grants)) == paid + 1
    await ledgers_add_up(world)
