"""Code that runs against Kraty runs unchanged: every published call, with what SDKs send and read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kraty_console.backend.app.routes import ROUTES
from tests.harness.compat import game_calls, published_shapes, server_calls
from tests.harness.compat.call_stage import CallStage, friend, path
from tests.harness.compat.published_calls import ADMIN, GAME, SERVER, Call, calls
from tests.harness.compat.sdk_client import refusal

TRIED = (*server_calls.CALLS, *game_calls.CALLS)

ELSEWHERE = {
    ("GET", "/server/v1/ping"),
    ("GET", "/sdk/v1/ping"),
    ("POST", "/sdk/v1/players/:p/register"),
    ("POST", "/sdk/v1/players/:p/friends/gifts"),
    ("GET", "/sdk/v1/players/:p/inventory/stream"),
    ("GET", "/sdk/v1/event-leaderboards/:leaderboardId/stream"),
}
"""Below, and in the recipes."""


@pytest.mark.parametrize("table", [ADMIN, SERVER, GAME], ids=["admin", "server", "game"])
def test_every_published_path_is_served(table: str) -> None:
    served = {(route.method, re.sub(r"\{\w+\}", ":", route.path)) for route in ROUTES}
    missing = [name for name in calls(table) if (name[0], re.sub(r":\w+", ":", name[1])) not in served]
    assert not missing


def test_every_published_call_of_the_key_surfaces_is_tried() -> None:
    assert {(call.method, call.path) for call in TRIED} | ELSEWHERE == {*calls(SERVER), *calls(GAME)}


@pytest.mark.parametrize("call", TRIED, ids=lambda call: call.name)
def test_the_answer_has_the_published_shape(stage: CallStage, call: Call) -> None:
    player = stage.newcomer()
    filled = {"p": player, **(call.scene(stage, player) if call.scene else {})}
    target = path(call.path, filled) + call.query
    sdk = stage.server() if call.path.startswith("/server") else stage.game(None if call.key_only else player)
    writes = call.method in ("POST", "PUT", "PATCH")
    body = {**(call.body or {}), "idempotencyKey": f"key of {player}"} if writes else None
    first = sdk.data(call.method, target, body)
    assert sdk.status == call.status
    told = first[call.under] if call.under else first
    published_shapes.check(told, call.shape)
    assert told or call.name in EMPTY
    if call.again is not None:
        again = sdk.data(call.method, target, body)
        assert sdk.status == 200
        published_shapes.check(again[call.under] if call.under else again, call.shape)
        assert again == first or call.again == "done" or again == {**first, "applied": False}
        assert (again.get("applied") is False) == (call.again == "unapplied") or call.again == "done"
    if call.other is not None:
        refused = refusal(lambda: sdk.data(call.method, target, {**call.other, "idempotencyKey": f"key of {player}"}))
        assert (refused.status, refused.code) == (409, "idempotency_conflict")


EMPTY = {
    "GET /sdk/v1/players/:p/friends/search",
    "GET /sdk/v1/players/:p/friends/suggestions",
    "GET /sdk/v1/players/:p/friends/gifts/sent",
}
"""Lists in which there need not be anybody."""


@pytest.mark.parametrize("call", [call for call in TRIED if call.key_only], ids=lambda call: call.name)
def test_a_secret_is_ignored_on_routes_that_need_none(stage: CallStage, call: Call) -> None:
    player = stage.newcomer()
    filled = {"p": player, **(call.scene(stage, player) if call.scene else {})}
    stage.game(player).data(call.method, path(call.path, filled) + call.query)


@pytest.mark.parametrize("surface", ["server", "sdk"])
def test_a_ping_has_no_envelope(stage: CallStage, surface: str) -> None:
    sdk = stage.server() if surface == "server" else stage.game()
    told: Any = sdk.request("GET", f"/{surface}/v1/ping")
    assert set(told) == {"ok", "apiKey"}
    assert told["ok"] is True
    published_shapes.check(told["apiKey"], published_shapes.KEY)
    assert told["apiKey"]["prefix"] == sdk.key.split(".")[0]


def test_registering_answers_as_published(stage: CallStage) -> None:
    sdk = stage.game()
    target = path("/sdk/v1/players/:p/register", {"p": "kp_0123456789abcdef0123456789abcdef"})
    told = sdk.data("POST", target, {})
    assert sdk.status == 201
    published_shapes.check(told, {**published_shapes.REGISTERED, "syntheticIdentity": published_shapes.SYNTHETIC})
    for query in ("", "?force=true"):
        refused = refusal(lambda query=query: sdk.data("POST", target + query, {}))
        assert (refused.status, refused.code) == (409, "player_already_registered")


def test_giving_answers_as_published(stage: CallStage) -> None:
    player = stage.newcomer()
    other = friend(stage, player)["id"]
    sdk = stage.game(player)
    target = path("/sdk/v1/players/:p/friends/gifts", {"p": player})
    gift = {"externalPlayerId": other, "type": "currency", "resourceKey": "gold", "amount": 1, "message": None}
    first = sdk.data("POST", target, {**gift, "idempotencyKey": "gift"})
    assert sdk.status == 201
    published_shapes.check(first["gift"], published_shapes.GIFT)
    assert sdk.data("POST", target, {**gift, "idempotencyKey": "gift"}) == first
    assert [each["giftId"] for each in sdk.data("GET", f"{target}/sent")["gifts"]] == [first["gift"]["giftId"]]


def test_an_entry_shows_what_the_game_keeps_with_its_player(stage: CallStage) -> None:
    player = stage.newcomer()
    sdk = stage.game(player)
    sdk.data("PUT", path("/sdk/v1/players/:p/metadata", {"p": player}), {"vip": True})
    sdk.data("POST", path("/sdk/v1/players/:p/leaderboards/best_lap/score", {"p": player}), {"value": 1e6})
    query = path("/sdk/v1/leaderboards/best_lap?includeSelf=true&externalId=", {}) + path(":p", {"p": player})
    [own] = [entry for entry in sdk.data("GET", query)["entries"] if entry["isSelf"]]
    assert own["player"] == {"metadata": {"vip": True}}
