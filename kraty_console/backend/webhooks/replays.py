"""Replay a delivery."""

from __future__ import annotations

from kraty_console.backend.audit import trail
from kraty_console.backend.rules import idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import conflict, not_found
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord, WebhookDeliveryRecord, WebhookEndpointRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks import queries as delivery_queries
from kraty_console.backend.webhooks.delivery_ids import is_delivery_id

REPLAY = "webhook.replay"


async def replay(tx: Transaction, ctx: Context, delivery_id: str) -> RuleResult:
    """Make a delivery due at once, in any state: {delivery}.

    It keeps its id, data and attempt count, and restarts the schedule; it neither waits for others of its player nor
    blocks them. 409 while it is being sent, while it waits for an earlier one of its player (named in `waitsFor`), and
    if its endpoint is not active.
    """
    earlier = await idempotency.replay(tx, ctx, REPLAY, {"delivery": delivery_id})
    if earlier is not None:
        return earlier
    endpoint, delivery = await _lock_delivery(tx, ctx, delivery_id)
    if endpoint.state != "active":
        conflict(f"The endpoint is {endpoint.state}", endpointState=endpoint.state)
    if delivery.sending_since is not None and delivery.state == "pending":
        conflict("The delivery is being sent right now")
    if delivery.state == "pending" and delivery.due_at is None:
        first = await delivery_queries.first_of_stream(tx, delivery)
        conflict("The delivery waits for an earlier one of its player: replay that", waitsFor=first)
    before = _state(delivery)
    alone = {} if delivery.state == "pending" else {"stream": delivery_id}
    tx.change(
        delivery,
        state="pending",
        due_at=ctx.now_ms,
        sending_since=None,
        finished_at=None,
        attempts_before=delivery.attempt_count,
        **alone,
    )
    audit_id = trail.record(
        tx,
        ctx,
        REPLAY,
        target_kind="webhook_delivery",
        target_id=delivery_id,
        player=await _player(tx, delivery),
        metadata={"reason": ctx.reason, "eventName": delivery.event_name, "endpointId": delivery.endpoint_id},
        before=before,
        after=_state(delivery),
    )
    data = await delivery_queries.find_delivery(tx, ctx.tenant, delivery_id)
    assert data is not None, "it was just changed"
    data = {"delivery": data}
    if ctx.surface == "admin":
        data["audit"] = trail.audit_link(ctx, audit_id)
    return await idempotency.keep(tx, ctx, REPLAY, 200, data)


async def _lock_delivery(
    tx: Transaction, ctx: Context, delivery_id: str
) -> tuple[WebhookEndpointRecord, WebhookDeliveryRecord]:
    """The delivery and its endpoint, both locked, the endpoint first."""
    game = (ctx.tenant.studio_id, ctx.tenant.game_id)
    known = None
    if is_delivery_id(delivery_id):
        known = await tx.get(tables.webhook_deliveries, *game, delivery_id)
    if known is None:
        not_found("Delivery", delivery_id)
    endpoint = await tx.get(tables.webhook_endpoints, *game, known.endpoint_id, lock=True)
    delivery = await tx.get(tables.webhook_deliveries, *game, delivery_id, lock=True)
    assert endpoint is not None, "endpoints stay"
    assert delivery is not None, "deliveries stay"
    return endpoint, delivery


async def _player(tx: Transaction, delivery: WebhookDeliveryRecord) -> PlayerRecord | None:
    if delivery.player_id is None:
        return None
    return await tx.get(tables.players, delivery.studio_id, delivery.game_id, delivery.player_id)


def _state(delivery: WebhookDeliveryRecord) -> dict[str, object]:
    return {"status": delivery.state, "attemptCount": delivery.attempt_count}
