"""Fan events out from the outbox to the endpoints that subscribe to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.rules.context import LIVE, Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import OutboxRecord, WebhookEndpointRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks.delivery_ids import delivery_id
from kraty_console.backend.webhooks.ordering import PENDING
from kraty_console.contract.webhooks import WORKER_DRIVEN

BATCH: Final = 200
"""Events that one transaction fans out."""


async def fan_out(tx: Transaction, tenant: Tenant, now_ms: int, new_id: Callable[[], str], *, most: int = BATCH) -> int:
    """Fan out the oldest new events of a game, and return how many.

    Endpoints get events from their creation on; those of paused ones wait. The lock on the game's endpoints makes
    processes take turns, so that each event is fanned out once and in order.
    """
    column = tables.webhook_endpoints.c
    wanted = (
        sa.select(tables.webhook_endpoints)
        .where(column.studio_id == tenant.studio_id, column.game_id == tenant.game_id, column.state.in_(_WHO_ARE_TOLD))
        .order_by(column.endpoint_id)
    )
    endpoints = await tx.records(WebhookEndpointRecord, wanted.with_for_update() if tx.postgresql else wanted)
    if not endpoints:
        return 0
    events = await tx.records(
        OutboxRecord, _untold(tenant, min(endpoint.first_outbox_id for endpoint in endpoints), most)
    )
    waiting = await _streams_that_wait(tx, tenant, endpoints, events)
    made: list[dict[str, Any]] = []
    for endpoint in endpoints:
        position = endpoint.last_position
        for event in events:
            if not is_subscribed(endpoint, event):
                continue
            position += 1
            stream = stream_of(event)
            first = (endpoint.endpoint_id, stream) not in waiting
            waiting.add((endpoint.endpoint_id, stream))
            due = first and endpoint.state == "active"
            made.append(
                {
                    **{name: getattr(event, name) for name in _TAKEN_OVER},
                    "delivery_id": delivery_id(new_id()),
                    "endpoint_id": endpoint.endpoint_id,
                    "environment": endpoint.environment,
                    "stream": stream,
                    "position": position,
                    "state": "pending",
                    "due_at": now_ms if due else None,
                    "created_at": now_ms,
                }
            )
        if position != endpoint.last_position:
            await tx.execute(_advance_endpoint(endpoint, position))
    await tx.insert_many(tables.webhook_deliveries, made)
    await _mark_told(tx, tenant, events)
    return len(events)


_WHO_ARE_TOLD: Final = ("active", "paused")
_TAKEN_OVER: Final = ("studio_id", "game_id", "outbox_id", "player_id", "event_name")


def is_subscribed(endpoint: WebhookEndpointRecord, event: OutboxRecord) -> bool:
    """Whether the endpoint gets the event: of its environment and names, and not older than the endpoint.

    Events of the worker go to live endpoints, for every player (contract/README.md#environments).
    """
    environment = LIVE if event.event_name in WORKER_DRIVEN else event.environment
    return (
        endpoint.environment == environment
        and (endpoint.events is None or event.event_name in endpoint.events)
        and event.occurred_at >= endpoint.created_at
    )


def stream_of(event: OutboxRecord) -> str:
    """The stream in which the event is ordered: its player's, lobby's or window's, or its own."""
    if event.player_id is not None:
        return str(event.player_id)
    for name in ("lobby", "window"):
        concerned = event.payload.get(name)
        if isinstance(concerned, dict) and "id" in concerned:
            return str(concerned["id"])
    return str(event.outbox_id)


def _untold(tenant: Tenant, first: str, most: int) -> sa.Select[Any]:
    column = tables.outbox.c
    return (
        sa.select(tables.outbox)
        .where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.state == PENDING,
            column.outbox_id >= first,
        )
        .order_by(column.outbox_id)
        .limit(most)
    )


async def _streams_that_wait(
    tx: Transaction, tenant: Tenant, endpoints: Sequence[WebhookEndpointRecord], events: Sequence[OutboxRecord]
) -> set[tuple[str, str]]:
    """The endpoints and streams of these events with undelivered events."""
    column = tables.webhook_deliveries.c
    rows = await tx.execute(
        sa.select(column.endpoint_id, column.stream)
        .distinct()
        .where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            tx.among(column.endpoint_id, [endpoint.endpoint_id for endpoint in endpoints]),
            tx.among(column.stream, sorted({stream_of(event) for event in events})),
            column.state == PENDING,
        )
    )
    return {(row.endpoint_id, row.stream) for row in rows}


async def _mark_told(tx: Transaction, tenant: Tenant, events: Sequence[OutboxRecord]) -> None:
    column = tables.outbox.c
    await tx.execute(
        sa.update(tables.outbox)
        .where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            tx.among(column.outbox_id, [event.outbox_id for event in events]),
        )
        .values(state="told")
    )


def _advance_endpoint(endpoint: WebhookEndpointRecord, position: int) -> sa.Update:
    column = tables.webhook_endpoints.c
    return (
        sa.update(tables.webhook_endpoints)
        .where(
            column.studio_id == endpoint.studio_id,
            column.game_id == endpoint.game_id,
            column.endpoint_id == endpoint.endpoint_id,
        )
        .values(last_position=position)
    )
