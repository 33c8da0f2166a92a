"""A request may be cancelled at any moment: its connection is returned to the pool."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from kraty_console.client.transport import Transport
from tests.harness.client.scripted_server import Line, answers, wired

CONNECTIONS = 8
"""How many the transport keeps at most."""


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_cancelled_requests_leave_no_connection_in_use(times: int) -> None:
    """Cancelled a number of loop iterations after the request: from before it is sent to its answer."""
    async with wired(answers(200, {"data": {}}, {"connection": "close"})) as wire:
        transport = Transport(wire.url, None)
        await transport.exchange("GET", "/first")
        for turns in range(40):
            for _ in range(CONNECTIONS + 1):
                asking = asyncio.ensure_future(transport.exchange("GET", "/players"))
                for _ in range(turns):
                    await asyncio.sleep(0)
                for _ in range(times):
                    asking.cancel()
                    await asyncio.sleep(0)
                with suppress(asyncio.CancelledError):
                    await asking
            async with asyncio.timeout(10):
                assert (await transport.exchange("GET", "/last")).status == 200, f"after {turns} turns"
        await transport.close()


async def test_an_abandoned_waiting_request_is_never_sent() -> None:
    arrived = asyncio.Semaphore(0)

    async def holds(line: Line) -> None:
        await line.request()
        arrived.release()
        await line.reader.read()

    async with wired(holds) as wire:
        transport = Transport(wire.url, None)
        held = [asyncio.ensure_future(transport.exchange("GET", f"/held/{n}")) for n in range(CONNECTIONS)]
        for _ in held:
            await arrived.acquire()
        waiting = asyncio.ensure_future(transport.exchange("POST", "/waiting", body=b"{}"))
        for _ in range(20):
            await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await transport.close()
        await asyncio.gather(*held, return_exceptions=True)
    assert [heard.method for heard in wire.heard] == ["GET"] * CONNECTIONS
