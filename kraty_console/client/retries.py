"""When a call is tried again (contract/README.md#rate-limits-and-retries), and when whoever waits is told instead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from kraty_console.client.replies import HttpReply, error_of
from kraty_console.contract.errors import Code, RateLimited, Unavailable

CALLS: Final = 4
"""At most, the first included."""

RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_DELAY: Final = 0.2
LONGEST_DELAY: Final = 10.0
"""Seconds; the delay doubles from the first to the longest, give or take a fifth."""

PATIENCE: Final = 3.0
"""Seconds from the first call after which no other is begun: somebody waits, and a longer wait is theirs to choose."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Repeats a call through short trouble; `sleep`, `clock` (seconds) and `jitter` (0..1) come from outside."""

    sleep: Callable[[float], Awaitable[None]]
    clock: Callable[[], float]
    jitter: Callable[[], float]
    patience: float = PATIENCE

    async def run(self, call: Callable[[], Awaitable[HttpReply]], *, write: bool = False) -> HttpReply:
        """The first answer that is worth having, or the last error.

        A change (`write`) may be repeated only where the server keeps the idempotency key that goes with it.

        Raises:
            KratyError: as `call` does, or as the last answer tells.
        """
        started = self.clock()
        tried = 1
        while True:
            trouble: RateLimited | Unavailable
            try:
                reply = await call()
            except Unavailable as error:
                trouble = error
            else:
                again = reply.status in RETRIED or (write and reply.status == 409)  # its twin may be under way
                told = error_of(reply, write=write) if again else None
                if not isinstance(told, RateLimited | Unavailable) or _is_an_answer(told):
                    return reply
                trouble = told
            delay = self._delay(tried, trouble)
            if tried == CALLS or self.clock() - started + delay > self.patience:
                raise trouble
            await self.sleep(delay)
            tried += 1

    def _delay(self, tried: int, trouble: RateLimited | Unavailable) -> float:
        if isinstance(trouble, RateLimited):
            return min(trouble.retry_after, LONGEST_DELAY)
        doubled: float = min(FIRST_DELAY * 2 ** (tried - 1), LONGEST_DELAY)
        return doubled * (0.8 + 0.4 * self.jitter())


def _is_an_answer(told: RateLimited | Unavailable) -> bool:
    """A 429 of a player whose attempts are used up: asking again does not bring them back
    (contract/README.md#errors)."""
    return isinstance(told, RateLimited) and told.code not in ("", Code.RATE_LIMITED)
