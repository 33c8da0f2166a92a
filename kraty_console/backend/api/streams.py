"""Server-sent events: answers that go on, fed from the database (kraty-api 8.3).

Whatever process changes something, every process sees it in the database; so a stream asks there, at a modest pace, by
a cursor that costs the same however much there is. A comment now and then keeps the connection alive, and is when the
caller's right to listen is looked at again: a key that was revoked hears no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from kraty_console.backend.api.envelope import encode
from kraty_console.backend.engine.errors import RuleError
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

Event = tuple[str, dict[str, Any]]
"""Its name and its data."""

POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
MOST: Final = 500
"""Streams in one process; each is a connection and a query a second."""

HEARTBEAT: Final = b": here\n\n"


class Source(Protocol):
    """Where the events of one stream come from."""

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        ...

    async def begin(self, tx: Transaction) -> list[Event]:
        """What is told at once; what happens from here on is news."""
        ...

    async def news(self, tx: Transaction) -> list[Event]:
        """What happened since it was asked last."""
        ...

    async def allowed(self, tx: Transaction) -> bool:
        """Whether the caller may still listen."""
        ...


class Streams:
    """The streams that a process has open; they end together when it is told to stop."""

    def __init__(self, poll: float = POLL_SECONDS, heartbeat: float = HEARTBEAT_SECONDS, most: int = MOST) -> None:
        self._poll = poll
        self._heartbeat = heartbeat
        self._most = most
        self._ending = asyncio.Event()
        self._open = 0

    @property
    def open(self) -> int:
        """How many there are now."""
        return self._open

    def end(self) -> None:
        """End every stream after what it is at."""
        self._ending.set()

    def refuse_more(self) -> None:
        """Say no to one more stream when there are too many, or when all are ending."""
        if self._open >= self._most or self._ending.is_set():
            raise RuleError(Code.UNAVAILABLE, "too many streams are open here; try again", {"retryAfter": 5})

    async def frames(self, db: Database, source: Source) -> AsyncIterator[bytes]:
        """The bytes of a stream, until its source is over, the caller may listen no more, or the process stops."""
        with self._counted():
            for frame in await _ask(db, source.begin):
                yield frame
            quiet = 0.0
            while not source.over and not await self._rested():
                quiet += self._poll
                if quiet >= self._heartbeat:
                    quiet = 0.0
                    async with db.read() as tx:
                        if not await source.allowed(tx):
                            return
                    yield HEARTBEAT
                for frame in await _ask(db, source.news):
                    yield frame

    async def _rested(self) -> bool:
        """Wait until it is time to ask again; True when the process is to stop instead."""
        try:
            await asyncio.wait_for(self._ending.wait(), self._poll)
        except TimeoutError:
            return False
        return True

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1


async def _ask(db: Database, what: Callable[[Transaction], Any]) -> list[bytes]:
    async with db.read() as tx:
        events: list[Event] = await what(tx)
    return [frame(name, data) for name, data in events]


def frame(name: str, data: dict[str, Any]) -> bytes:
    """One event as it is sent; JSON has no line breaks of its own."""
    return b"event: " + name.encode("ascii") + b"\ndata: " + encode(data) + b"\n\n"
