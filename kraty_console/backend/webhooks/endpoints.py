"""Endpoints of a game: created, paused, resumed, archived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.audit import trail
from kraty_console.backend.rules import formats, idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import conflict, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import WebhookEndpointRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks import endpoint_secrets, ordering
from kraty_console.backend.webhooks.delivery_ids import least_uuid7
from kraty_console.contract.secret import Secret

CREATE = "webhook.create"
PAUSE = "webhook.pause"
UNPAUSE = "webhook.unpause"
ARCHIVE = "webhook.archive"

MOST_OF_GAME = 20
"""The most endpoints of a game, without archived ones: each event costs a row and a message per endpoint."""

CLOCKS_DIFFER_MS = 60_000
"""How far the id of an event may be behind its time, which decides whether it is older than the endpoint."""


async def create(tx: Transaction, ctx: Context, url: str, events: Sequence[str] | None, secret: Secret) -> RuleResult:
    """Create an endpoint in the context's environment for events from now on; `events` None means all.

    The caller has validated the url and the names. The secret is only in this answer, and not in a repeated one:
    {endpoint, secret}.
    """
    request = {"url": url, "events": None if events is None else list(events)}
    # The game before the key, whose row refers to it: two creations that both held the key's shared lock on the game
    # would wait for each other here.
    await tx.get(tables.games, ctx.tenant.studio_id, ctx.tenant.game_id, lock=True)
    earlier = await idempotency.replay(tx, ctx, CREATE, request)
    if earlier is not None:
        return earlier
    await _make_room(tx, ctx)
    key = {"studio_id": ctx.tenant.studio_id, "game_id": ctx.tenant.game_id, "endpoint_id": ctx.new_id()}
    endpoint = tx.add(
        tables.webhook_endpoints,
        {
            **key,
            "environment": ctx.environment,
            **request,
            "secret": endpoint_secrets.seal_secret(tx, WebhookEndpointRecord.of(dict(key)), secret),
            "state": "active",
            "first_outbox_id": least_uuid7(ctx.now_ms - CLOCKS_DIFFER_MS),
            "created_at": ctx.now_ms,
            "updated_at": ctx.now_ms,
        },
    )
    answer = await _finish(tx, ctx, CREATE, 201, endpoint, None)
    return RuleResult(answer.status, {**answer.data, "secret": secret.reveal()})


async def _make_room(tx: Transaction, ctx: Context) -> None:
    """409 if the game has the most endpoints allowed; the game is locked, so concurrent creations take turns."""
    game = (ctx.tenant.studio_id, ctx.tenant.game_id)
    column = tables.webhook_endpoints.c
    count = await tx.scalar(
        sa.select(sa.func.count()).where(
            column.studio_id == game[0], column.game_id == game[1], column.state != "archived"
        )
    )
    if count >= MOST_OF_GAME:
        conflict(f"A game has {MOST_OF_GAME} webhook endpoints at most; archive one", limit=MOST_OF_GAME)


async def pause(tx: Transaction, ctx: Context, endpoint_id: str) -> RuleResult:
    """Pause the endpoint; events meanwhile wait. Already paused: nothing changes."""

    async def work(endpoint: WebhookEndpointRecord) -> None:
        if endpoint.state == "active":
            tx.change(endpoint, state="paused", updated_at=ctx.now_ms)
            await ordering.hold_all(tx, endpoint)

    return await _change(tx, ctx, PAUSE, endpoint_id, work)


async def unpause(tx: Transaction, ctx: Context, endpoint_id: str) -> RuleResult:
    """Resume the endpoint, with waiting events first. Already active: nothing changes."""

    async def work(endpoint: WebhookEndpointRecord) -> None:
        if endpoint.state == "paused":
            tx.change(endpoint, state="active", updated_at=ctx.now_ms)
            await ordering.release_all(tx, endpoint, ctx.now_ms)

    return await _change(tx, ctx, UNPAUSE, endpoint_id, work)


async def archive(tx: Transaction, ctx: Context, endpoint_id: str) -> RuleResult:
    """Archive the endpoint and cancel its waiting deliveries. Already archived: nothing changes."""

    async def work(endpoint: WebhookEndpointRecord) -> None:
        if endpoint.state != "archived":
            tx.change(endpoint, state="archived", updated_at=ctx.now_ms)
            await ordering.cancel_all(tx, endpoint, ctx.now_ms)

    return await _change(tx, ctx, ARCHIVE, endpoint_id, work, archived_too=True)


async def list_endpoints(
    tx: Transaction, studio_id: str, game_id: str, environment: str | None = None
) -> list[dict[str, Any]]:
    """The endpoints of a game in wire form, newest first; optionally of one environment."""
    column = tables.webhook_endpoints.c
    query = sa.select(tables.webhook_endpoints).where(column.studio_id == studio_id, column.game_id == game_id)
    if environment is not None:
        query = query.where(column.environment == environment)
    return [
        serialize_endpoint(row)
        for row in await tx.records(WebhookEndpointRecord, query.order_by(column.endpoint_id.desc()))
    ]


def serialize_endpoint(row: WebhookEndpointRecord) -> dict[str, Any]:
    """An endpoint in wire form, without its secret."""
    return {
        "id": row.endpoint_id,
        "url": row.url,
        "environment": row.environment,
        "events": row.events,
        "state": row.state,
        "createdAt": formats.timestamp(row.created_at),
        "updatedAt": formats.timestamp(row.updated_at),
    }


async def _change(
    tx: Transaction,
    ctx: Context,
    action: str,
    endpoint_id: str,
    work: Callable[[WebhookEndpointRecord], Awaitable[None]],
    *,
    archived_too: bool = False,
) -> RuleResult:
    earlier = await idempotency.replay(tx, ctx, action, {"endpoint": endpoint_id})
    if earlier is not None:
        return earlier
    endpoint = None
    if is_id(endpoint_id):
        key = (ctx.tenant.studio_id, ctx.tenant.game_id, endpoint_id)
        endpoint = await tx.get(tables.webhook_endpoints, *key, lock=True)
    if endpoint is None:
        not_found("Webhook endpoint", endpoint_id)
    if endpoint.state == "archived" and not archived_too:
        conflict("The endpoint is archived; make a new one", state="archived")
    before = serialize_endpoint(endpoint)
    await work(endpoint)
    return await _finish(tx, ctx, action, 200, endpoint, before)


async def _finish(
    tx: Transaction,
    ctx: Context,
    action: str,
    status: int,
    endpoint: WebhookEndpointRecord,
    before: dict[str, Any] | None,
) -> RuleResult:
    after = serialize_endpoint(endpoint)
    audit_id = trail.record(
        tx,
        ctx,
        action,
        target_kind="webhook_endpoint",
        target_id=endpoint.endpoint_id,
        metadata={"reason": ctx.reason},
        before=before,
        after=after,
    )
    data = {"endpoint": after}
    if ctx.surface == "admin":
        data["audit"] = trail.audit_link(ctx, audit_id)
    return await idempotency.keep(tx, ctx, action, status, data)
