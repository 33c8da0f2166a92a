"""Claim a delivery for an attempt, and record its outcome, so that no two workers attempt it at once.

A claim is a lease. If no outcome is recorded before it ends, as after a kill, the delivery is tried again: at least
once, with the same id (contract/README.md#webhooks). The attempt number distinguishes a late outcome of an earlier
attempt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import WebhookDeliveryRecord, WebhookEndpointRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks.endpoint_secrets import open_secret
from kraty_console.backend.webhooks.ordering import release_next
from kraty_console.backend.webhooks.posting import Outcome
from kraty_console.contract.secret import Secret

LEASE_MS: Final = 60_000
"""The duration of a claim: well above the time limit of an attempt."""

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE

WAITS_MS: Final = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR)
"""The delay after each failed attempt; after the last one the delivery has failed for good."""

MOST_ATTEMPTS: Final = 1 + len(WAITS_MS)


@dataclass(frozen=True, slots=True)
class EndpointKey:
    """The key of an endpoint."""

    tenant: Tenant
    endpoint_id: str


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A claimed delivery with everything needed to send it."""

    endpoint: EndpointKey
    delivery_id: str
    attempt: int
    """1 for the first."""
    url: str
    secret: Secret | None
    """The signing secret; None if it was sealed with another key than the configured one."""
    envelope: Mapping[str, Any]
    """The message, in field order (contract/README.md#webhooks)."""


async def claim(tx: Transaction, endpoint: EndpointKey, now_ms: int, most: int) -> list[ClaimedDelivery]:
    """Claim up to `most` due deliveries of active endpoints."""
    rows = sorted(await tx.records(DueDelivery, _due(tx, endpoint, now_ms, most)), key=attrgetter("due_at", "position"))
    if not rows:
        return []
    column = tables.webhook_deliveries.c
    await tx.execute(
        sa.update(tables.webhook_deliveries)
        .where(
            *_of(tables.webhook_deliveries, endpoint.tenant),
            tx.among(column.delivery_id, [row.delivery_id for row in rows]),
        )
        .values(due_at=now_ms + LEASE_MS, sending_since=now_ms, attempt_count=column.attempt_count + 1)
    )
    await tx.insert_many(
        tables.webhook_attempts,
        [
            {
                "studio_id": endpoint.tenant.studio_id,
                "game_id": endpoint.tenant.game_id,
                "delivery_id": row.delivery_id,
                "number": row.attempt_count + 1,
                "started_at": now_ms,
            }
            for row in rows
        ],
    )
    return [_claimed(endpoint, row, open_secret(tx, row)) for row in rows]


async def record_outcome(tx: Transaction, claimed: ClaimedDelivery, outcome: Outcome, now_ms: int) -> None:
    """Record the outcome of an attempt: delivered, retried later, or failed for good."""
    game = (claimed.endpoint.tenant.studio_id, claimed.endpoint.tenant.game_id)
    # The endpoint first: every change of what is due holds its lock (see `ordering`).
    endpoint = await tx.get(tables.webhook_endpoints, *game, claimed.endpoint.endpoint_id, lock=True)
    delivery = await tx.get(tables.webhook_deliveries, *game, claimed.delivery_id, lock=True)
    attempt = await tx.get(tables.webhook_attempts, *game, claimed.delivery_id, claimed.attempt)
    assert endpoint is not None, "endpoints stay"
    assert delivery is not None, "deliveries stay"
    assert attempt is not None, "it was written when the delivery was taken"
    tx.change(
        attempt,
        duration_ms=outcome.duration_ms,
        status=outcome.status,
        error=outcome.error,
        answer=outcome.answer,
    )
    present = delivery.attempt_count == claimed.attempt
    if delivery.state != "pending":
        if present:
            tx.change(delivery, sending_since=None)
        if delivery.state == "cancelled" and outcome.succeeded:  # it arrived after all
            tx.change(delivery, state="delivered", finished_at=now_ms)
        return
    if outcome.succeeded:
        await _end(tx, endpoint, delivery, "delivered", now_ms)
    elif present:
        made = delivery.attempt_count - delivery.attempts_before
        if made >= MOST_ATTEMPTS:
            await _end(tx, endpoint, delivery, "failed", now_ms)
        else:
            due = now_ms + WAITS_MS[made - 1] if endpoint.state == "active" else None
            tx.change(delivery, due_at=due, sending_since=None)


async def _end(
    tx: Transaction, endpoint: WebhookEndpointRecord, delivery: WebhookDeliveryRecord, state: str, now_ms: int
) -> None:
    tx.change(delivery, state=state, due_at=None, sending_since=None, finished_at=now_ms)
    await release_next(tx, endpoint, delivery.stream, now_ms)


class DueDelivery(WebhookDeliveryRecord, WebhookEndpointRecord):
    """A due delivery with its message, and the URL and secret of its endpoint."""

    payload: Any
    occurred_at: int


def _due(tx: Transaction, endpoint: EndpointKey, now_ms: int, most: int) -> sa.Select[Any]:
    """The longest due deliveries, locked, joined to their events by key.

    The tenant is given for both, because databases distributed by studio do not infer it from a limited subquery.
    """
    deliveries, endpoints, outbox = tables.webhook_deliveries, tables.webhook_endpoints, tables.outbox
    column = deliveries.c
    first = (
        sa.select(
            *(
                deliveries.columns[name]
                for name in ("studio_id", "game_id", "endpoint_id", "delivery_id", "outbox_id", "attempt_count")
            ),
            *(deliveries.columns[name] for name in ("event_name", "due_at", "position")),
            endpoints.c.url,
            endpoints.c.secret,
        )
        .join_from(
            deliveries,
            endpoints,
            sa.and_(
                *(
                    endpoints.columns[name] == deliveries.columns[name]
                    for name in ("studio_id", "game_id", "endpoint_id")
                )
            ),
        )
        .where(
            *_of(deliveries, endpoint.tenant),
            column.endpoint_id == endpoint.endpoint_id,
            column.due_at.is_not(None),
            column.due_at <= now_ms,
            endpoints.c.state == "active",
        )
        .order_by(column.due_at, column.position)
        .limit(most)
    )
    if tx.postgresql:
        first = first.with_for_update(of=deliveries, skip_locked=True)
    taken = first.subquery("taken")
    return (
        sa.select(taken, outbox.c.payload, outbox.c.occurred_at)
        .join_from(taken, outbox, outbox.c.outbox_id == taken.c.outbox_id)
        .where(*_of(outbox, endpoint.tenant))
    )


def _of(table: sa.Table, tenant: Tenant) -> list[sa.ColumnElement[bool]]:
    return [table.c.studio_id == tenant.studio_id, table.c.game_id == tenant.game_id]


def _claimed(endpoint: EndpointKey, row: DueDelivery, secret: Secret | None) -> ClaimedDelivery:
    attempt = row.attempt_count + 1
    envelope = {
        "id": row.delivery_id,
        "eventName": row.event_name,
        "studioId": endpoint.tenant.studio_id,
        "gameId": endpoint.tenant.game_id,
        "occurredAt": formats.timestamp(row.occurred_at),
        "deliveryAttempt": attempt,
        "data": row.payload,
    }
    return ClaimedDelivery(endpoint, row.delivery_id, attempt, row.url, secret, envelope)
