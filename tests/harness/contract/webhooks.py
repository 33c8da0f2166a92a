"""An endpoint and something delivered to it, and what the matrix of routes needs to try what is done with both."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks.claims import EndpointKey, claim, record_outcome
from kraty_console.backend.webhooks.fan_out import fan_out
from kraty_console.backend.webhooks.posting import Outcome
from tests.harness.contract.troubled_game import TroubledGame

URL = "https://games.example/kraty?key=hidden"
BODIES: dict[str, dict[str, Any]] = {
    "webhook.create": {"url": URL},
    "webhook.pause": {},
    "webhook.unpause": {},
    "webhook.archive": {},
    "webhook.replay": {},
}

_keys = count(1)


def key() -> str:
    """A fresh idempotency key."""
    return f"hook-{next(_keys):06}"


def make_endpoint(world: TroubledGame, **asked: Any) -> Any:
    """The answer with a new endpoint."""
    answer = world.post(f"{world.game}/webhooks/endpoints", {"url": URL, "idempotencyKey": key(), **asked})
    assert answer.status == 201, answer.raw
    return answer.data


def credit(world: TroubledGame, player: str = "alice", amount: int = 1) -> None:
    """A change with an event: `wallet.changed`."""
    body = {"amount": amount, "reason": "goodwill", "idempotencyKey": key()}
    assert world.post(f"{world.player(player)}/wallet/gold/credit", body).status == 200


def deliver(world: TroubledGame, endpoint_id: str, outcome: Outcome | None = None) -> None:
    """Pass on what happened, and let what is due to the endpoint end so; without an outcome nothing is sent."""
    ctx: Context = world.context()
    place = EndpointKey(world.tenant, endpoint_id)

    async def work(tx: Transaction) -> None:
        await fan_out(tx, world.tenant, ctx.now_ms, ctx.new_id)
        while outcome is not None and (taken := await claim(tx, place, ctx.now_ms, 10)):
            for each in taken:
                await record_outcome(tx, each, outcome, ctx.now_ms)

    world.backend.run(work)


def _made(world: TroubledGame) -> Mapping[str, str]:
    return {"endpointId": str(make_endpoint(world)["endpoint"]["id"])}


def _delivered(world: TroubledGame) -> Mapping[str, str]:
    endpoint_id = _made(world)["endpointId"]
    credit(world)
    deliver(world, endpoint_id, Outcome(3, 200, None, "ok"))
    [found] = world.get(f"{world.game}/webhooks/deliveries").data["deliveries"]
    return {"deliveryId": str(found["id"])}


SCENES = {
    "webhook.read": _delivered,
    "webhook.pause": _made,
    "webhook.unpause": _made,
    "webhook.archive": _made,
    "webhook.replay": _delivered,
}
"""What has to be there, by action, before a call succeeds; the answer is what fills its path."""
