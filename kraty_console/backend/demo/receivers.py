"""The webhook endpoints of the demo and their deliveries: two receivers that cannot be reached.

Nothing here is made up: endpoints, deliveries and attempts are made by what the worker runs, at the moments of the past
at which it would have. The names end in `.invalid`, which leads nowhere by definition (RFC 6761), so every attempt
fails at once, on every machine, and nothing is sent into any network: neither now nor when the worker tries again.
"""

from __future__ import annotations

import random
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.demo.cast import ERIN
from kraty_console.backend.demo.directory import Studio
from kraty_console.backend.demo.stage import DAY, HOUR, MINUTE, SECOND
from kraty_console.backend.rules.context import LIVE, Actor, Context, Tenant
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage.tables import OutboxRecord, outbox, webhook_deliveries
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.storage.vault import NoKey
from kraty_console.backend.webhooks import endpoints
from kraty_console.backend.webhooks.claims import EndpointKey, claim, record_outcome
from kraty_console.backend.webhooks.deliverer import send
from kraty_console.backend.webhooks.endpoint_secrets import new_secret
from kraty_console.backend.webhooks.fan_out import fan_out
from kraty_console.backend.webhooks.posting import Poster
from kraty_console.contract.webhooks import EventName

ORDERS_URL: Final = "https://orders.brightburrow.invalid/kraty"
"""The studio's backend: it was being deployed when erin's order came, and moved since."""

CRM_URL: Final = "https://crm.brightburrow.invalid/webhooks/kraty"
"""Decommissioned long ago; the endpoint was not archived."""

_MOST: Final = 20
"""Deliveries that are taken at a time."""


async def make_history(tx: Transaction, studio: Studio, now_ms: int, seed: int) -> None:
    """Create both endpoints and their deliveries up to now.

    Without a key to seal secrets with there are no endpoints, since none could be created.
    """
    past = _DeliveryHistory(tx, studio.tenant, seed, now_ms - 13 * DAY)
    order_ms = now_ms - DAY - 2 * HOUR
    try:
        await past.make(CRM_URL, [EventName.PLAYER_BANNED, EventName.PLAYER_MERGED])
    except NoKey:
        return
    for event in await past.events(EventName.PLAYER_BANNED, now_ms - 13 * DAY):
        await past.deliver_until(event.occurred_at + SECOND)
        await past.fan_out(event)
    await past.deliver_until(order_ms - 6 * MINUTE)
    orders = await past.make(ORDERS_URL, [EventName.GRANT_CREATED])
    order, *later = await past.events(EventName.GRANT_CREATED, order_ms, player=ERIN.external_id)
    await past.deliver_until(order.occurred_at + SECOND)
    await past.fan_out(order)
    await past.lose_outcome(orders)
    for event in later:  # later events wait for that of her order: the deliveries of a player are sent one at a time
        await past.deliver_until(event.occurred_at + SECOND)
        await past.fan_out(event)
    await past.deliver_until(now_ms)


class _DeliveryHistory:
    """Runs the delivery worker at past times, in order."""

    def __init__(self, tx: Transaction, tenant: Tenant, seed: int, begins_ms: int) -> None:
        self._tx = tx
        self._tenant = tenant
        self._clock_ms = begins_ms
        self._chances = random.Random(f"{seed}:{tenant.game_id}:receivers")
        self._new_id = IdSource(lambda: self._clock_ms, self._chances.getrandbits)
        self._poster = Poster(clock=lambda: self._clock_ms / 1000)
        self._endpoints: list[EndpointKey] = []

    def _step(self) -> Transaction:
        """The same transaction with an empty cache, so that each step reads what the last one wrote."""
        return Transaction(self._tx.connection, writes=True, vault=self._tx.vault)

    async def make(self, url: str, events: list[EventName]) -> EndpointKey:
        """Create an endpoint at the current time."""
        step = self._step()
        context = Context(
            tenant=self._tenant,
            environment=LIVE,
            actor=Actor("engine", None, "command line (ops)"),
            request_id=self._new_id(),
            now_ms=self._clock_ms,
            new_id=self._new_id,
        )
        secret = new_secret(self._chances.randbytes)
        made = await endpoints.create(step, context, url, [each.value for each in events], secret)
        await step.flush()
        self._endpoints.append(EndpointKey(self._tenant, made.data["endpoint"]["id"]))
        return self._endpoints[-1]

    async def events(self, name: EventName, since_ms: int, *, player: str | None = None) -> list[OutboxRecord]:
        """The events of a name since a time, oldest first; optionally of one player."""
        column = outbox.c
        deliveries = await self._tx.records(
            OutboxRecord,
            sa.select(outbox)
            .where(
                column.studio_id == self._tenant.studio_id,
                column.game_id == self._tenant.game_id,
                column.environment == LIVE,
                column.event_name == name.value,
                column.occurred_at >= since_ms,
            )
            .order_by(column.outbox_id),
        )
        return [each for each in deliveries if player is None or each.payload["externalPlayerId"] == player]

    async def fan_out(self, event: OutboxRecord) -> None:
        """Create the deliveries of one event; all others succeeded, and successful ones have no row."""
        column = outbox.c
        in_game = (column.studio_id == self._tenant.studio_id, column.game_id == self._tenant.game_id)
        await self._tx.execute(
            sa.update(outbox).where(*in_game, column.outbox_id == event.outbox_id).values(state="pending")
        )
        step = self._step()
        await fan_out(step, self._tenant, self._clock_ms, self._new_id)
        await step.flush()

    async def lose_outcome(self, endpoint: EndpointKey) -> None:
        """Send due deliveries without an outcome, as when the receiver is replaced before it answers."""
        step = self._step()
        assert await claim(step, endpoint, self._clock_ms, _MOST), "something is due"
        await step.flush()

    async def deliver_until(self, moment_ms: int) -> None:
        """Try the deliveries that become due until a time, each at its time."""
        while (due_ms := await self._next_due()) is not None and due_ms <= moment_ms:
            self._clock_ms = max(self._clock_ms, due_ms)
            for endpoint in self._endpoints:
                await self._try(endpoint)
        self._clock_ms = moment_ms

    async def _next_due(self) -> int | None:
        column = webhook_deliveries.c
        due: int | None = await self._tx.scalar(
            sa.select(sa.func.min(column.due_at)).where(
                column.studio_id == self._tenant.studio_id, column.game_id == self._tenant.game_id
            )
        )
        return due

    async def _try(self, endpoint: EndpointKey) -> None:
        taking = self._step()
        taken = await claim(taking, endpoint, self._clock_ms, _MOST)
        await taking.flush()
        for each in taken:
            outcome = await send(self._poster, each, self._clock_ms)
            settling = self._step()
            await record_outcome(settling, each, outcome, self._clock_ms)
            await settling.flush()
