"""Deliveries as JSON: a page, and one with its attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import OutboxRecord, WebhookAttemptRecord, WebhookDeliveryRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks.endpoint_url import without_query
from kraty_console.backend.webhooks.ordering import PENDING


@dataclass(frozen=True, slots=True)
class DeliveryFilters:
    """Filters of deliveries; None means any."""

    environment: str
    player_id: str | None = None
    event_name: str | None = None
    state: str | None = None
    endpoint_id: str | None = None


async def page(
    tx: Transaction, tenant: Tenant, filters: DeliveryFilters, after: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """Deliveries in wire form with their attempts, newest first, and the cursor of the next page.

    `after` is such a cursor (a delivery's id); None on the last page.
    """
    column = tables.webhook_deliveries.c
    conditions = [column.environment == filters.environment]
    for wanted, of in (
        (filters.player_id, column.player_id),
        (filters.event_name, column.event_name),
        (filters.state, column.state),
        (filters.endpoint_id, column.endpoint_id),
    ):
        if wanted is not None:
            conditions.append(of == wanted)
    if after is not None:
        conditions.append(column.delivery_id < after)
    rows = await _newest(tx, tenant, conditions, limit + 1)
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


async def newest_of_player(
    tx: Transaction, tenant: Tenant, player_id: str, older_than: str | None, limit: int
) -> list[dict[str, Any]]:
    """A player's deliveries in every environment that are older than this id, newest first."""
    column = tables.webhook_deliveries.c
    conditions = [column.player_id == player_id]
    if older_than is not None:
        conditions.append(column.delivery_id < older_than)
    return await _newest(tx, tenant, conditions, limit)


async def _newest(
    tx: Transaction, tenant: Tenant, conditions: Sequence[sa.ColumnElement[bool]], limit: int
) -> list[dict[str, Any]]:
    order = tables.webhook_deliveries.c.delivery_id.desc()
    rows = await tx.records(DeliveryToEndpoint, _deliveries(tenant).where(*conditions).order_by(order).limit(limit))
    tried = await _attempts(tx, tenant, [row.delivery_id for row in rows]) if rows else {}
    return [_serialize_delivery(row, tried.get(row.delivery_id, [])) for row in rows]


async def find_delivery(tx: Transaction, tenant: Tenant, delivery_id: str) -> dict[str, Any] | None:
    """One delivery in wire form, with its attempts and its data; None if there is none."""
    await tx.flush()
    row = await tx.record(
        DeliveryToEndpoint, _deliveries(tenant).where(tables.webhook_deliveries.c.delivery_id == delivery_id)
    )
    if row is None:
        return None
    column = tables.outbox.c
    event = await tx.record(
        OutboxRecord,
        sa.select(column.payload).where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.outbox_id == row.outbox_id,
        ),
    )
    tried = await _attempts(tx, tenant, [delivery_id])
    return {**_serialize_delivery(row, tried.get(delivery_id, [])), "data": None if event is None else event.payload}


async def first_of_stream(tx: Transaction, delivery: WebhookDeliveryRecord) -> str | None:
    """The delivery that blocks a waiting one."""
    column = tables.webhook_deliveries.c
    delivery_id: str | None = await tx.scalar(
        sa.select(column.delivery_id)
        .where(
            column.studio_id == delivery.studio_id,
            column.game_id == delivery.game_id,
            column.endpoint_id == delivery.endpoint_id,
            column.stream == delivery.stream,
            column.state == PENDING,
        )
        .order_by(column.position)
        .limit(1)
    )
    return delivery_id


class DeliveryToEndpoint(WebhookDeliveryRecord):
    """A delivery with its endpoint, its event, and its player, if any."""

    url: str
    endpoint_state: str
    external_player_id: str | None
    occurred_at: int | None


def _deliveries(tenant: Tenant) -> sa.Select[Any]:
    delivery, endpoint = tables.webhook_deliveries, tables.webhook_endpoints
    player, event = tables.players, tables.outbox
    return (
        sa.select(
            delivery,
            endpoint.c.url,
            endpoint.c.state.label("endpoint_state"),
            player.c.external_player_id,
            event.c.occurred_at,
        )
        .join_from(delivery, endpoint, _same(delivery, endpoint, "endpoint_id"))
        .outerjoin(player, _same(delivery, player, "player_id"))
        .outerjoin(event, _same(delivery, event, "outbox_id"))
        .where(delivery.c.studio_id == tenant.studio_id, delivery.c.game_id == tenant.game_id)
    )


def _same(one_table: sa.Table, other: sa.Table, name: str) -> sa.ColumnElement[bool]:
    return sa.and_(*(one_table.c[each] == other.c[each] for each in ("studio_id", "game_id", name)))


async def _attempts(tx: Transaction, tenant: Tenant, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The attempts of each delivery, oldest first."""
    column = tables.webhook_attempts.c
    rows = await tx.records(
        WebhookAttemptRecord,
        sa.select(tables.webhook_attempts)
        .where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            tx.among(column.delivery_id, ids),
        )
        .order_by(column.delivery_id, column.number),
    )
    by_delivery: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_delivery.setdefault(row.delivery_id, []).append(
            {
                "number": row.number,
                "startedAt": formats.timestamp(row.started_at),
                "durationMs": row.duration_ms,
                "status": row.status,
                "error": row.error,
                "answer": row.answer,
            }
        )
    return by_delivery


def _serialize_delivery(row: DeliveryToEndpoint, attempts: list[dict[str, Any]]) -> dict[str, Any]:
    sending = row.state == "pending" and row.sending_since is not None
    player = None
    if row.player_id is not None:
        player = {"id": row.player_id, "externalPlayerId": row.external_player_id}
    return {
        "id": row.delivery_id,
        "eventName": row.event_name,
        "environment": row.environment,
        "status": row.state,
        "endpoint": {
            "id": row.endpoint_id,
            "url": without_query(row.url),
            "state": row.endpoint_state,
        },
        "player": player,
        "occurredAt": formats.timestamp(row.occurred_at),
        "createdAt": formats.timestamp(row.created_at),
        "finishedAt": formats.timestamp(row.finished_at),
        "nextAttemptAt": None if sending else formats.timestamp(row.due_at),
        "sending": sending,
        "attemptCount": row.attempt_count,
        "attempts": attempts,
    }
