"""Slots for deliveries are shared: slow, silent or busy endpoints take none that others need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kraty_console.backend.players import service as players
from kraty_console.backend.webhooks.deliverer import MOST_OF_ENDPOINT
from tests.harness.backend.small_game import ALICE, SmallGame, make_small_game
from tests.harness.backend.webhook_receiver import Receiver, receiving
from tests.harness.backend.webhook_studio import Studio, delivered, run_until


async def there(studio: Studio, *names: str) -> None:
    """Create these players."""
    for name in names:
        await studio.world.run(players.upsert, studio.world.engine(), name)


@pytest.fixture
async def studio(world: SmallGame) -> AsyncIterator[Studio]:
    made = Studio(world)
    await there(made, ALICE)
    yield made
    await made.leave()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


async def test_silent_endpoints_do_not_starve_others(studio: Studio, receiver: Receiver) -> None:
    """Eight endpoints that never answer hold a slot each until they time out; the others get everything meanwhile."""
    async with receiving() as silent:
        silent.gate = asyncio.Event()
        for number in range(8):
            await studio.endpoint(silent, path=f"/{number}")
        await studio.endpoint(receiver)
        crowd = [f"p{number}" for number in range(40)]
        await there(studio, *crowd)
        for player in crowd:
            await studio.credit(player, 1)
        deliverer = studio.deliverer(most=32)
        await run_until(deliverer, lambda: len(receiver.messages) == len(crowd))
        assert len(silent.messages) == 8
        assert sorted(delivered(receiver)) == sorted((player, 1) for player in crowd)
        await studio.leave()  # deliveries in progress end, no more begin
        silent.gate.set()
        await deliverer.quiet()


async def test_a_busy_game_leaves_slots_for_another(studio: Studio, receiver: Receiver) -> None:
    other = Studio(await make_small_game(studio.world.db))
    await there(other, ALICE)
    async with receiving() as silent:
        silent.gate = asyncio.Event()
        for number in range(20):
            await studio.endpoint(silent, path=f"/{number}")
        await studio.credit(ALICE, 1)
        deliverer = studio.deliverer(most=16)
        await deliverer.run()
        assert deliverer.busy == 8, "half of the slots, where nobody else has something to send"
        await other.endpoint(receiver)
        await other.credit(ALICE, 2)
        other.now = studio.now
        await run_until(deliverer, lambda: receiver.messages)
        assert delivered(receiver) == [(ALICE, 2)]
        await studio.leave()
        silent.gate.set()
        await deliverer.quiet()


async def test_an_endpoint_that_takes_its_deliveries_gets_several_at_once(studio: Studio, receiver: Receiver) -> None:
    await studio.endpoint(receiver)
    crowd = [f"q{number}" for number in range(6)]
    await there(studio, *crowd)
    for name in crowd[:3]:
        await studio.credit(name, 1)
    deliverer = studio.deliverer()
    await deliverer.run()
    assert deliverer.busy == 1
    await deliverer.quiet()
    receiver.gate = asyncio.Event()
    for name in crowd:
        await studio.credit(name, 1)
    await deliverer.run()
    assert deliverer.busy == MOST_OF_ENDPOINT
    receiver.answer = lambda _message: b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    receiver.gate.set()
    await deliverer.quiet()
    receiver.gate = asyncio.Event()
    studio.now += 5_000
    await deliverer.run()
    assert deliverer.busy == 1
    receiver.gate.set()
    await deliverer.quiet()
