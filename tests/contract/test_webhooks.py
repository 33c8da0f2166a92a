"""Endpoints and deliveries on the admin surface (contract/README.md#admin-surface)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend.webhooks.posting import Outcome
from kraty_console.contract.webhooks import DeliveryDetail, DeliveryPage, EndpointCreated, EndpointList
from tests.harness.contract.troubled_game import NEIGHBOUR, TroubledGame
from tests.harness.contract.webhooks import URL, credit, deliver, key, make_endpoint

NOT_THERE = "evt_01HZX70000000000000000000A"
OK = Outcome(12, 200, None, "thanks")
BROKEN = Outcome(15_000, None, "no answer within 15 s")


def deliveries(world: TroubledGame, query: str = "", **more: Any) -> list[Any]:
    return list(world.get(f"{world.game}/webhooks/deliveries?{query}", **more).data["deliveries"])


def test_the_secret_is_shown_once(world: TroubledGame) -> None:
    body = {"url": URL, "events": ["player.banned", "player.banned"], "reason": "the CRM", "idempotencyKey": key()}
    first = world.post(f"{world.game}/webhooks/endpoints?environment=test", body)
    assert first.status == 201
    made = EndpointCreated.model_validate(first.data)
    assert made.secret is not None
    assert made.secret.reveal().startswith("whsec_")
    assert len(made.secret.reveal()) == 49
    assert made.secret.reveal() not in repr(made)
    endpoint = made.endpoint
    assert (endpoint.url, endpoint.events, endpoint.environment, endpoint.state) == (
        URL,
        ["player.banned"],
        "test",
        "active",
    )
    again = world.post(f"{world.game}/webhooks/endpoints?environment=test", body)
    assert (again.status, again.headers["idempotent-replayed"]) == (200, "true")
    assert again.data == {name: value for name, value in first.data.items() if name != "secret"}
    listed = world.get(f"{world.game}/webhooks/endpoints")
    assert [each.id for each in EndpointList.model_validate(listed.data).endpoints] == [endpoint.id]
    assert world.get(f"{world.game}/webhooks/endpoints?environment=live").data["endpoints"] == []
    [row] = world.audit_rows(action="webhook.create")
    assert (row["target"], row["reason"]) == ({"kind": "webhook_endpoint", "id": endpoint.id}, "the CRM")
    for told in (again, listed, world.get(f"{world.log}/{row['id']}")):
        assert made.secret.reveal().encode() not in told.raw


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://games.example/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://[::1]/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://user:word@games.example/"}, "url"),
        ({"url": ""}, "url"),
        ({"url": URL, "events": ["player.vanished"]}, "events"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "secret": "mine"}, "secret"),
        ({}, "url"),
    ],
)
def test_an_invalid_endpoint_is_refused_by_field(still: TroubledGame, body: dict[str, Any], field: str) -> None:
    before = still.backend.counts()
    answer = still.post(f"{still.game}/webhooks/endpoints", {**body, "idempotencyKey": key()})
    assert (answer.status, answer.fields) == (400, [field])
    assert still.backend.counts() == before


def test_an_endpoint_can_be_paused_resumed_and_archived(world: TroubledGame) -> None:
    path = f"{world.game}/webhooks/endpoints/{make_endpoint(world)['endpoint']['id']}"
    for verb, state in (("pause", "paused"), ("unpause", "active"), ("archive", "archived")):
        answer = world.post(f"{path}/{verb}", {"reason": "maintenance", "idempotencyKey": key()})
        assert answer.data["endpoint"]["state"] == state
        [row] = world.audit_rows(action=f"webhook.{verb}")
        assert answer.data["audit"]["id"] == row["id"]
        assert row["after"]["state"] == state
    late = world.post(f"{path}/unpause", {"idempotencyKey": key()})
    assert (late.status, late.error["code"]) == (409, "conflict")
    for name in ("nothing", world.grants["pending"]):
        gone = world.post(f"{world.game}/webhooks/endpoints/{name}/pause", {"idempotencyKey": key()})
        assert (gone.status, gone.error["code"]) == (404, "not_found")


def test_deliveries_are_found_by_what_they_have_in_common(world: TroubledGame) -> None:
    first, second = (str(make_endpoint(world)["endpoint"]["id"]) for _ in range(2))
    credit(world, "alice", 5)
    credit(world, "alicia", 6)
    deliver(world, first, OK)
    deliver(world, second, BROKEN)
    found = deliveries(world)
    assert len(found) == 4
    assert [each["id"] for each in found] == sorted((each["id"] for each in found), reverse=True)
    assert {each["id"] for each in deliveries(world, "status=delivered")} == {
        each["id"] for each in deliveries(world, f"endpoint={first}")
    }
    [one] = deliveries(world, f"player=alice&status=pending&endpoint={second}&eventName=wallet.changed")
    assert (one["player"]["externalPlayerId"], one["attemptCount"]) == ("alice", 1)
    assert one["attempts"][0]["error"] == "no answer within 15 s"
    assert one["nextAttemptAt"] == "2026-05-28T20:26:45.000Z"
    by_internal_id = deliveries(world, f"player={one['player']['id']}")
    assert by_internal_id == deliveries(world, "player=alice")
    for nothing in ("player=ghost", "eventName=player.banned", "status=failed", "environment=test"):
        assert deliveries(world, nothing) == [], nothing
    assert "hidden" not in str(found), "a url's query is not shown with deliveries"


def test_pages_go_on_where_the_last_one_ended(world: TroubledGame) -> None:
    endpoint = str(make_endpoint(world)["endpoint"]["id"])
    for amount in range(1, 6):
        credit(world, "alice", amount)
    deliver(world, endpoint, OK)
    seen: list[str] = []
    query = "limit=2"
    while True:
        page = DeliveryPage.model_validate(world.get(f"{world.game}/webhooks/deliveries?player=alice&{query}").data)
        seen += [each.id for each in page.deliveries]
        if page.next_cursor is None:
            break
        query = f"limit=2&cursor={page.next_cursor}"
    assert len(seen) == len(set(seen)) == 5
    assert seen == [each["id"] for each in deliveries(world)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cursor=nothing", "cursor"),
        ("status=lost", "status"),
        ("eventName=grant", "eventName"),
        ("endpoint=mine", "endpoint"),
        ("limit=0", "limit"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(still: TroubledGame, query: str, field: str) -> None:
    answer = still.get(f"{still.game}/webhooks/deliveries?{query}")
    assert (answer.status, answer.fields) == (400, [field])


def test_one_delivery_is_returned_with_all_fields(world: TroubledGame) -> None:
    endpoint = make_endpoint(world)["endpoint"]
    credit(world, "alice", 5)
    deliver(world, endpoint["id"])
    [waiting] = deliveries(world)
    assert (waiting["status"], waiting["attempts"], waiting["sending"]) == ("pending", [], False)
    deliver(world, endpoint["id"], OK)
    path = f"{world.game}/webhooks/deliveries/{waiting['id']}"
    answer = world.get(path, role="GAME_VIEWER")
    told = DeliveryDetail.model_validate(answer.data)
    assert (told.status, told.event_name, told.attempt_count) == ("delivered", "wallet.changed", 1)
    assert told.endpoint is not None
    assert (told.endpoint.id, told.endpoint.url) == (endpoint["id"], "https://games.example/kraty")
    assert told.data is not None
    assert (told.data["delta"], told.data["externalPlayerId"]) == (5, "alice")
    [attempt] = told.attempts
    assert (attempt.number, attempt.status, attempt.answer, attempt.duration_ms) == (1, 200, "thanks", 12)
    assert told.next_attempt_at is None
    for name in (NOT_THERE, "evt_nothing", "..%2F..", endpoint["id"]):
        absent = world.get(f"{world.game}/webhooks/deliveries/{name}")
        assert (absent.status, absent.error["code"]) == (404, "not_found")


def test_a_repeated_replay_request_is_one_change(world: TroubledGame) -> None:
    endpoint = str(make_endpoint(world)["endpoint"]["id"])
    credit(world)
    deliver(world, endpoint, OK)
    [found] = deliveries(world)
    path = f"{world.game}/webhooks/deliveries/{found['id']}/replay"
    body = {"reason": "lost in their restart", "ticket": "T-7", "idempotencyKey": key()}
    first = world.post(path, body)
    assert (first.status, first.data["delivery"]["status"]) == (200, "pending")
    deliver(world, endpoint, OK)
    again = world.post(path, body)
    assert (again.status, again.data) == (200, first.data)
    assert again.headers["idempotent-replayed"] == "true"
    assert [each["attemptCount"] for each in deliveries(world)] == [2]
    [row] = world.audit_rows(action="webhook.replay")
    assert (row["ticket"], row["player"]["externalPlayerId"]) == ("T-7", "alice")
    assert first.data["audit"]["id"] == row["id"]
    assert row["metadata"] == {"reason": body["reason"], "eventName": "wallet.changed", "endpointId": endpoint}


def test_another_game_s_deliveries_are_not_there(world: TroubledGame) -> None:
    endpoint = str(make_endpoint(world)["endpoint"]["id"])
    credit(world)
    deliver(world, endpoint, OK)
    [found] = deliveries(world)
    sibling = f"/admin/v1/studios/{world.sibling.studio_id}/games/{world.sibling.game_id}/webhooks"
    assert world.get(f"{sibling}/deliveries", role=NEIGHBOUR).data["deliveries"] == []
    for path in (f"deliveries/{found['id']}", f"deliveries/{found['id']}/replay", f"endpoints/{endpoint}/pause"):
        method = "GET" if path.startswith("deliveries/") and path.count("/") == 1 else "POST"
        body = None if method == "GET" else {"idempotencyKey": key()}
        assert world.call(method, f"{sibling}/{path}", body, role=NEIGHBOUR).status == 404
