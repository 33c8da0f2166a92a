"""A token bucket per key or session (decisions: Rate limit)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

DEFAULT_RATE: Final = 50.0
"""Calls a second, kept up for long."""
DEFAULT_BURST: Final = 100
"""Calls at once, after a pause."""

_SWEEP_ABOVE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls a second, and so many at once; a rate of 0 is no limit at all."""

    per_second: float = DEFAULT_RATE
    burst: int = DEFAULT_BURST

    @classmethod
    def parse(cls, text: str) -> Rate:
        """`50`, `50:100` (rate and burst; left out, the burst is twice the rate) or `0` for no limit.

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


class RateLimit:
    """Counts the calls of each caller; `monotonic` gives seconds."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, caller: str) -> float:
        """Take one call: 0 when it may go on, else the seconds until the next one may."""
        rate = self._rate
        if rate.per_second == 0:
            return 0.0
        now = self._monotonic()
        bucket = self._buckets.get(caller)
        if bucket is None:
            if len(self._buckets) >= _SWEEP_ABOVE:
                self._sweep(now)
            bucket = self._buckets[caller] = _Bucket(float(rate.burst), now)
        bucket.tokens = min(float(rate.burst), bucket.tokens + (now - bucket.filled_at) * rate.per_second)
        bucket.filled_at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / rate.per_second

    def _sweep(self, now: float) -> None:
        """Forget the callers whose bucket is full again."""
        to_full = self._rate.burst / self._rate.per_second
        self._buckets = {caller: bucket for caller, bucket in self._buckets.items() if now - bucket.filled_at < to_full}
