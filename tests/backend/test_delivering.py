"""Delivery of events to a receiver: signed, once, in order, with retries
(contract/README.md#webhooks)."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator

import pytest

from kraty_console.backend.players import service as players
from kraty_console.backend.runtime.scheduler import Job, Scheduler
from kraty_console.backend.webhooks.claims import HOUR, LEASE_MS, MINUTE, SECOND, EndpointKey, claim
from kraty_console.backend.webhooks.delivery_ids import is_delivery_id
from tests.harness.backend.small_game import ALICE, SmallGame
from tests.harness.backend.webhook_receiver import Receiver, answer, receiving
from tests.harness.backend.webhook_studio import SECRET, Studio, delivered, run_until

NAMES = ("ann", "ben", "cleo")


@pytest.fixture
async def studio(world: SmallGame) -> AsyncIterator[Studio]:
    for name in (ALICE, *NAMES):
        await world.run(players.upsert, world.engine(), name)
        await world.run(players.upsert, world.engine(environment="test"), name)
    made = Studio(world)
    yield made
    await made.leave()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


async def test_an_event_arrives_signed_in_its_envelope(studio: Studio, receiver: Receiver) -> None:
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 5)
    await studio.deliver()
    [message] = receiver.messages
    envelope = message.envelope
    assert list(envelope) == ["id", "eventName", "studioId", "gameId", "occurredAt", "deliveryAttempt", "data"]
    assert is_delivery_id(envelope["id"])
    assert (envelope["eventName"], envelope["deliveryAttempt"]) == ("wallet.changed", 1)
    assert (envelope["studioId"], envelope["gameId"]) == (studio.world.tenant.studio_id, studio.world.tenant.game_id)
    assert envelope["occurredAt"] == "2026-09-21T14:13:20.000Z"
    assert envelope["data"]["externalPlayerId"] == ALICE
    assert (envelope["data"]["delta"], envelope["data"]["wallet"]["balance"]) == (5, 5)
    assert message.is_signed(SECRET, studio.now / 1000)
    assert not message.is_signed(SECRET + "6", studio.now / 1000)
    assert message.fields["content-type"] == "application/json"
    assert await studio.states() == ["delivered"]
    [attempt] = await studio.attempts()
    assert (attempt["number"], attempt["status"], attempt["error"], attempt["answer"]) == (1, 200, None, "ok")


async def test_an_endpoint_gets_its_events_since_its_creation(studio: Studio) -> None:
    async with receiving() as all_, receiving() as bans, receiving() as test, receiving() as late:
        await studio.credit(ALICE, 1)
        studio.now += 1
        await studio.endpoint(all_)
        await studio.endpoint(bans, "player.banned")
        await studio.endpoint(test, environment="test")
        await studio.credit(ALICE, 2)
        await studio.credit(ALICE, 3, environment="test")
        await studio.ban("ben")
        studio.now += 1
        await studio.endpoint(late)
        await studio.credit(ALICE, 4)
        await studio.deliver()
        assert sorted(delivered(all_)) == [(ALICE, 2), (ALICE, 4), ("ben", 0)]
        assert delivered(bans) == [("ben", 0)]
        assert delivered(test) == [(ALICE, 3)]
        assert delivered(late) == [(ALICE, 4)]
        assert len(set(all_.ids + bans.ids + test.ids + late.ids)) == 6


async def test_a_failing_receiver_is_retried_on_the_schedule_and_then_given_up(
    studio: Studio, receiver: Receiver
) -> None:
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 5)
    await studio.credit(ALICE, 6)
    receiver.answer = lambda message: answer(503 if message.envelope["data"]["delta"] == 5 else 200, b"in a minute")
    waits = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]
    for number, wait in enumerate(waits, 1):
        if wait:
            studio.now += wait - 1
            await studio.deliver()
            assert len(receiver.messages) == number - 1, "not before its time"
            studio.now += 1
        await studio.deliver()
        tries = [message.envelope["deliveryAttempt"] for message in receiver.messages]
        assert tries[:8] == list(range(1, number + 1))
    assert tries[8:] == [1], "what failed for good holds back nothing any more"
    studio.now += 1000 * HOUR
    await studio.deliver()
    assert len(receiver.messages) == 9
    assert await studio.states() == ["failed", "delivered"]
    assert len(set(receiver.ids[:8])) == 1
    assert len({str(message.envelope["data"]) for message in receiver.messages[:8]}) == 1
    assert {row["error"] for row in await studio.attempts()} == {"answered 503", None}


async def test_a_recovered_receiver_gets_waiting_events_in_order(studio: Studio, receiver: Receiver) -> None:
    await studio.endpoint(receiver)
    receiver.answer = lambda message: answer(500 if message.envelope["data"]["externalPlayerId"] == "ann" else 200)
    for amount in (1, 2, 3):
        for name in NAMES:
            await studio.credit(name, amount)
    await studio.deliver()
    assert delivered(receiver).count(("ann", 1)) == 1
    assert not {("ann", 2), ("ann", 3)} & set(delivered(receiver)), "held back by the one that failed"
    assert [each for each in delivered(receiver) if each[0] == "ben"] == [("ben", 1), ("ben", 2), ("ben", 3)]
    receiver.answer = lambda _: answer(200)
    receiver.messages.clear()
    await studio.credit("ann", 4)
    await studio.deliver()
    assert delivered(receiver) == []
    studio.now += 5 * SECOND
    await studio.deliver()
    assert delivered(receiver) == [("ann", 1), ("ann", 2), ("ann", 3), ("ann", 4)]
    assert set(await studio.states()) == {"delivered"}


async def test_concurrent_workers_deliver_each_event_once_in_order(studio: Studio) -> None:
    async with receiving() as one, receiving() as other:
        for receiver in (one, other):
            await studio.endpoint(receiver)
        names = [f"player_{number}" for number in range(4)]
        for name in names:
            await studio.world.run(players.upsert, studio.world.engine(), name)
        for amount in range(1, 4):
            await asyncio.gather(*(studio.credit(name, amount) for name in names))
        workers = [studio.deliverer(), studio.deliverer(most_of_endpoint=2), studio.deliverer(most=1)]

        async def work(index: int) -> None:
            await studio.deliver(workers[index])

        await asyncio.gather(*(work(index) for index in range(3)))
        await studio.deliver(*workers)
        for receiver in (one, other):
            assert len(receiver.ids) == len(set(receiver.ids)) == 12
            for name in names:
                assert [amount for who, amount in delivered(receiver) if who == name] == [1, 2, 3]
        assert not set(one.ids) & set(other.ids)
        assert {row["number"] for row in await studio.attempts()} == {1}


async def test_a_delivery_is_repeated_with_its_id_after_a_kill_before_its_outcome(
    studio: Studio, receiver: Receiver
) -> None:
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 5)
    receiver.gate = asyncio.Event()
    killed = studio.deliverer()
    assert await killed.run() == 2
    await receiver.arrived.wait()
    for task in list(killed._under_way):
        task.cancel()
    receiver.gate.set()
    receiver.gate = None
    await studio.deliver()
    assert len(receiver.messages) == 1, "whoever took it may still be at it"
    studio.now += LEASE_MS
    await studio.deliver()
    assert [message.envelope["deliveryAttempt"] for message in receiver.messages] == [1, 2]
    assert len(set(receiver.ids)) == 1
    first, second = await studio.attempts()
    assert (first["duration_ms"], first["status"], second["status"]) == (None, None, 200)
    assert await studio.states() == ["delivered"]


async def test_a_late_success_is_recorded_and_a_late_failure_is_not(studio: Studio, receiver: Receiver) -> None:
    """A worker was delayed beyond its lease, and another one has taken over."""
    await studio.endpoint(receiver)
    for amount, last in ((1, 500), (2, 200)):
        receiver.gate = asyncio.Event()
        receiver.arrived.clear()
        receiver.answer = lambda message, status=last: answer(status)
        await studio.credit(ALICE, amount)
        slow = studio.deliverer()
        await slow.run()
        await receiver.arrived.wait()
        studio.now += LEASE_MS
        key = EndpointKey(studio.world.tenant, (await studio.deliveries())[-1]["endpoint_id"])
        async with studio.world.db.transaction() as tx:
            [taken] = await claim(tx, key, studio.now, 5)
        assert taken.attempt == 2
        assert SECRET not in repr(taken)
        receiver.gate.set()
        await slow.quiet()
        row = (await studio.deliveries())[-1]
        assert row["state"] == ("pending" if last == 500 else "delivered")
        assert row["due_at"] == (studio.now + LEASE_MS if last == 500 else None)
        studio.now += LEASE_MS
        receiver.answer = lambda _: answer(200)
        await studio.deliver()
        assert (await studio.deliveries())[-1]["state"] == "delivered"


async def test_a_slow_receiver_does_not_delay_others(studio: Studio) -> None:
    async with receiving() as slow, receiving() as quick:
        slow.gate = asyncio.Event()
        for receiver in (slow, quick):
            await studio.endpoint(receiver)
        for name in NAMES:
            await studio.credit(name, 1)
        deliverer = studio.deliverer(most_of_endpoint=2)
        await run_until(deliverer, lambda: len(quick.messages) == 3)
        assert 1 <= len(slow.messages) <= 2
        slow.gate.set()
        await deliverer.quiet()
        await studio.deliver(deliverer)
        assert len(slow.messages) == 3


async def test_a_stopping_deliverer_finishes_running_deliveries_and_starts_none(
    studio: Studio, receiver: Receiver
) -> None:
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)
    await studio.credit(ALICE, 2)
    receiver.gate = asyncio.Event()
    deliverer = studio.deliverer()
    await deliverer.run()
    await receiver.arrived.wait()
    ending = asyncio.ensure_future(deliverer.finish())
    await asyncio.sleep(0)
    receiver.gate.set()
    await ending
    assert delivered(receiver) == [(ALICE, 1)]
    assert await studio.states() == ["delivered", "pending"]


async def test_a_delivery_that_takes_too_long_is_cancelled_and_retried(studio: Studio, receiver: Receiver) -> None:
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)
    receiver.gate = asyncio.Event()
    deliverer = studio.deliverer()
    worker = Scheduler([Job("webhooks", deliverer.rest_seconds, deliverer.run, deliverer.finish)], lambda: studio.now)
    worker.start()
    await receiver.arrived.wait()
    await worker.stop(0.05)
    assert deliverer.busy == 0
    assert worker.states["webhooks"].failures == 0
    receiver.gate.set()
    studio.now += LEASE_MS
    await studio.deliver()
    assert delivered(receiver) == [(ALICE, 1), (ALICE, 1)]
    assert await studio.states() == ["delivered"]


async def test_internal_errors_of_the_deliverer_are_logged(
    studio: Studio, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)

    class Broken:
        to_private = True

        async def post(self, *_: object) -> None:
            raise RuntimeError("out of memory")

    deliverer = studio.deliverer(Broken())  # type: ignore[arg-type]
    with caplog.at_level(logging.ERROR, "kraty.webhooks"):
        await deliverer.run()
        await deliverer.quiet()
        with pytest.raises(RuntimeError, match="out of memory"):
            await deliverer.run()
    assert SECRET not in caplog.text
    studio.now += LEASE_MS
    await studio.deliver()
    assert delivered(receiver) == [(ALICE, 1)]


async def test_a_deliverer_without_endpoints_polls_rarely(studio: Studio, receiver: Receiver) -> None:
    await studio.leave()
    deliverer = studio.deliverer()
    assert await deliverer.run() == 0
    assert deliverer.rest_seconds() == 10
    await studio.endpoint(receiver)
    await studio.credit(ALICE, 1)
    assert await deliverer.run() == 0, "it looked just now"
    studio.now += 1
    await studio.deliver(deliverer)
    assert deliverer.rest_seconds() == 1
    assert delivered(receiver) == [(ALICE, 1)]
    gc.collect()
