"""A rate limit holds back all tasks of a client together, each pause once."""

from __future__ import annotations

import asyncio

from kraty_console.client.request_pace import RequestPace
from tests.client.conftest import Clock, MakeClient
from tests.harness.client.scripted_server import failed, ok, wired


async def test_many_tasks_wait_once(clock: Clock) -> None:
    pace = RequestPace(sleep=clock.sleep, clock=clock)
    await pace.passed()
    assert clock.pauses == []
    pace.hold(3)
    pace.hold(1)
    await asyncio.gather(*(pace.passed() for _ in range(20)))
    assert clock.pauses == [3]
    await pace.passed()
    assert pace.pauses == 1


async def test_a_longer_pause_that_comes_while_waiting_is_kept(clock: Clock) -> None:
    async def sleep(seconds: float) -> None:
        if not clock.pauses:
            pace.hold(5)
        await clock.sleep(seconds)

    pace = RequestPace(sleep=sleep, clock=clock)
    pace.hold(2)
    await asyncio.gather(*(pace.passed() for _ in range(3)))
    assert clock.pauses == [2, 3]
    assert clock.seconds == 5


async def test_a_429_of_one_request_holds_the_others(client_of: MakeClient, clock: Clock) -> None:
    limited = failed(429, "rate_limited", "slow down", retry_after="7")
    player = {"player": {"externalPlayerId": "x"}}
    async with wired(limited, *[ok(player)] * 4) as wire:
        client = client_of(wire.url)
        client.pace = RequestPace(sleep=clock.sleep, clock=clock)
        first = await asyncio.gather(client.snapshot("x"), return_exceptions=True)
        assert "slow down" in str(first[0])
        assert clock.pauses == []
        await asyncio.gather(*(client.snapshot("x") for _ in range(4)))
    assert clock.pauses == [7]
