"""Statements of the worker and of the list of deliveries use an index, also among many finished rows."""

from __future__ import annotations

from typing import Any

from kraty_console.backend.economy import wallet
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.runtime import maintenance as sweeps
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks import endpoints
from kraty_console.backend.webhooks import queries as reading
from kraty_console.backend.webhooks.claims import EndpointKey, claim, record_outcome
from kraty_console.backend.webhooks.deliverer import Deliverer
from kraty_console.backend.webhooks.delivery_ids import delivery_id
from kraty_console.backend.webhooks.fan_out import fan_out
from kraty_console.backend.webhooks.posting import Outcome, Poster
from kraty_console.contract.secret import Secret
from tests.harness.backend.playable_events import sweeper
from tests.harness.backend.query_plans import fans_out, recorded, walks
from tests.harness.backend.small_game import SmallGame
from tests.harness.backend.webhook_studio import Studio

MANY = 6_000
OWNERS = 2_000
FEW = 40
"""How many of these are still to be sent."""
ERASED = 60
"""How many of these are erasures that still have the player's id."""
ERASURE = {"externalPlayerId": "ann", "anonymizedExternalId": "gone"}
MOST = 450


async def fill(studio: Studio) -> str:
    """Create an endpoint with many past deliveries; returns its id."""
    world = studio.world
    long_ago = IdSource(lambda: studio.now - 1_000_000, lambda bits: 0)
    tenant = {"studio_id": world.tenant.studio_id, "game_id": world.tenant.game_id}
    owners = [long_ago() for _ in range(OWNERS)]

    async def work(tx: Transaction) -> str:
        ctx = studio.context()
        made = await endpoints.create(tx, ctx, "https://games.example/", None, Secret("whsec_test"))
        endpoint = str(made.data["endpoint"]["id"])
        events: list[dict[str, Any]] = []
        deliveries: list[dict[str, Any]] = []
        for number in range(MANY):
            owner, outbox_id, pending = owners[number % OWNERS], long_ago(), number >= MANY - FEW
            name = "player.deleted" if number % (MANY // ERASED) == 0 else "wallet.changed"
            shared = {**tenant, "environment": "live", "player_id": owner, "event_name": name}
            row = {"outbox_id": outbox_id, "payload": ERASURE, "occurred_at": 1, "state": "told"}
            events.append({**shared, **row})
            deliveries.append(
                {
                    **shared,
                    "delivery_id": delivery_id(long_ago()),
                    "endpoint_id": endpoint,
                    "outbox_id": outbox_id,
                    "stream": owner,
                    "position": number - MANY,
                    "state": "pending" if pending else "failed" if number % 100 == 0 else "delivered",
                    "due_at": studio.now if pending else None,
                    "attempt_count": 1,
                    "created_at": 1,
                }
            )
        await tx.insert_many(tables.outbox, events)
        await tx.insert_many(tables.webhook_deliveries, deliveries)
        tried = [{**tenant, "delivery_id": each["delivery_id"], "number": 1, "started_at": 1} for each in deliveries]
        await tx.insert_many(tables.webhook_attempts, tried)
        seen = dict.fromkeys(("first_seen_at", "last_seen_at", "created_at", "updated_at"), 1)
        known = [{"player_id": owner, "environment": "live", "external_player_id": owner, **seen} for owner in owners]
        await tx.insert_many(tables.players, [{**tenant, **each} for each in known])
        for name in ("ann", "ben"):
            await players.upsert(tx, ctx, name)
        return endpoint

    endpoint = await world.db.run(work)
    for name in ("ann", "ben", "ann"):
        await world.run(wallet.credit, studio.context(), name, "gold", 1)
    await world.db.analyze()
    return endpoint


async def test_no_statement_scans_finished_rows(world: SmallGame) -> None:
    studio = Studio(world)
    endpoint = await fill(studio)
    key = EndpointKey(world.tenant, endpoint)
    first = (await studio.deliveries())[0]
    with recorded(world.db) as sent:
        await Deliverer(world.db, lambda: studio.now, studio.new_id, Poster())._find_work()
        async with world.db.transaction() as tx:
            assert await fan_out(tx, world.tenant, studio.now, studio.new_id) == 3
        async with world.db.transaction() as tx:
            for each in await claim(tx, key, studio.now, 5):
                await record_outcome(tx, each, Outcome(1, 200), studio.now)
        async with world.db.read() as tx:
            for filters in (
                reading.DeliveryFilters("live"),
                reading.DeliveryFilters("live", player_id=first["player_id"]),
                reading.DeliveryFilters("live", state="failed"),
                reading.DeliveryFilters("live", event_name="wallet.changed"),
                reading.DeliveryFilters("live", endpoint_id=endpoint),
            ):
                assert (await reading.page(tx, world.tenant, filters, "evt_7" + "Z" * 25, 20))[0]
            assert await reading.find_delivery(tx, world.tenant, first["delivery_id"])
            await reading.newest_of_player(tx, world.tenant, first["player_id"], None, 20)
            await reading.first_of_stream(tx, tables.WebhookDeliveryRecord.of(dict(first)))
        await studio.replay(first["delivery_id"])
        for verb in ("pause", "unpause", "archive"):
            await studio.change(verb, endpoint)
        await sweeps.forget_erased(sweeper(world))
    ours = [each for each in sent if "webhook_" in each.text or "outbox" in each.text]
    assert await walks(world.db, ours, MOST) == []
    assert fans_out(ours) == []
