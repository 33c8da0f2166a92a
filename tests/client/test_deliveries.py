"""The client and the deliveries of the real backend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.webhooks.posting import Outcome
from kraty_console.client.admin import KratyClient
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import NotAllowed, NotFound, Refused
from kraty_console.contract.operations import Operation
from kraty_console.contract.secret import Credential, Secret
from kraty_console.contract.session import GAME_ADMIN, GAME_VIEWER
from kraty_console.contract.webhooks import DeliveryReplayed, ReplayDelivery
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.contract.webhooks import credit, deliver, make_endpoint
from tests.harness.databases import SqliteFiles

REQUEST = ReplayDelivery(reason="lost in their restart", idempotency_key="replay-0001")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TroubledGame]:
    url = SqliteFiles(tmp_path_factory.mktemp("deliveries")).fresh()
    with Backend(url, Rate(0)).running() as running:
        yield make_troubled_game(running)


def client_to(world: TroubledGame, role: str = GAME_ADMIN) -> KratyClient:
    return KratyClient(
        f"http://127.0.0.1:{world.backend.port}",
        Credential(Secret(world.sessions[role])),
        studio_id=world.tenant.studio_id,
        game_id=world.tenant.game_id,
        environment="live",
    )


def replay_of(delivery_id: str) -> ChangeRequest:
    return ChangeRequest(Operation.REPLAY_DELIVERY, "", REQUEST, target_id=delivery_id)


async def test_deliveries_are_read_and_replayed(world: TroubledGame) -> None:
    endpoint = make_endpoint(world)["endpoint"]["id"]
    for amount in (1, 2, 3):
        credit(world, "alice", amount)
    deliver(world, endpoint, Outcome(3, 503, "answered 503", "busy"))
    client, viewer = client_to(world), client_to(world, GAME_VIEWER)
    try:
        page = await client.deliveries(player="alice", event_name="wallet.changed", limit=2)
        rest = await client.deliveries(player="alice", limit=2, cursor=page.next_cursor)
        found = [*page.deliveries, *rest.deliveries]
        assert (len(found), rest.next_cursor) == (3, None)
        assert [each.attempt_count for each in found] == [0, 0, 1]
        first = await viewer.delivery(found[-1].id)
        assert first.data is not None
        assert (first.data["delta"], first.attempts[0].answer) == (1, "busy")
        with pytest.raises(NotAllowed, match=r"webhook\.replay"):
            await viewer.send(replay_of(first.id))
        with pytest.raises(Refused, match="waits for an earlier one") as held:
            await client.send(replay_of(found[0].id))
        assert held.value.details["waitsFor"] == first.id
        replayed = await client.send(replay_of(first.id))
        assert isinstance(replayed, DeliveryReplayed)
        assert (replayed.delivery.status, replayed.audit is not None) == ("pending", True)
        with pytest.raises(NotFound):
            await client.delivery("evt_nothing")
        assert (await client.deliveries(player="nobody")).deliveries == []
    finally:
        await client.close()
        await viewer.close()
