"""Merges concurrent with other merges, claims, debits and first contacts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lifecycle import merge
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import Code
from tests.harness.backend.invariants import deposits_are_single, ledgers_add_up, totals_add_up
from tests.harness.backend.small_game import SmallGame

GUEST, USER, THIRD = "guest_device_abc", "auth_user_42", "third"
GOLD = {"type": "currency", "currencyKey": "gold", "amount": 5}
AT_ONCE = 64


async def together(*calls: Awaitable[Any]) -> Counter[str]:
    """Run all at once; returns the number of each outcome: a status, or the code of a refusal."""
    outcomes: Counter[str] = Counter()
    for each in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(each, RuleError):
            outcomes[each.code.value] += 1
        elif isinstance(each, BaseException):
            raise each
        else:
            outcomes[each.data.get("status", "done")] += 1
    return outcomes


async def sound(world: SmallGame) -> None:
    """Check that all sums are right."""
    await ledgers_add_up(world)
    await totals_add_up(world)
    await deposits_are_single(world)


async def paid(world: SmallGame, who: str, count: int) -> list[str]:
    """A player with gold and pending grants; returns the grants' ids."""
    await world.play("quiet", 3, who)
    await world.run(wallet.credit, world.server(f"c-{who}"), who, "gold", 100)
    ids = []
    for index in range(count):
        made = await world.run(grants.create, world.server(f"g-{who}-{index}"), who, [GOLD])
        ids.append(made.data["id"])
    return ids


async def test_concurrent_merges_of_a_pair_merge_once(world: SmallGame) -> None:
    for who in (GUEST, USER):
        await paid(world, who, 1)
    keys = [f"merge-{index:02}" if index % 2 else None for index in range(AT_ONCE)]
    outcomes = await together(*(world.run(merge.merge, world.server(key), GUEST, USER) for key in keys))
    assert outcomes == {"merged": 1, "no_op_already_merged": AT_ONCE - 1}
    assert len(await world.rows(tables.outbox, event_name="player.merged")) == 1
    await sound(world)


async def test_concurrent_merges_with_one_key_merge_once(world: SmallGame) -> None:
    for who in (GUEST, USER):
        await paid(world, who, 1)
    outcomes = await together(*(world.run(merge.merge, world.server("same-key"), GUEST, USER) for _ in range(16)))
    assert outcomes == {"merged": 16}
    assert len(await world.rows(tables.audit, action="player.merge")) == 2


async def test_claims_and_debits_that_meet_a_merge_happen_once(world: SmallGame) -> None:
    mine, theirs = await paid(world, USER, 6), await paid(world, GUEST, 6)
    claims = [(who, grant) for grant in theirs for who in (GUEST, USER)] + [(USER, grant) for grant in mine] * 2
    debits = [(who, f"debit-{who}-{index}") for who in (GUEST, USER) for index in range(8)]
    calls: list[Awaitable[Any]] = [world.run(grants.claim, world.engine(), who, grant) for who, grant in claims]
    calls += [world.run(wallet.debit, world.server(key), who, "gold", 7) for who, key in debits]
    calls[len(calls) // 3 : 0] = [world.run(merge.merge, world.server(f"m-{index}"), GUEST, USER) for index in range(3)]
    calls += [world.run(attempts.start, world.engine(), who, "race") for who in (GUEST, USER) for _ in range(3)]
    outcomes = await together(*calls)
    assert outcomes["merged"] >= 1
    assert set(outcomes) <= {"merged", "no_op_already_merged", "done", "not_found", "conflict"}
    await sound(world)
    for grant in theirs:
        await together(world.run(grants.claim, world.engine(), USER, grant))
    await together(world.run(merge.merge, world.server("m-last"), GUEST, USER))
    assert {row["status"] for row in await world.rows(tables.grants)} == {"claimed"}
    await sound(world)


async def test_lobbies_during_a_merge_seat_no_merged_player(world: SmallGame) -> None:
    lobby_ids = []
    for _ in range(3):
        made = await world.run(lobbies.create, world.engine(), "arena", capacity=4)
        lobby_ids.append(made.data["lobby"]["id"])
    for who in (GUEST, USER):
        await paid(world, who, 0)
        await world.run(lobbies.join, world.engine(), lobby_ids[0], who)
    await world.run(lobbies.join, world.engine(), lobby_ids[1], GUEST)
    await together(
        *(world.run(lobbies.join, world.engine(), lobby_ids[2], who) for who in (GUEST, USER, THIRD)),
        *(world.run(merge.merge, world.server(None), GUEST, USER) for _ in range(2)),
        *(world.run(lobbies.start, world.engine(), lobby_id) for lobby_id in lobby_ids),
        world.run(lobbies.close, world.engine(), lobby_ids[1]),
    )
    sources = {row["player_id"] for row in await world.rows(tables.players) if row["merged_into"] is not None}
    seats = await world.rows(tables.lobby_members)
    assert not sources & {seat["player_id"] for seat in seats}
    taken = Counter(seat["lobby_id"] for seat in seats)
    assert {row["lobby_id"]: row["participant_count"] for row in await world.rows(tables.lobbies)} == {
        lobby_id: taken[lobby_id] for lobby_id in lobby_ids
    }
    await sound(world)


async def test_two_merges_in_opposite_directions(world: SmallGame) -> None:
    for who in (GUEST, USER):
        await paid(world, who, 2)
    outcomes = await together(
        *(
            world.run(merge.merge, world.server(None), *pair)
            for _ in range(8)
            for pair in ((GUEST, USER), (USER, GUEST))
        )
    )
    assert outcomes == {"merged": 1, "no_op_already_merged": 7, Code.NOT_FOUND.value: 8}
    await sound(world)


async def test_concurrent_chained_merges_end_in_one_player(world: SmallGame) -> None:
    for who in (GUEST, USER, THIRD):
        await paid(world, who, 2)
    pairs = ((GUEST, USER), (USER, THIRD), (GUEST, THIRD))
    await together(*(world.run(merge.merge, world.server(None), *pair) for _ in range(4) for pair in pairs))
    await together(*(world.run(merge.merge, world.server(None), *pair) for pair in pairs))
    last = (await world.player(THIRD))["player_id"]
    assert {row["player_id"] for row in await world.rows(tables.grants)} == {last}
    assert {row["player_id"] for row in await world.rows(tables.player_aliases)} == {last}
    assert {row["merged_into"] for row in await world.rows(tables.players)} == {None, last}
    (gold,) = await world.rows(tables.wallets)
    assert gold["balance"] == 300
    await sound(world)


async def test_a_guest_who_plays_during_the_merge_is_merged_or_a_new_player(world: SmallGame) -> None:
    for who in (GUEST, USER):
        await paid(world, who, 0)
    await together(
        *(world.run(merge.merge, world.server(None), GUEST, USER) for _ in range(2)),
        *(world.run(grants.create, world.server(f"late-{index}"), GUEST, [GOLD]) for index in range(8)),
    )
    assert len(await world.rows(tables.grants)) == 8
    await sound(world)
