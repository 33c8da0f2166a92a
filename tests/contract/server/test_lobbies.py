"""Lobbies that a studio pushes, and reads (contract/SERVER.md#lobbies)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.players import Lobby
from tests.harness.contract import open_events
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import TroubledGame


@pytest.fixture(scope="module")
def ring(module_world: TroubledGame) -> TroubledGame:
    open_events.arena(module_world, "ring", capacity=3)
    open_events.define(module_world, "solo")
    return module_world


def _path(world: TroubledGame, event: str = "ring") -> str:
    return f"/games/{world.tenant.game_id}/events/{event}/lobbies"


def test_a_push_makes_the_lobby_and_its_players_once(ring: TroubledGame) -> None:
    body: dict[str, Any] = {"key": "m-1", "externalPlayerIds": ["ann", "new/player"], "idempotencyKey": "x"}
    made = ring.serve("POST", _path(ring), body)
    lobby = exactly(Lobby, made.data)
    assert (made.status, lobby.status, lobby.participant_count, lobby.capacity) == (201, "active", 2, 3)
    assert (lobby.fill_by, lobby.leaderboard_id is None) == (None, False)
    again = ring.serve("POST", _path(ring), {**body, "externalPlayerIds": ["zoe"], "idempotencyKey": "y"})
    assert (again.status, again.data) == (200, made.data)
    read = ring.serve("GET", f"/games/{ring.tenant.game_id}/lobbies/{lobby.id}")
    assert (read.status, read.data) == (200, made.data)
    assert ring.serve("GET", "/players/new%2Fplayer").data["lobbies"][0]["id"] == lobby.id


def test_a_pushed_lobby_is_played_in_at_once(ring: TroubledGame) -> None:
    body = {"key": "m-2", "externalPlayerIds": ["cid"], "capacity": 1, "metadata": {"map": 3}}
    made = ring.serve("POST", _path(ring), body)
    assert (made.status, made.data["status"]) == (201, "active")
    begun = ring.play("POST", "/players/cid/events/ring/start", {}, who="cid")
    assert (begun.status, begun.data["leaderboardId"]) == (201, made.data["leaderboardId"])


@pytest.mark.parametrize(
    ("event", "body", "status", "code"),
    [
        ("solo", {}, 409, "conflict"),
        ("none", {}, 404, "not_found"),
        ("ring", {"externalPlayerIds": []}, 400, "validation_failed"),
        ("ring", {"externalPlayerIds": ["a", "b", "c", "d"]}, 400, "validation_failed"),
        ("ring", {"key": ""}, 400, "validation_failed"),
        ("ring", {"capacity": 0}, 400, "validation_failed"),
        ("ring", {"capacity": True}, 400, "validation_failed"),
        ("ring", {"fillBots": 1}, 400, "validation_failed"),
    ],
)
def test_a_push_that_is_refused(ring: TroubledGame, event: str, body: dict[str, Any], status: int, code: str) -> None:
    answer = ring.serve("POST", _path(ring, event), {"key": "m-3", "externalPlayerIds": ["ann"], **body})
    assert (answer.status, answer.error["code"]) == (status, code)


def test_the_game_in_the_path_is_the_key_s(ring: TroubledGame) -> None:
    other = ring.sibling.game_id
    lobby_id = open_events.form(ring, "ring", ["dot"])
    for answer in (
        ring.serve("POST", f"/games/{other}/events/ring/lobbies", {"key": "m-4", "externalPlayerIds": ["ann"]}),
        ring.serve("GET", f"/games/{other}/lobbies/{lobby_id}"),
    ):
        assert (answer.status, answer.error["code"]) == (403, "forbidden")
    theirs = ring.backend.call(
        "GET", f"/server/v1/games/{ring.other.game_id}/lobbies/{lobby_id}", token=ring.keys["other"]
    )
    assert theirs.status == 404
