"""The order of deliveries: one at a time per endpoint and stream, oldest first.

A stream is a player, a lobby or a window of an event; an event without these is its own stream. A delivery blocks the
later ones of its stream until it is delivered, has failed for good, or is cancelled. Only the first of a stream has
`due_at`, which passes to the next one under the lock of the endpoint's row; that lock is also held while deliveries are
added.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import WebhookDeliveryRecord, WebhookEndpointRecord
from kraty_console.backend.storage.transaction import Transaction

PENDING: Final[sa.ColumnClause[str]] = sa.literal_column("'pending'")
"""The state as a constant of the statement, so that the index of pending rows is used."""


async def release_next(tx: Transaction, endpoint: WebhookEndpointRecord, stream: str, now_ms: int) -> None:
    """Make the oldest waiting delivery of the stream due now; the caller holds the endpoint's lock."""
    if endpoint.state != "active":
        return
    column = tables.webhook_deliveries.c
    head = await tx.record(
        WebhookDeliveryRecord,
        sa.select(column.delivery_id, column.due_at)
        .where(*is_of_endpoint(endpoint), column.stream == stream, column.state == PENDING)
        .order_by(column.position)
        .limit(1),
    )
    if head is not None and head.due_at is None:
        await tx.execute(
            sa.update(tables.webhook_deliveries)
            .where(
                column.studio_id == endpoint.studio_id,
                column.game_id == endpoint.game_id,
                column.delivery_id == head.delivery_id,
            )
            .values(due_at=now_ms)
        )


async def release_all(tx: Transaction, endpoint: WebhookEndpointRecord, now_ms: int) -> None:
    """Make the oldest of every stream due now, when an endpoint is resumed."""
    deliveries = tables.webhook_deliveries
    earlier = deliveries.alias("earlier")
    await tx.flush()
    await tx.execute(
        sa.update(deliveries)
        .where(
            *is_of_endpoint(endpoint),
            deliveries.c.state == PENDING,
            deliveries.c.due_at.is_(None),
            ~sa.exists().where(
                earlier.c.studio_id == deliveries.c.studio_id,
                earlier.c.game_id == deliveries.c.game_id,
                earlier.c.endpoint_id == deliveries.c.endpoint_id,
                earlier.c.stream == deliveries.c.stream,
                earlier.c.position < deliveries.c.position,
                earlier.c.state == PENDING,
            ),
        )
        .values(due_at=now_ms)
    )


async def hold_all(tx: Transaction, endpoint: WebhookEndpointRecord) -> None:
    """Let nothing of the endpoint be due; attempts in progress are completed."""
    column = tables.webhook_deliveries.c
    await tx.flush()
    await tx.execute(
        sa.update(tables.webhook_deliveries)
        .where(*is_of_endpoint(endpoint), column.due_at.is_not(None), column.sending_since.is_(None))
        .values(due_at=None)
    )


def is_of_endpoint(endpoint: WebhookEndpointRecord) -> list[sa.ColumnElement[bool]]:
    """The condition that a delivery is this endpoint's."""
    column: Any = tables.webhook_deliveries.c
    return [
        column.studio_id == endpoint.studio_id,
        column.game_id == endpoint.game_id,
        column.endpoint_id == endpoint.endpoint_id,
    ]


async def cancel_all(tx: Transaction, endpoint: WebhookEndpointRecord, now_ms: int) -> None:
    """Cancel all pending deliveries; an attempt in progress ends without effect."""
    column = tables.webhook_deliveries.c
    await tx.flush()
    await tx.execute(
        sa.update(tables.webhook_deliveries)
        .where(*is_of_endpoint(endpoint), column.state == PENDING)
        .values(state="cancelled", due_at=None, finished_at=now_ms)
    )
