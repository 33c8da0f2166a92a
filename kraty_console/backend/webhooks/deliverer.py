"""The job that delivers events: it fans them out and sends them concurrently."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console import __version__
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.engine import dump_json
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks import endpoint_url
from kraty_console.backend.webhooks.claims import ClaimedDelivery, EndpointKey, claim, record_outcome
from kraty_console.backend.webhooks.fan_out import fan_out
from kraty_console.backend.webhooks.ordering import PENDING
from kraty_console.backend.webhooks.posting import Outcome, Poster
from kraty_console.contract.signature import HEADER, sign

LOG: Final = logging.getLogger("kraty.webhooks")

MOST: Final = 128
"""Concurrent deliveries of one process; each holds a socket and mostly waits."""

MOST_OF_ENDPOINT: Final = 4
"""Concurrent deliveries to one endpoint, so that a slow one does not delay others.

An endpoint that failed its last delivery, or never had one, gets one at a time, because a timeout costs 15 seconds of a
slot.
"""

LOOK_SECONDS: Final = 1.0
"""The interval of polls for due deliveries and events of other processes."""

NOBODY_SECONDS: Final = 10.0
"""The interval of polls while there are no endpoints."""


_USER_AGENT: Final = f"kraty-webhooks/{__version__}"


@dataclass(frozen=True, slots=True)
class _Work:
    """An endpoint with work."""

    endpoint: EndpointKey
    untold: bool
    """Whether its game has events to fan out."""
    due: bool
    """Whether it has due deliveries."""


class Deliverer:
    """Fans out events, and sends up to `most` deliveries at once."""

    def __init__(
        self,
        db: Database,
        now_ms: Callable[[], int],
        new_id: Callable[[], str],
        poster: Poster,
        *,
        most: int = MOST,
        most_of_endpoint: int = MOST_OF_ENDPOINT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now_ms` decides which deliveries are due; `clock` (seconds) only spaces polls."""
        self._db = db
        self._now_ms = now_ms
        self._new_id = new_id
        self._poster = poster
        self._most = most
        self._most_of_endpoint = most_of_endpoint
        self._clock = clock
        self._under_way: dict[asyncio.Task[None], EndpointKey] = {}
        self._takes: set[EndpointKey] = set()
        """Endpoints whose last delivery succeeded."""
        self._ending = False
        self._trouble: Exception | None = None
        self._nobody_at: float | None = None
        """When a poll found no endpoint; None otherwise."""

    @property
    def busy(self) -> int:
        """Deliveries in progress."""
        return len(self._under_way)

    def rest_seconds(self) -> float:
        """The wait after a poll without work."""
        return LOOK_SECONDS if self._nobody_at is None else NOBODY_SECONDS

    async def run(self) -> int:
        """Fan out events and start due deliveries; returns the number of both.

        Raises internal errors of earlier deliveries (never failures of receivers).
        """
        if (trouble := self._trouble) is not None:
            self._trouble = None
            raise trouble
        if self._nobody_at is not None and self._clock() < self._nobody_at + LOOK_SECONDS:
            return 0
        work = await self._find_work()
        fanned_out = 0
        for tenant in dict.fromkeys(each.endpoint.tenant for each in work if each.untold):
            fanned_out += await self._fan_out(tenant)
        ready = [each.endpoint for each in work if each.due or (fanned_out and each.untold)]
        share = self._share({endpoint.tenant for endpoint in (*ready, *self._under_way.values())})
        begun = 0
        for endpoint in sorted(ready, key=self._taken):  # stable: with equal numbers, in the order of their ids
            begun += await self._begin(endpoint, share)
        return fanned_out + begun

    def _share(self, games: Collection[Tenant]) -> int:
        """The share of slots of a game: equal to the others', and never all of them."""
        return max(MOST_OF_ENDPOINT, self._most // max(2, len(games)))

    def _taken(self, endpoint: EndpointKey) -> tuple[int, int]:
        """The current slots of the game and the endpoint; the least come first."""
        held = self._under_way.values()
        return sum(each.tenant == endpoint.tenant for each in held), sum(each == endpoint for each in held)

    async def quiet(self) -> None:
        """Wait until no delivery is in progress."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def finish(self) -> None:
        """Start nothing more and wait for deliveries in progress; if cancelled, abort them: they are retried later."""
        self._ending = True
        try:
            await self.quiet()
        except asyncio.CancelledError:
            await asyncio.gather(*self._under_way, return_exceptions=True)
            raise

    async def _find_work(self) -> list[_Work]:
        async with self._db.read() as tx:
            work = [
                _Work(EndpointKey(Tenant(row.studio_id, row.game_id), row.endpoint_id), row.untold, row.due)
                for row in await tx.execute(_overview(self._now_ms()))
            ]
        self._nobody_at = None if work else self._clock()
        return [each for each in work if each.untold or each.due]

    async def _fan_out(self, tenant: Tenant) -> int:
        async def work(tx: Transaction) -> int:
            return await fan_out(tx, tenant, self._now_ms(), self._new_id)

        return await self._db.run(work)

    async def _begin(self, endpoint: EndpointKey, share: int) -> int:
        """Claim as many deliveries of the endpoint as there are slots, and send each in its own task."""
        games, of_endpoint = self._taken(endpoint)
        room = min(self._most - len(self._under_way), share - games, self._allowed(endpoint) - of_endpoint)
        taken = await self._claim(endpoint, room) if room > 0 else []
        for claimed in taken:
            task = asyncio.create_task(self._deliver_on(claimed), name=f"delivery {claimed.delivery_id}")
            self._under_way[task] = endpoint
            task.add_done_callback(self._under_way.pop)
        return len(taken)

    def _allowed(self, endpoint: EndpointKey) -> int:
        return self._most_of_endpoint if endpoint in self._takes else 1

    async def _claim(self, endpoint: EndpointKey, most: int) -> list[ClaimedDelivery]:
        return await self._db.run(lambda tx: claim(tx, endpoint, self._now_ms(), most))

    async def _deliver_on(self, first: ClaimedDelivery) -> None:
        """Send a delivery, then the next due ones of its endpoint."""
        claimed: ClaimedDelivery | None = first
        try:
            while claimed is not None:
                outcome = await send(self._poster, claimed, self._now_ms())
                if outcome.succeeded:
                    self._takes.add(claimed.endpoint)
                else:
                    self._takes.discard(claimed.endpoint)
                claimed = await self._settle(claimed, outcome)
        except Exception as error:  # an internal error: `run` raises it, and the delivery is retried
            LOG.exception("a delivery broke off; it is tried again")
            self._trouble = error

    async def _settle(self, claimed: ClaimedDelivery, outcome: Outcome) -> ClaimedDelivery | None:
        """Record the outcome of a delivery, and claim the next one due to its endpoint, in one transaction."""

        async def work(tx: Transaction) -> list[ClaimedDelivery]:
            now_ms = self._now_ms()
            await record_outcome(tx, claimed, outcome, now_ms)
            await tx.flush()
            if self._ending or self._taken(claimed.endpoint)[1] > self._allowed(claimed.endpoint):
                return []
            return await claim(tx, claimed.endpoint, now_ms, 1)

        taken = await self._db.run(work)
        return taken[0] if taken else None


def _overview(now_ms: int) -> sa.Select[str, str, str, bool, bool]:
    """Every endpoint that is not archived, and whether it has work: one statement, by indexes.

    It selects the first row of each in index order, so that no plan scans the others.
    """
    endpoint, outbox, delivery = tables.webhook_endpoints.c, tables.outbox.c, tables.webhook_deliveries.c
    untold = sa.select(outbox.outbox_id).where(
        outbox.studio_id == endpoint.studio_id,
        outbox.game_id == endpoint.game_id,
        outbox.state == PENDING,
        outbox.outbox_id >= endpoint.first_outbox_id,
    )
    due = sa.select(delivery.due_at).where(
        delivery.studio_id == endpoint.studio_id,
        delivery.game_id == endpoint.game_id,
        delivery.endpoint_id == endpoint.endpoint_id,
        delivery.due_at.is_not(None),
        delivery.due_at <= now_ms,
    )
    return (
        sa.select(
            endpoint.studio_id,
            endpoint.game_id,
            endpoint.endpoint_id,
            _any(untold, outbox.outbox_id).label("untold"),
            _any(due, delivery.due_at).label("due"),
        )
        .where(endpoint.state.in_(("active", "paused")))
        .order_by(endpoint.studio_id, endpoint.game_id, endpoint.endpoint_id)
    )


def _any(rows: sa.Select[Any], ordered_by: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return rows.order_by(ordered_by).limit(sa.literal_column("1")).scalar_subquery().is_not(None)


async def send(poster: Poster, claimed: ClaimedDelivery, now_ms: int) -> Outcome:
    """Send a claimed delivery; if it cannot be attempted, the outcome says why."""
    try:
        target = endpoint_url.parse_url(claimed.url, to_private=poster.to_private)
    except endpoint_url.BadTarget as fault:
        return Outcome(0, error=f"the url {fault}")
    if claimed.secret is None:
        return Outcome(0, error="the secret cannot be read with the configured key, so nothing was sent")
    body = dump_json(claimed.envelope).encode("utf-8")
    headers = {
        "User-Agent": _USER_AGENT,
        "Content-Type": "application/json",
        "Accept": "*/*",
        HEADER: sign(claimed.secret.reveal(), body, now_ms // 1000),
    }
    return await poster.post(target, headers, body)
