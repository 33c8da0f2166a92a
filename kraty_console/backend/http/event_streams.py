"""Server-sent events, fed by one poll of the database for all listeners.

Every process sees the changes of all others in the database, so it is polled at a modest rate, at a cost that depends
on the changes and not on the listeners. A comment at intervals keeps a connection alive, and the caller's rights are
checked again then: a revoked key gets no more events.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from sqlalchemy.exc import SQLAlchemyError

from kraty_console.backend.http.envelope import encode
from kraty_console.backend.observability.logs import error_origin
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

LOG: Final = logging.getLogger("kraty.streams")

Event = tuple[str, dict[str, Any]]
"""An event: its name and its data."""

POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
MOST: Final = 500
"""Open streams of one process; each is a connection."""
MOST_OF_ADDRESS: Final = 100

MOST_WAITING: Final = 1000
"""Events that may wait for a slow listener; with more, the stream ends."""

MOST_FAILURES: Final = 30
"""Consecutive failed polls after which every stream ends."""

HEARTBEAT: Final = b": here\n\n"


class EventFeed(Protocol):
    """The events of one stream."""

    over: bool
    """Whether the feed has ended."""

    async def begin(self, tx: Transaction) -> list[Event]:
        """The first events, sent at once."""
        ...


Gather = Callable[[Transaction, Sequence[Any], int], AsyncIterator[tuple[Any, list[Event]]]]
"""Reads the new events of many feeds of one kind at once.

The number is when the poll began, before anything was read (milliseconds since the epoch).
"""


class EventSource(Protocol):
    """Where the events of one stream come from."""

    @property
    def feed(self) -> EventFeed:
        """The events."""
        ...

    @property
    def gather(self) -> Gather:
        """Reads the events of all feeds of one kind at once."""
        ...

    async def allowed(self, tx: Transaction) -> bool:
        """Whether the caller may still listen."""
        ...


class _Listener:
    """An open stream with the events that wait to be sent."""

    def __init__(self, source: EventSource, beat_at: float) -> None:
        self.source = source
        self.beat_at = beat_at
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    def enqueue(self, frame: bytes) -> None:
        if self.waiting.qsize() < MOST_WAITING:
            self.waiting.put_nowait(frame)
        else:
            self.end()

    def end(self) -> None:
        self.waiting.put_nowait(None)


class Streams:
    """The open streams of a process; they end together when it stops."""

    def __init__(
        self,
        poll: float = POLL_SECONDS,
        heartbeat: float = HEARTBEAT_SECONDS,
        most: int = MOST,
        most_of_address: int = MOST_OF_ADDRESS,
    ) -> None:
        self._poll = poll
        self._heartbeat = heartbeat
        self._most = most
        self._most_of_address = most_of_address
        self._ending = asyncio.Event()
        self._of: dict[str, int] = {}
        self._listeners: dict[_Listener, None] = {}
        self._feeding: asyncio.Task[None] | None = None
        self.looks = 0
        """How often the database was polled, for all streams."""

    @property
    def open(self) -> int:
        """How many are open."""
        return sum(self._of.values())

    def end(self) -> None:
        """End every stream after its current event."""
        self._ending.set()
        for listener in self._listeners:
            listener.end()

    def refuse_more(self, address: str = "") -> None:
        """Refuse another stream if there are too many, in total or of an address, or if all are ending."""
        if self.open >= self._most or self._of.get(address, 0) >= self._most_of_address or self._ending.is_set():
            raise RuleError(Code.UNAVAILABLE, "too many streams are open here; try again", {"retryAfter": 5})

    async def frames(
        self, db: Database, now_ms: Callable[[], int], source: EventSource, address: str = ""
    ) -> AsyncIterator[bytes]:
        """The bytes of a stream, until its source is over, the caller may listen no more, or the process stops."""
        with self._counted(address):
            async with db.read() as tx:
                begun = await source.feed.begin(tx)
            for name, data in begun:
                yield frame(name, data)
            if source.feed.over or self._ending.is_set():
                return
            listener = _Listener(source, asyncio.get_running_loop().time() + self._heartbeat)
            self._listeners[listener] = None
            if self._feeding is None or self._feeding.done():
                self._feeding = asyncio.create_task(self._feed(db, now_ms), name="streams")
            try:
                while (message := await listener.waiting.get()) is not None:
                    yield message
            finally:
                self._listeners.pop(listener, None)

    async def _feed(self, db: Database, now_ms: Callable[[], int]) -> None:
        """Poll for all listeners, until there are none."""
        failures = 0
        while not await self._rested() and self._listeners:
            try:
                began_ms = now_ms()
                async with db.read() as tx:
                    await self._poll_once(tx, began_ms)
                failures = 0
            except (SQLAlchemyError, OSError) as error:
                failures += 1
                if failures >= MOST_FAILURES:
                    LOG.error("streams end: %s", error_origin(error))
                    break
            except Exception as error:  # noqa: BLE001 (listeners must be told of any error)
                LOG.error("streams end: %s", error_origin(error))
                break
        else:
            return
        for listener in self._listeners:
            listener.end()

    async def _poll_once(self, tx: Transaction, began_ms: int) -> None:
        self.looks += 1
        now = asyncio.get_running_loop().time()
        kinds: dict[Gather, dict[EventFeed, _Listener]] = {}
        for listener in list(self._listeners):
            if now >= listener.beat_at:
                listener.beat_at = now + self._heartbeat
                if not await listener.source.allowed(tx):
                    listener.end()
                    continue
                listener.enqueue(HEARTBEAT)
            kinds.setdefault(listener.source.gather, {})[listener.source.feed] = listener
        for gather, listeners in kinds.items():
            async for feed, events in gather(tx, list(listeners), began_ms):
                for name, data in events:
                    listeners[feed].enqueue(frame(name, data))
                if feed.over:
                    listeners[feed].end()

    async def _rested(self) -> bool:
        """Wait until the next poll; True if the process is to stop instead."""
        try:
            await asyncio.wait_for(self._ending.wait(), self._poll)
        except TimeoutError:
            return False
        return True

    @contextmanager
    def _counted(self, address: str) -> Iterator[None]:
        self._of[address] = self._of.get(address, 0) + 1
        try:
            yield
        finally:
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]


def frame(name: str, data: dict[str, Any]) -> bytes:
    """One event as it is sent; JSON has no line breaks of its own."""
    return b"event: " + name.encode("ascii") + b"\ndata: " + encode(data) + b"\n\n"
