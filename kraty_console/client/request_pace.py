"""Holds back the requests of many tasks while the backend asks for a pause: each Retry-After once, for all of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class RequestPace:
    """A gate that requests pass one after the other; a rate limit closes it for all."""

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` is monotonic, in seconds."""
        self._sleep = sleep
        self._clock = clock
        self._until = 0.0
        self._gate = asyncio.Lock()
        self.pauses = 0
        """How often requests were held back."""

    @property
    def waits(self) -> float:
        """Seconds until the next request may pass; 0 if it may pass now."""
        return max(0.0, self._until - self._clock())

    async def passed(self) -> None:
        """Return when a request may be sent."""
        if self.waits == 0 and not self._gate.locked():
            return
        async with self._gate:  # one task sleeps, and the others wait for it
            while (seconds := self.waits) > 0:
                self.pauses += 1
                await self._sleep(seconds)

    def hold(self, seconds: float) -> None:
        """Hold back further requests for so long; a pause that is under way is never shortened."""
        self._until = max(self._until, self._clock() + seconds)
