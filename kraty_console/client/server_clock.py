"""The server's time: ages and advice compare its moments with now, and this machine's clock may be hours off.

Every answer of Kraty's tells when it was made (`Date`, RFC 9110 6.6.1). What was made between sending and receiving
says that the clocks agree; what lies outside says by how much they differ, at least.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kraty_console.client.replies import HttpReply

TOLERANCE: Final = timedelta(seconds=5)
"""A difference up to here is none: `Date` has whole seconds, and ages are told in larger steps."""

WORTH_TELLING: Final = timedelta(minutes=1)

REMEMBERED: Final = 5
"""Number of samples; the median is used, so that a single wrong date changes nothing for long."""

_RESOLUTION: Final = timedelta(seconds=1)
_ENVELOPE: Final = re.compile(rb'\s*\{\s*"data"\s*:')


class ServerClock:
    """Now, by the server; by this machine until an answer told otherwise. Answers may come from any thread."""

    def __init__(
        self,
        local: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`local` is this machine's clock; `steady` counts seconds that nobody sets."""
        self._local = local
        self._steady = steady
        self._offsets: deque[timedelta] = deque(maxlen=REMEMBERED)
        self._set_at = 0.0
        self._lock = threading.Lock()
        self.told = False
        """Whether the person knows that this machine's clock is wrong."""

    def now(self) -> datetime:
        """The present moment."""
        return self._local() + self.skew

    @property
    def skew(self) -> timedelta:
        """How far this machine is behind the server; negative when it is ahead, zero within the tolerance."""
        with self._lock:
            offsets = sorted(self._offsets)
        return offsets[(len(offsets) - 1) // 2] if offsets else timedelta()

    def observe(self, reply: HttpReply) -> None:
        """Take in an answer that has just come; only Kraty's own, and none that was kept on the way, tells the time."""
        made = _made_at(reply)
        if made is None:
            return
        received = self._local()
        offset = _offset(made, received - timedelta(milliseconds=reply.elapsed_ms), received)
        set_at = received.timestamp() - self._steady()
        with self._lock:
            if abs(set_at - self._set_at) > TOLERANCE.total_seconds():
                self._offsets.clear()  # this machine's clock was set, or slept: what was known is of the old one
            self._set_at = set_at
            self._offsets.append(offset if abs(offset) > TOLERANCE else timedelta())


def _offset(made: datetime, sent: datetime, received: datetime) -> timedelta:
    """By how much a moment lies outside the time in which it must have been; zero when inside."""
    if made > received:
        return made - received
    return min(made + _RESOLUTION - sent, timedelta())


def _made_at(reply: HttpReply) -> datetime | None:
    """When the server made an answer; None where that is not certain."""
    said = reply.headers.get("date")
    if said is None or not 200 <= reply.status < 300 or not _ENVELOPE.match(reply.content):
        return None
    if reply.headers.get("age", "0").strip() != "0" or "hit" in reply.headers.get("x-cache", "").lower():
        return None
    from email.utils import parsedate_to_datetime

    try:
        made = parsedate_to_datetime(said)
    except ValueError:
        return None
    return made.replace(tzinfo=UTC) if made.tzinfo is None else made
