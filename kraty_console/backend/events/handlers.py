"""Handlers of events and attempts."""

from __future__ import annotations

from kraty_console.backend.events import attempt_rewards, attempts
from kraty_console.backend.events import queries as event_listing
from kraty_console.backend.events.schemas import ReportProgress, Start, Value
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import GameRequest, milliseconds
from kraty_console.backend.rules.errors import invalid
from kraty_console.contract.actions import ForceComplete, RetryRewardRoll

ACTIVE = "active"


async def events(call: Call) -> HandlerReply:
    """Open events for a player, who may be unknown."""
    player = call.text("externalPlayerId")
    if (call.query("status") or ACTIVE) != ACTIVE:
        raise invalid("status", f"must be {ACTIVE}: only events that are open are listed")
    context = call.context()
    async with call.services.db.read() as tx:
        listing = await event_listing.read_listing(tx, context, player)
    if listing.boardless:
        await call.services.db.run(lambda tx: event_listing.make_boards(tx, context, listing.boardless))
        async with call.services.db.read() as tx:
            listing = await event_listing.read_listing(tx, context, player)
    return HandlerReply(listing.listings)


async def start(call: Call) -> HandlerReply:
    """Start an attempt; 202 with the error envelope while a lobby forms."""
    player, event = call.text("externalPlayerId"), call.text("eventKey")
    body = await call.body(Start)
    return await call.change(body, lambda tx, ctx: attempts.start(tx, ctx, player, event, context=body.player_context))


async def progress(call: Call) -> HandlerReply:
    """Report metrics."""
    player, event, attempt = call.text("externalPlayerId"), call.text("eventKey"), call.id("attemptId", "Attempt")
    body = await call.body(ReportProgress)
    metrics = _metrics(body)
    occurred_at = milliseconds(body.occurred_at, "occurredAt")
    return await call.change(
        body,
        lambda tx, ctx: attempts.progress(
            tx, ctx, player, attempt, metrics, mode=body.mode, event_key=event, occurred_at=occurred_at
        ),
    )


async def finish(call: Call) -> HandlerReply:
    """End an attempt."""
    player, event, attempt = call.text("externalPlayerId"), call.text("eventKey"), call.id("attemptId", "Attempt")
    body = await call.body(GameRequest)
    return await call.change(body, lambda tx, ctx: attempts.finish(tx, ctx, player, attempt, event_key=event))


def _metrics(body: ReportProgress) -> dict[str, Value] | Value:
    """The reported metrics, from exactly one of the three fields."""
    given = [each for each in (body.metric_value, body.metrics, body.metric_values) if each is not None]
    if len(given) != 1:
        raise invalid("metrics", "or metricValue is required" if not given else "is one of two or more ways")
    if given[0] == {}:
        raise invalid("metrics", "must name one metric or more")
    return given[0]


async def force_complete(call: Call) -> HandlerReply:
    """Complete an attempt that never finished; its rewards are not rolled."""
    attempt_id = call.id("attemptId", "Attempt")
    body = await call.body(ForceComplete)
    return await call.change(
        body, lambda tx, ctx: attempts.force_complete(tx, ctx, attempt_id, final_score=body.final_score)
    )


async def retry_reward_roll(call: Call) -> HandlerReply:
    """Roll an attempt's rewards if that failed or never happened."""
    attempt_id = call.id("attemptId", "Attempt")
    body = await call.body(RetryRewardRoll)
    return await call.change(body, lambda tx, ctx: attempt_rewards.retry_roll(tx, ctx, attempt_id))
