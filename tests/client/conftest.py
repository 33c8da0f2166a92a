"""Clients with a clock that passes only while they sleep, and a journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kraty_console.client.admin import KratyClient
from kraty_console.client.journal import Journal
from kraty_console.client.transport import Timeouts
from kraty_console.contract.secret import Credential, Secret

TOKEN = "kst_" + "t" * 43


@dataclass
class Clock:
    """Seconds that pass only by sleeping."""

    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds


MakeClient = Callable[..., KratyClient]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client_of(clock: Clock) -> AsyncIterator[MakeClient]:
    """Makes clients of an address; they are closed at the end."""
    async with AsyncExitStack() as stack:

        def make(
            url: str, *, kind: str = "bearer", timeout: Timeouts | None = None, token: str = TOKEN, **more: Any
        ) -> KratyClient:
            client = KratyClient(
                url,
                Credential(Secret(token), "cookie" if kind == "cookie" else "bearer"),
                studio_id="studio-1",
                game_id="game-1",
                environment="live",
                timeout=timeout,
                sleep=clock.sleep,
                clock=clock,
                jitter=lambda: 0.5,
                **more,
            )
            stack.push_async_callback(client.close)
            return client

        yield make


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    opened = await Journal.open(tmp_path / "state" / "journal.sqlite")
    try:
        yield opened
    finally:
        await opened.close()
