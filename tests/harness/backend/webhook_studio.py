"""Endpoints of a test's game, a worker's deliverer by hand, and a clock that only the test moves."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.economy import wallet
from kraty_console.backend.players import bans
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage import tables
from kraty_console.backend.webhooks import endpoints, replays
from kraty_console.backend.webhooks.deliverer import Deliverer
from kraty_console.backend.webhooks.posting import Poster
from kraty_console.contract.secret import Secret
from tests.harness.backend.small_game import SmallGame
from tests.harness.backend.webhook_receiver import Receiver

SECRET = "whsec_test_12345"

PATIENCE = 100.0
"""Seconds for an answer: a busy machine is not a receiver that keeps silent."""


TICK = 0.005
"""Seconds after which to look again for what is due."""


@dataclass
class Studio:
    """A game, its webhook endpoints, and the current time."""

    world: SmallGame
    keys: Any = field(default_factory=lambda: itertools.count(1))
    now: int = 0

    def __post_init__(self) -> None:
        self.now = self.world.now
        self.new_id = IdSource(lambda: self.now, random.SystemRandom().getrandbits)

    def deliverer(self, poster: Poster | None = None, **more: Any) -> Deliverer:
        """A worker's part in it; several are several processes."""
        poster = poster or Poster(to_private=True, limit_seconds=PATIENCE)
        return Deliverer(self.world.db, lambda: self.now, self.new_id, poster, clock=lambda: self.now, **more)

    async def deliver(self, *deliverers: Deliverer) -> None:
        """Until nothing is due any more."""
        working = deliverers or (self.deliverer(),)
        while any([await each.run() for each in working]) or any(each.busy for each in working):
            for each in working:
                await each.quiet()

    def context(self, **changes: Any) -> Context:
        ctx = self.world.admin(f"key-{next(self.keys):04}")
        return replace(ctx, now_ms=self.now, new_id=self.new_id, **changes)

    async def endpoint(self, receiver: Receiver, *events: str, environment: str = "live", path: str = "") -> str:
        """A new endpoint; the answer is its id."""
        answer: RuleResult = await self.world.run(
            endpoints.create,
            self.context(environment=environment),
            receiver.url + path,
            list(events) or None,
            Secret(SECRET),
        )
        return str(answer.data["endpoint"]["id"])

    async def change(self, what: str, endpoint_id: str) -> RuleResult:
        """Pause, unpause or archive."""
        answer: RuleResult = await self.world.run(getattr(endpoints, what), self.context(), endpoint_id)
        return answer

    async def replay(self, delivery_id: str) -> RuleResult:
        answer: RuleResult = await self.world.run(replays.replay, self.context(), delivery_id)
        return answer

    async def credit(self, player: str, amount: int, environment: str = "live") -> None:
        """Something that happens to a player: `wallet.changed`."""
        await self.world.run(wallet.credit, self.context(environment=environment), player, "gold", amount)

    async def ban(self, player: str) -> None:
        """Something else: `player.banned`."""
        await self.world.run(bans.ban, self.context(), player)

    async def deliveries(self, **equal: Any) -> list[dict[str, Any]]:
        """The rows, in the order in which they were made."""
        return await self.world.rows(tables.webhook_deliveries, **equal)

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.deliveries()]

    async def attempts(self) -> list[dict[str, Any]]:
        return await self.world.rows(tables.webhook_attempts)

    async def leave(self) -> None:
        """Archive every endpoint, also of other games: databases are shared, deliverers look at all of one."""
        async with self.world.db.transaction() as tx:
            await tx.execute(sa.update(tables.webhook_endpoints).values(state="archived"))


async def run_until(deliverer: Deliverer, holds: Callable[[], object]) -> None:
    """Run it until something is so; where it starts nothing, deliveries in progress go on meanwhile."""
    while not holds():
        if not await deliverer.run():
            await asyncio.sleep(TICK)


def delivered(receiver: Receiver) -> list[tuple[str, int]]:
    """Players and changes of their balance, in order of arrival."""
    data = [message.envelope["data"] for message in receiver.messages]
    return [(each["externalPlayerId"], each.get("delta", 0)) for each in data]
