"""Handlers of deliveries and endpoints."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.errors import invalid, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.webhooks import endpoint_url, endpoints, replays
from kraty_console.backend.webhooks import queries as delivery_queries
from kraty_console.backend.webhooks.delivery_ids import is_delivery_id
from kraty_console.backend.webhooks.endpoint_secrets import new_secret
from kraty_console.contract.webhooks import ChangeEndpoint, CreateEndpoint, EventName, ReplayDelivery

STATES: Final = ("pending", "delivered", "failed", "cancelled")


async def deliveries(call: Call) -> HandlerReply:
    """A page of deliveries that match every filter, newest first."""
    limit, after = call.limit(), call.query("cursor")
    if after is not None and not is_delivery_id(after):
        raise invalid("cursor", "is not one that this list gave")
    state = _one_of(call, "status", STATES)
    event_name = _one_of(call, "eventName", tuple(EventName))
    endpoint_id = call.query("endpoint")
    if endpoint_id is not None and not is_id(endpoint_id):
        raise invalid("endpoint", "is not an id of an endpoint")
    async with call.services.db.read() as tx:
        player_id = None
        if (named := call.query("player")) is not None:
            player = await player_refs.find_by_any_id(tx, call.game, call.environment, named)
            if player is None:
                return HandlerReply({"deliveries": [], "nextCursor": None})
            player_id = player.player_id
        filters = delivery_queries.DeliveryFilters(call.environment, player_id, event_name, state, endpoint_id)
        rows, next_cursor = await delivery_queries.page(tx, call.game, filters, after, limit)
    return HandlerReply({"deliveries": rows, "nextCursor": next_cursor})


async def delivery(call: Call) -> HandlerReply:
    """One delivery with its attempts and its event."""
    delivery_id = call.text("deliveryId")
    async with call.services.db.read() as tx:
        row = await delivery_queries.find_delivery(tx, call.game, delivery_id) if is_delivery_id(delivery_id) else None
    if row is None:
        not_found("Delivery", delivery_id)
    return HandlerReply(row)


async def replay(call: Call) -> HandlerReply:
    """Replay a delivery at once."""
    delivery_id = call.text("deliveryId")
    body = await call.body(ReplayDelivery)
    return await call.change(body, lambda tx, ctx: replays.replay(tx, ctx, delivery_id))


async def listed(call: Call) -> HandlerReply:
    """Every endpoint of the game, archived ones included; optionally of one environment."""
    async with call.services.db.read() as tx:
        rows = await endpoints.list_endpoints(tx, call.game.studio_id, call.game.game_id, call.query("environment"))
    return HandlerReply({"endpoints": rows})


async def create(call: Call) -> HandlerReply:
    """Create an endpoint; only this answer has its secret."""
    body = await call.body(CreateEndpoint)
    try:
        endpoint_url.parse_url(body.url, to_private=call.services.webhooks_to_private)
    except endpoint_url.BadTarget as fault:
        raise invalid("url", str(fault)) from None
    names = None if body.events is None else list(dict.fromkeys(body.events))
    if unknown := [name for name in names or () if name not in set(EventName)]:
        raise invalid("events", f"has {unknown[0]!r:.60}; there are {', '.join(EventName)}")
    secret = new_secret(call.services.random_bytes)
    return await call.change(body, lambda tx, ctx: endpoints.create(tx, ctx, body.url, names, secret))


async def pause(call: Call) -> HandlerReply:
    """Pause an endpoint."""
    endpoint_id = call.id("endpointId", "Webhook endpoint")
    body = await call.body(ChangeEndpoint)
    return await call.change(body, lambda tx, ctx: endpoints.pause(tx, ctx, endpoint_id))


async def unpause(call: Call) -> HandlerReply:
    """Resume an endpoint; waiting events are sent first."""
    endpoint_id = call.id("endpointId", "Webhook endpoint")
    body = await call.body(ChangeEndpoint)
    return await call.change(body, lambda tx, ctx: endpoints.unpause(tx, ctx, endpoint_id))


async def archive(call: Call) -> HandlerReply:
    """Archive an endpoint for good."""
    endpoint_id = call.id("endpointId", "Webhook endpoint")
    body = await call.body(ChangeEndpoint)
    return await call.change(body, lambda tx, ctx: endpoints.archive(tx, ctx, endpoint_id))


def _one_of(call: Call, name: str, known: tuple[str, ...]) -> str | None:
    value = call.query(name)
    if value is not None and value not in known:
        raise invalid(name, f"is {value!r:.60}; there are {', '.join(known)}")
    return value
