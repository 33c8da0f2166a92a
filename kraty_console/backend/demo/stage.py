"""Runs the stories of the demo world concurrently, in order of time."""

from __future__ import annotations

import heapq
import random
from collections.abc import AsyncGenerator, Iterable
from typing import Final

from kraty_console.backend.rules.context import Actor, Context, Surface, Tenant
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage.transaction import Transaction

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
"""Milliseconds."""

Story = AsyncGenerator[int, None]
"""Yields the moment (ms) at which it wants to go on; what it does then happens at exactly that moment."""


class _Clock:
    """The current time of a stage (ms)."""

    ms = 0


class DemoStage:
    """The clock, ids and random numbers of the stories, the same for the same seed and time."""

    def __init__(self, tenant: Tenant, seed: int, now_ms: int, ids: str = "ids") -> None:
        self.tenant = tenant
        self.seed = seed
        self.now_ms = now_ms
        """The present: no story has later events."""
        self._clock = _Clock()
        self.new_id = IdSource(lambda: self.clock_ms, random.Random(f"{seed}:{tenant.game_id}:{ids}").getrandbits)

    @property
    def clock_ms(self) -> int:
        """The current time of the story."""
        return self._clock.ms

    @clock_ms.setter
    def clock_ms(self, moment_ms: int) -> None:
        self._clock.ms = moment_ms

    def with_ids(self, ids: str) -> DemoStage:
        """The same clock with its own ids: more events there do not change other ids."""
        other = DemoStage(self.tenant, self.seed, self.now_ms, ids)
        other._clock = self._clock
        return other

    def rng_for(self, name: str) -> random.Random:
        """The random numbers of one story, independent of others."""
        return random.Random(f"{self.seed}:{self.tenant.game_id}:{name}")

    def context(
        self,
        actor: Actor,
        surface: Surface,
        environment: str,
        *,
        reason: str | None = None,
        ticket: str | None = None,
        idempotency_key: str | None = None,
    ) -> Context:
        """The context of a change at the current time."""
        return Context(
            tenant=self.tenant,
            environment=environment,
            actor=actor,
            request_id=self.new_id(),
            now_ms=self.clock_ms,
            new_id=self.new_id,
            reason=reason,
            ticket=ticket,
            idempotency_key=idempotency_key,
            surface=surface,
        )

    async def run(self, tx: Transaction, stories: Iterable[Story]) -> None:
        """Run all stories, always resuming the one with the earliest next event."""
        waiting: list[tuple[int, int, Story]] = []
        for order, story in enumerate(stories):
            await self._resume(waiting, order, story)
        while waiting:
            moment, order, story = heapq.heappop(waiting)
            assert moment <= self.now_ms, "a story goes past now"
            self.clock_ms = max(self.clock_ms, moment)
            await self._resume(waiting, order, story)
        await tx.flush()

    async def _resume(self, waiting: list[tuple[int, int, Story]], order: int, story: Story) -> None:
        try:
            moment = await anext(story)
        except StopAsyncIteration:
            return
        heapq.heappush(waiting, (moment, order, story))
