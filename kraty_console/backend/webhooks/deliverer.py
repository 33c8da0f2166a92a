"""The job that delivers events: fans them out and sends them, some at a time."""

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
"""Deliveries that one process has under way: a socket each, and most of the time a wait."""

MOST_OF_ENDPOINT: Final = 4
"""Of these, how many to one endpoint: one that is slow holds up no other.

An endpoint that did not take its last delivery, or never had one, gets one at a time: silence costs 15 seconds a slot.
"""

LOOK_SECONDS: Final = 1.0
"""How often to look for what is due, or what another process has written."""

NOBODY_SECONDS: Final = 10.0
"""How often to look whether there is an endpoint, as long as there is none."""


_USER_AGENT: Final = f"kraty-webhooks/{__version__}"


@dataclass(frozen=True, slots=True)
class _Work:
    """An endpoint that has something to do."""

    endpoint: EndpointKey
    untold: bool
    """Its game has events that were not passed on."""
    due: bool
    """Something is to be sent to it now."""


class Deliverer:
    """Passes events on to the endpoints' deliveries, and keeps up to `most` of those under way."""

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
        """`now_ms` is the moment that deliveries are due by; `clock` (seconds) only keeps looks apart."""
        self._db = db
        self._now_ms = now_ms
        self._new_id = new_id
        self._poster = poster
        self._most = most
        self._most_of_endpoint = most_of_endpoint
        self._clock = clock
        self._under_way: dict[asyncio.Task[None], EndpointKey] = {}
        self._takes: set[EndpointKey] = set()
        """Endpoints that took their last delivery."""
        self._ending = False
        self._trouble: Exception | None = None
        self._nobody_at: float | None = None
        """When it was seen that there is no endpoint; None when there is one, or nobody looked."""

    @property
    def busy(self) -> int:
        """Deliveries under way."""
        return len(self._under_way)

    def rest_seconds(self) -> float:
        """How long to rest when there was nothing to do."""
        return LOOK_SECONDS if self._nobody_at is None else NOBODY_SECONDS

    async def run(self) -> int:
        """Pass on what happened, and begin to send what is due; the answer is how many of both.

        Raises what went wrong in a delivery that was under way (never what a receiver did).
        """
        if (trouble := self._trouble) is not None:
            self._trouble = None
            raise trouble
        if self._nobody_at is not None and self._clock() < self._nobody_at + LOOK_SECONDS:
            return 0
        work = await self._look()
        told = 0
        for tenant in dict.fromkeys(each.endpoint.tenant for each in work if each.untold):
            told += await self._fan_out(tenant)
        ready = [each.endpoint for each in work if each.due or (told and each.untold)]
        share = self._share({endpoint.tenant for endpoint in (*ready, *self._under_way.values())})
        begun = 0
        for endpoint in sorted(ready, key=self._taken):  # stable: of those that have as much, in the order of their ids
            begun += await self._begin(endpoint, share)
        return told + begun

    def _share(self, games: Collection[Tenant]) -> int:
        """How many of the slots a game may have: as many as any other, and never all of them."""
        return max(MOST_OF_ENDPOINT, self._most // max(2, len(games)))

    def _taken(self, endpoint: EndpointKey) -> tuple[int, int]:
        """How much the game and the endpoint have already; who has least comes first."""
        held = self._under_way.values()
        return sum(each.tenant == endpoint.tenant for each in held), sum(each == endpoint for each in held)

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def finish(self) -> None:
        """Begin nothing more, and wait for what is under way; cancelled, break that off: it is tried again later."""
        self._ending = True
        try:
            await self.quiet()
        except asyncio.CancelledError:
            await asyncio.gather(*self._under_way, return_exceptions=True)
            raise

    async def _look(self) -> list[_Work]:
        async with self._db.read() as tx:
            found = [
                _Work(EndpointKey(Tenant(row.studio_id, row.game_id), row.endpoint_id), row.untold, row.due)
                for row in await tx.execute(_overview(self._now_ms()))
            ]
        self._nobody_at = None if found else self._clock()
        return [each for each in found if each.untold or each.due]

    async def _fan_out(self, tenant: Tenant) -> int:
        async def work(tx: Transaction) -> int:
            return await fan_out(tx, tenant, self._now_ms(), self._new_id)

        return await self._db.run(work)

    async def _begin(self, endpoint: EndpointKey, share: int) -> int:
        """Take as many deliveries of the endpoint as there is room for, each on its way by itself."""
        games, ours = self._taken(endpoint)
        room = min(self._most - len(self._under_way), share - games, self._allowed(endpoint) - ours)
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
        """Send a delivery, then whatever else is due to its endpoint."""
        claimed: ClaimedDelivery | None = first
        try:
            while claimed is not None:
                outcome = await send(self._poster, claimed, self._now_ms())
                if outcome.succeeded:
                    self._takes.add(claimed.endpoint)
                else:
                    self._takes.discard(claimed.endpoint)
                claimed = await self._settle(claimed, outcome)
        except Exception as error:  # ours, not the receiver's: `run` raises it, and the delivery is tried again
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
    """Every endpoint that is not archived, and whether there is something to do for it: one statement, by indexes.

    Asked for the first row of each in the order of its index, so that no plan walks through the others.
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
    """Post a delivery that was taken; where that cannot even be tried, the outcome says why."""
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
