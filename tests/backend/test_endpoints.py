"""Pausing, resuming and archiving endpoints, and replaying deliveries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kraty_console.backend.players import service as players
from kraty_console.backend.rules import outbox
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks.claims import (
    HOUR,
    MINUTE,
    MOST_ATTEMPTS,
    SECOND,
    EndpointKey,
    claim,
    record_outcome,
)
from kraty_console.backend.webhooks.endpoints import MOST_OF_GAME
from kraty_console.backend.webhooks.fan_out import fan_out
from kraty_console.backend.webhooks.posting import Outcome
from kraty_console.contract.errors import Code
from kraty_console.contract.webhooks import WORKER_DRIVEN, EventName
from tests.harness.backend.small_game import ALICE, SmallGame
from tests.harness.backend.webhook_receiver import Receiver, answer, receiving
from tests.harness.backend.webhook_studio import SECRET, Studio, delivered


@pytest.fixture
async def studio(world: SmallGame) -> AsyncIterator[Studio]:
    for name in (ALICE, "ben"):
        await world.run(players.upsert, world.engine(), name)
    made = Studio(world)
    yield made
    await made.leave()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


async def fail_for_good(studio: Studio, endpoint: str) -> None:
    """Fail every attempt of the schedule, without sending anything."""

    async def work(tx: Transaction, ctx: Context) -> None:
        await fan_out(tx, ctx.tenant, ctx.now_ms, ctx.new_id)
        for each in await claim(tx, EndpointKey(ctx.tenant, endpoint), ctx.now_ms, 1):
            await record_outcome(tx, each, Outcome(1, 500, "answered 500"), ctx.now_ms)

    for _ in range(MOST_ATTEMPTS):
        await studio.world.run(work, studio.context())
        studio.now += 10 * HOUR


async def refused(work: Any) -> RuleError:
    with pytest.raises(RuleError) as raised:
        await work
    return raised.value


async def test_events_wait_while_an_endpoint_is_paused(studio: Studio, receiver: Receiver) -> None:
    endpoint = await studio.endpoint(receiver)
    receiver.answer = lambda _: answer(500)
    await studio.credit(ALICE, 1)
    await studio.deliver()
    await studio.change("pause", endpoint)
    receiver.answer = lambda _: answer(200)
    receiver.messages.clear()
    for amount in (2, 3):
        await studio.credit(ALICE, amount)
        await studio.credit("ben", amount)
    studio.now += HOUR
    await studio.deliver()
    assert receiver.connections == 1
    await studio.change("pause", endpoint)
    await studio.change("unpause", endpoint)
    await studio.change("unpause", endpoint)
    await studio.deliver()
    assert [each for each in delivered(receiver) if each[0] == ALICE] == [(ALICE, 1), (ALICE, 2), (ALICE, 3)]
    assert [each for each in delivered(receiver) if each[0] == "ben"] == [("ben", 2), ("ben", 3)]


async def test_an_attempt_under_way_ends_when_its_endpoint_is_paused(studio: Studio, receiver: Receiver) -> None:
    endpoint = await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)
    for status, state in ((500, "pending"), (200, "delivered")):
        receiver.gate, receiver.answer = asyncio.Event(), lambda _, status=status: answer(status)
        receiver.arrived.clear()
        deliverer = studio.deliverer()
        await deliverer.run()
        await receiver.arrived.wait()
        await studio.change("pause", endpoint)
        receiver.gate.set()
        await deliverer.quiet()
        [row] = await studio.deliveries()
        assert (row["state"], row["due_at"], row["sending_since"]) == (state, None, None)
        await studio.change("unpause", endpoint)


async def test_an_archived_endpoint_gets_no_events(studio: Studio, receiver: Receiver) -> None:
    endpoint = await studio.endpoint(receiver)
    receiver.answer = lambda _: answer(500)
    await studio.credit(ALICE, 1)
    await studio.credit(ALICE, 2)
    await studio.deliver()
    await studio.change("archive", endpoint)
    await studio.change("archive", endpoint)
    await studio.credit(ALICE, 3)
    studio.now += HOUR
    await studio.deliver()
    assert await studio.states() == ["cancelled", "cancelled"]
    assert receiver.connections == 1
    for verb in ("pause", "unpause"):
        assert (await refused(studio.change(verb, endpoint))).details == {"state": "archived"}
    [first, _] = await studio.deliveries()
    assert (await refused(studio.replay(first["delivery_id"]))).details == {"endpointState": "archived"}


async def test_an_attempt_under_way_ends_when_its_endpoint_is_archived(studio: Studio, receiver: Receiver) -> None:
    endpoint = await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)
    receiver.gate = asyncio.Event()
    deliverer = studio.deliverer()
    await deliverer.run()
    await receiver.arrived.wait()
    await studio.change("archive", endpoint)
    receiver.gate.set()
    await deliverer.quiet()
    [row] = await studio.deliveries()
    assert (row["state"], row["sending_since"]) == ("delivered", None), "it arrived after all"
    assert [attempt["status"] for attempt in await studio.attempts()] == [200]


async def test_a_failed_delivery_is_replayed_on_a_new_schedule(studio: Studio, receiver: Receiver) -> None:
    endpoint = await studio.endpoint(receiver)
    receiver.answer = lambda _: answer(500)
    await studio.credit(ALICE, 1)
    await fail_for_good(studio, endpoint)
    [row] = await studio.deliveries()
    answered = await studio.replay(row["delivery_id"])
    delivery = answered.data["delivery"]
    assert (delivery["status"], delivery["attemptCount"], len(delivery["attempts"])) == ("pending", 8, 8)
    assert delivery["data"]["delta"] == 1
    await studio.deliver()
    assert receiver.messages[-1].envelope["deliveryAttempt"] == 9
    [row] = await studio.deliveries()
    assert (row["state"], row["due_at"]) == ("pending", studio.now + 5 * SECOND)
    receiver.answer = lambda _: answer(200)
    studio.now += 5 * SECOND
    await studio.deliver()
    assert receiver.messages[-1].envelope["deliveryAttempt"] == 10
    assert len(set(receiver.ids)) == 1
    assert await studio.states() == ["delivered"]
    rows = await studio.world.rows(tables.audit, action="webhook.replay")
    assert [(each["target_id"], each["external_player_id"]) for each in rows] == [(row["delivery_id"], ALICE)]
    assert (rows[0]["before"], rows[0]["after"]) == (
        {"status": "failed", "attemptCount": 8},
        {"status": "pending", "attemptCount": 8},
    )


async def test_a_delivered_event_is_replayed_without_blocking_others(studio: Studio, receiver: Receiver) -> None:
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)
    await studio.deliver()
    [row] = await studio.deliveries()
    await studio.replay(row["delivery_id"])
    receiver.answer = lambda message: answer(500 if message.envelope["data"]["delta"] == 1 else 200)
    await studio.credit(ALICE, 2)
    await studio.deliver()
    assert sorted(delivered(receiver)) == [(ALICE, 1), (ALICE, 1), (ALICE, 2)]
    assert await studio.states() == ["pending", "delivered"]


async def test_a_replay_sends_a_waiting_delivery_but_not_those_behind_it(studio: Studio, receiver: Receiver) -> None:
    await studio.endpoint(receiver)
    receiver.answer = lambda _: answer(500)
    await studio.credit(ALICE, 1)
    await studio.credit(ALICE, 2)
    await studio.deliver()
    studio.now += 5 * SECOND
    await studio.deliver()
    first, second = await studio.deliveries()
    assert first["due_at"] == studio.now + 5 * MINUTE
    assert (await refused(studio.replay(second["delivery_id"]))).details == {"waitsFor": first["delivery_id"]}
    receiver.answer = lambda _: answer(200)
    await studio.replay(first["delivery_id"])
    await studio.deliver()
    assert delivered(receiver)[-2:] == [(ALICE, 1), (ALICE, 2)]


async def test_a_delivery_in_progress_is_not_replayed(studio: Studio, receiver: Receiver) -> None:
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)
    receiver.gate = asyncio.Event()
    deliverer = studio.deliverer()
    await deliverer.run()
    await receiver.arrived.wait()
    [row] = await studio.deliveries()
    assert "being sent" in (await refused(studio.replay(row["delivery_id"]))).message
    receiver.gate.set()
    await deliverer.quiet()


async def test_replays_to_paused_endpoints_and_of_unknown_deliveries_are_refused(
    studio: Studio, receiver: Receiver
) -> None:
    endpoint = await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)
    await studio.deliver()
    await studio.change("pause", endpoint)
    [row] = await studio.deliveries()
    assert (await refused(studio.replay(row["delivery_id"]))).details == {"endpointState": "paused"}
    absent = row["delivery_id"][:-1] + ("0" if row["delivery_id"][-1] != "0" else "1")
    for name in ("evt_nothing", "", endpoint, absent):
        assert (await refused(studio.replay(name))).status == 404
        assert (await refused(studio.change("pause", name + "x"))).status == 404


async def test_the_secret_can_be_read_in_no_table(studio: Studio, receiver: Receiver) -> None:
    endpoint = await studio.endpoint(receiver)
    await studio.change("pause", endpoint)
    for table in tables.metadata.sorted_tables:
        held = json.dumps(await studio.world.rows(table), default=str)
        assert SECRET not in held, table.name


async def test_events_of_the_worker_go_to_live_endpoints(studio: Studio, receiver: Receiver) -> None:
    async def expire(tx: Transaction, ctx: Context) -> None:
        player = await players.upsert(tx, ctx, "tester")
        for name in sorted(WORKER_DRIVEN):
            outbox.emit(tx, ctx, EventName(name), player, {})

    async with receiving() as test:
        await studio.endpoint(receiver)
        await studio.endpoint(test, environment="test")
        await studio.world.run(expire, studio.context(environment="test"))
        await studio.deliver()
        assert [message.envelope["eventName"] for message in receiver.messages] == sorted(WORKER_DRIVEN)
        assert test.messages == []


async def test_lobbies_keep_their_own_order_and_hold_back_no_other(studio: Studio, receiver: Receiver) -> None:
    async def tell(tx: Transaction, ctx: Context, lobby: str) -> None:
        for event in (EventName.LOBBY_CREATED, EventName.LOBBY_STARTED, EventName.LOBBY_CLOSED):
            outbox.emit_of_game(tx, ctx, event, "live", {"lobby": {"id": lobby}})

    await studio.endpoint(receiver)
    receiver.answer = lambda message: answer(500 if message.envelope["data"]["lobby"]["id"] == "one" else 200)
    for lobby in ("one", "two"):
        await studio.world.run(tell, studio.context(), lobby)
    await studio.deliver()
    seen = [(each.envelope["data"]["lobby"]["id"], each.envelope["eventName"]) for each in receiver.messages]
    assert sorted(seen) == [
        ("one", "lobby.created"),
        ("two", "lobby.closed"),
        ("two", "lobby.created"),
        ("two", "lobby.started"),
    ]
    assert [name for lobby, name in seen if lobby == "two"] == ["lobby.created", "lobby.started", "lobby.closed"]


async def test_more_than_one_batch_of_one_player_stays_in_order(studio: Studio, receiver: Receiver) -> None:
    await studio.endpoint(receiver)
    for amount in range(1, 8):
        await studio.credit(ALICE, amount)

    async def pass_on(tx: Transaction, ctx: Context) -> int:
        return await fan_out(tx, ctx.tenant, ctx.now_ms, ctx.new_id, most=3)

    assert [await studio.world.run(pass_on, studio.context()) for _ in range(4)] == [3, 3, 1, 0]
    assert [row["due_at"] for row in await studio.deliveries()] == [studio.now] + [None] * 6
    await studio.deliver()
    assert [amount for _, amount in delivered(receiver)] == list(range(1, 8))


async def test_a_game_has_twenty_endpoints_at_most(studio: Studio, receiver: Receiver) -> None:
    made = [await studio.endpoint(receiver) for _ in range(MOST_OF_GAME)]
    refusal = await refused(studio.endpoint(receiver))
    assert (refusal.status, refusal.code, refusal.details) == (409, Code.CONFLICT, {"limit": MOST_OF_GAME})
    await studio.change("archive", made[3])
    await studio.endpoint(receiver)
    together = await asyncio.gather(*(refused(studio.endpoint(receiver)) for _ in range(4)))
    assert {each.status for each in together} == {409}
