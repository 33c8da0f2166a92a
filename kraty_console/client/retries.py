"""Retries failed calls (contract/README.md#rate-limits-and-retries)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from kraty_console.client.replies import HttpReply, error_of
from kraty_console.contract.errors import Code, RateLimited, Unavailable

CALLS: Final = 4
"""Maximum number of attempts, including the first."""

RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_DELAY: Final = 0.2
LONGEST_DELAY: Final = 10.0
"""Delays in seconds: doubling from the first to the longest, with 20 % jitter."""

PATIENCE: Final = 3.0
"""Seconds after the first call when no further attempt starts: a person is waiting and can retry."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Retries a call; `sleep`, `clock` (seconds) and `jitter` (0..1) are injected."""

    sleep: Callable[[float], Awaitable[None]]
    clock: Callable[[], float]
    jitter: Callable[[], float]
    patience: float = PATIENCE

    async def run(self, call: Callable[[], Awaitable[HttpReply]], *, write: bool = False) -> HttpReply:
        """The first final answer, or the last error.

        Retry a change (`write`) only if the server keeps its idempotency key.

        Raises:
            KratyError: from `call`, or from the last answer.
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
                again = reply.status in RETRIED or (
                    write and reply.status == 409
                )  # the first request may still be in progress
                failure = error_of(reply, write=write) if again else None
                if not isinstance(failure, RateLimited | Unavailable) or _is_an_answer(failure):
                    return reply
                trouble = failure
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


def _is_an_answer(failure: RateLimited | Unavailable) -> bool:
    """Whether a 429 is final, because the player's attempts are used up
    (contract/README.md#errors)."""
    return isinstance(failure, RateLimited) and failure.code not in ("", Code.RATE_LIMITED)
