"""Token buckets, by address before any look-up, then by caller.

A call takes one token, and more if it is expensive: for its time on the event loop that all calls share, and for its
bytes. So a few expensive calls cost as much as many cheap ones.

| bucket | what fills it | holds |
|---|---|---|
| address | every call but health | 10 times the rate |
| bad credentials of an address | unknown credentials | a fifth |
| session, server key | its calls | the rate |
| client key and player | the player's calls, with the right secret | the rate |
| client key and address | calls without a player's secret | the rate |
| client key | all of its calls | 20 times the rate |

Client keys are public, so calls of a player cost that player, and an address can spend less than the key.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

T = TypeVar("T")

DEFAULT_RATE: Final = 50.0
"""Calls per second, sustained."""
DEFAULT_BURST: Final = 100
"""Calls at once, after a pause."""

OF_ADDRESS: Final = 10.0
OF_BAD: Final = 0.2
OF_CLIENT_KEY: Final = 20.0

TOKEN_SECONDS: Final = 0.005
"""Time of the loop that one token of a caller pays for: at 50 per second, a quarter of the loop."""
ADDRESS_SECONDS: Final = 0.0005
"""The same for an address: all its callers together also get a quarter of the loop."""
TOKEN_BYTES: Final = 32 * 1024
"""Bytes of a request or an answer that one token pays for."""

REFUSED_TOKENS: Final = 4
"""The extra cost of a refused attempt, which is checked and recorded."""

LONGEST_DEBT_SECONDS: Final = 60.0
"""Longest wait that one expensive call can cause."""

_SWEEP_ABOVE: Final = 10_000
"""Number of buckets up to which none is dropped."""
_SWEEP_SECONDS: Final = LONGEST_DEBT_SECONDS
"""Time between two sweeps, unless the number of buckets doubles before."""
_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """Calls per second and burst; a rate of 0 means no limit."""

    per_second: float = DEFAULT_RATE
    burst: int = DEFAULT_BURST

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Parse `50`, `50:100` (rate and burst, by default twice the rate) or `0` for no limit.

        Raises ValueError for anything else.
        """
        rate, colon, burst = text.partition(":")
        per_second = float(rate)
        if not 0 <= per_second <= 1_000_000:
            raise ValueError(f"{text!r} is not a rate")
        size = int(burst) if colon else max(1, round(per_second * 2))
        if size < 1:
            raise ValueError(f"{text!r} has no burst")
        return cls(per_second, size)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float
    burst: float
    per_second: float

    def full_at(self) -> float:
        """When the bucket is full again, debt included."""
        return self.filled_at + (self.burst - self.tokens) / self.per_second


class RateLimit:
    """Counts what each caller takes; `monotonic` gives seconds."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._buckets: dict[str, _Bucket] = {}
        self._sweep_above = _SWEEP_ABOVE
        self._sweep_at = 0.0
        self.sweeps = 0
        """How often all buckets were swept."""
        self._known: OrderedDict[str, tuple[tuple[str, float], ...]] = OrderedDict()

    def wait(self, caller: str, times: float = 1.0, cost: float = 1.0) -> float:
        """Take one call: 0 if it is allowed, else the seconds until the next one is.

        The bucket has `times` the rate; a `cost` of 0 only checks it.
        """
        rate = self._rate
        if rate.per_second == 0:
            return 0.0
        bucket = self._bucket(caller, times)
        if bucket.tokens >= 1:
            bucket.tokens -= cost
            return 0.0
        return (1 - bucket.tokens) / (rate.per_second * times)

    def charge(self, caller: str, cost: float, times: float = 1.0) -> None:
        """Take the cost of a call beyond its token; a caller in debt has to wait."""
        if self._rate.per_second == 0 or cost <= 0:
            return
        bucket = self._bucket(caller, times)
        bucket.tokens = max(bucket.tokens - cost, -LONGEST_DEBT_SECONDS * self._rate.per_second * times)

    def know(self, mark: str, payers: Sequence[tuple[str, float]]) -> None:
        """Remember the buckets (and their multiples of the rate) that a caller with this mark pays from."""
        self._known[mark] = tuple(payers)
        self._known.move_to_end(mark)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def payers(self, mark: str) -> tuple[tuple[str, float], ...] | None:
        """The buckets that a caller with this mark paid from last; None if there are none, or they were dropped."""
        return self._known.get(mark)

    def forget(self, mark: str) -> None:
        """Forget a caller with this mark, who is no longer valid."""
        self._known.pop(mark, None)

    def __len__(self) -> int:
        """The number of buckets."""
        return len(self._buckets)

    def _bucket(self, caller: str, times: float) -> _Bucket:
        now = self._monotonic()
        bucket = self._buckets.get(caller)
        if bucket is None:
            if len(self._buckets) >= (_SWEEP_ABOVE if now >= self._sweep_at else self._sweep_above):
                self._sweep(now)
            burst = max(1.0, self._rate.burst * times)
            bucket = self._buckets[caller] = _Bucket(burst, now, burst, self._rate.per_second * times)
        bucket.tokens = min(bucket.burst, bucket.tokens + (now - bucket.filled_at) * bucket.per_second)
        bucket.filled_at = now
        return bucket

    def _sweep(self, now: float) -> None:
        """Drop full buckets, which equal new ones."""
        self._buckets = {caller: bucket for caller, bucket in self._buckets.items() if bucket.full_at() > now}
        self._sweep_above = max(_SWEEP_ABOVE, 2 * len(self._buckets))
        self._sweep_at = now + _SWEEP_SECONDS
        self.sweeps += 1


class TimedCoroutine:
    """An awaitable that measures the seconds for which a coroutine keeps its thread busy; waiting is not counted."""

    def __init__(self, work: Coroutine[Any, Any, T], clock: Callable[[], float] = time.thread_time) -> None:
        self._work = work
        self._clock = clock
        self.seconds = 0.0

    def __await__(self) -> Generator[Any, Any, Any]:
        """Pass on what the coroutine awaits."""
        sent: Any = None
        failed: BaseException | None = None
        while True:
            begun = self._clock()
            try:
                waits_for = self._work.send(sent) if failed is None else self._work.throw(failed)
            except StopIteration as done:
                return done.value
            finally:
                self.seconds += self._clock() - begun
            sent, failed = None, None
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 (it is thrown on, into the coroutine)
                failed = error
