"""The server's time, for ages and advice, because this machine's clock may be hours off.

Kraty's answers have a `Date` (RFC 9110 6.6.1). A date between sending and receiving means that the clocks agree; one
outside gives the minimum difference.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from kraty_console.client.http_dates import http_date

if TYPE_CHECKING:
    from kraty_console.client.replies import HttpReply

TOLERANCE: Final = timedelta(seconds=5)
"""A smaller difference is ignored: `Date` has whole seconds, and ages are shown in larger steps."""

WORTH_TELLING: Final = timedelta(minutes=1)

REMEMBERED: Final = 5
"""Number of samples; the median is used, so that a single wrong date changes nothing for long."""

_RESOLUTION: Final = timedelta(seconds=1)
_ENVELOPE: Final = re.compile(rb'\s*\{\s*"data"\s*:')


class ServerClock:
    """The current time by the server's clock; by this machine's until an answer arrives. Thread-safe."""

    def __init__(
        self,
        local: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`local` is this machine's clock; `steady` is a monotonic clock in seconds."""
        self._local = local
        self._steady = steady
        self._offsets: deque[timedelta] = deque(maxlen=REMEMBERED)
        self._set_at = 0.0
        self._lock = threading.Lock()
        self.user_warned = False
        """Whether the user was warned about the clock."""

    def now(self) -> datetime:
        """The current time."""
        return self._local() + self.skew

    @property
    def skew(self) -> timedelta:
        """How far this machine is behind the server; negative when it is ahead, zero within the tolerance."""
        with self._lock:
            offsets = sorted(self._offsets)
        return offsets[(len(offsets) - 1) // 2] if offsets else timedelta()

    def observe(self, reply: HttpReply) -> None:
        """Use the date of a new answer; only if it is Kraty's own and does not come from a cache."""
        made = _made_at(reply)
        if made is None:
            return
        received = self._local()
        offset = _offset(made, received - timedelta(milliseconds=reply.elapsed_ms), received)
        set_at = received.timestamp() - self._steady()
        with self._lock:
            if abs(set_at - self._set_at) > TOLERANCE.total_seconds():
                self._offsets.clear()  # this machine's clock was set, or it slept: earlier samples are invalid
            self._set_at = set_at
            self._offsets.append(offset if abs(offset) > TOLERANCE else timedelta())


def _offset(made: datetime, sent: datetime, received: datetime) -> timedelta:
    """How far a time lies outside the interval from sending to receiving; zero inside."""
    if made > received:
        return made - received
    return min(made + _RESOLUTION - sent, timedelta())


def _made_at(reply: HttpReply) -> datetime | None:
    """The date of an answer; None if unreliable."""
    sent_date = reply.headers.get("date")
    if sent_date is None or not 200 <= reply.status < 300 or not _ENVELOPE.match(reply.content):
        return None
    if reply.headers.get("age", "0").strip() != "0" or "hit" in reply.headers.get("x-cache", "").lower():
        return None
    return http_date(sent_date)
