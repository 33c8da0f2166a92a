"""Names, metadata and presence, as a game writes them (contract/SDK.md#profile)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend.players.profiles import MAX_METADATA
from kraty_console.contract.sdk import PlayerIdentities, PlayerIdentitySet, PlayerMetadata, PresenceTold
from tests.harness.contract.acquaintances import befriend, player
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import TroubledGame

ALICE = player("alice")


def put(world: TroubledGame, what: str, body: Any, method: str = "PUT", who: str = "alice") -> Any:
    return world.play(method, f"{player(who)}/{what}", body, who=who)


def test_a_name_is_chosen_and_the_one_from_the_pool_stays(world: TroubledGame) -> None:
    before = world.play("GET", f"{ALICE}/identity").data
    exactly(PlayerIdentities, before)
    assert before["displayIdentity"] == {"name": "Alice", "avatar": None, "country": None}
    body = {"name": "Zoë \u202e🦊", "avatar": "https://img.example/1.png", "idempotencyKey": "k-1"}
    first = put(world, "identity", body)
    exactly(PlayerIdentitySet, first.data)
    assert first.data == {
        "externalPlayerId": "alice",
        "displayIdentity": {"name": body["name"], "avatar": body["avatar"], "country": None},
        "anonymizedIdentity": before["anonymizedIdentity"],
    }
    after = world.play("GET", f"{ALICE}/identity").data
    assert after == {name: first.data[name] for name in after}
    assert world.get(world.player("alice")).data["player"]["displayIdentity"]["name"] == body["name"]
    [hit] = world.get(f"{world.game}/players?query=alice").data["players"][:1]
    assert hit["displayName"] == body["name"]
    without = put(world, "identity", {"name": "Zoë", "avatar": None})
    assert without.data["displayIdentity"] == {"name": "Zoë", "avatar": None, "country": None}
    again = put(world, "identity", body)
    assert (again.data, again.headers["idempotent-replayed"]) == (first.data, "true")
    assert world.play("GET", f"{ALICE}/identity").data["displayIdentity"]["name"] == "Zoë"
    other = put(world, "identity", {**body, "name": "Else"})
    assert (other.status, other.error["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize("name", ["", "  ", "\t\n", "x" * 65, 7, None])
def test_an_invalid_name_is_refused(still: TroubledGame, name: object) -> None:
    before = still.play("GET", f"{ALICE}/identity").data
    answer = put(still, "identity", {"name": name})
    assert (answer.status, answer.fields) == (400, ["name"])
    assert put(still, "identity", {"name": "x", "avatar": "y" * 513}).fields == ["avatar"]
    assert still.play("GET", f"{ALICE}/identity").data == before


def test_a_name_is_visible_only_within_its_game(still: TroubledGame) -> None:
    assert still.play("GET", f"{player('alicia')}/identity", who="alice").status == 200
    assert still.play("GET", f"{player('ghost')}/identity").error["message"] == "Player 'ghost' not found"
    for key, status in (("other_client", 404), ("test_client", 404), ("server_integration", 403)):
        assert still.backend.call("GET", f"/sdk/v1{ALICE}/identity", token=still.keys[key]).status == status


def test_metadata_is_replaced_or_merged_by_key(world: TroubledGame) -> None:
    first = put(world, "metadata", {"vip": True, "cohort": {"a": 1, "b": 2}, "idempotencyKey": "k"})
    exactly(PlayerMetadata, first.data)
    assert first.data == {"externalPlayerId": "alice", "metadata": {"vip": True, "cohort": {"a": 1, "b": 2}}}
    merged = put(world, "metadata", {"cohort": {"c": 3}, "none": None, "__proto__": []}, "PATCH")
    assert merged.data["metadata"] == {"vip": True, "cohort": {"c": 3}, "none": None, "__proto__": []}
    assert put(world, "metadata", None, "PATCH").data["metadata"] == merged.data["metadata"]
    assert put(world, "metadata", {"only": "this", "reason": 1, "idempotency_key": 2}).data["metadata"] == {
        "only": "this",
        "reason": 1,
        "idempotency_key": 2,
    }
    assert put(world, "metadata", {"vip": True, "cohort": {"a": 1, "b": 2}, "idempotencyKey": "k"}).data == first.data
    assert put(world, "metadata", {}, "PATCH").data["metadata"]["only"] == "this"
    assert put(world, "metadata", {"idempotencyKey": "k2"}).data["metadata"] == {}


def test_metadata_has_its_bound_all_keys_together(world: TroubledGame) -> None:
    half = "é" * (MAX_METADATA // 5)
    assert put(world, "metadata", {"one": half}).status == 200
    assert put(world, "metadata", {"one": half}, "PATCH").status == 200
    answer = put(world, "metadata", {"two": half, "three": half}, "PATCH")
    assert (answer.status, answer.fields) == (400, ["metadata"])
    assert put(world, "metadata", {}, "PATCH").data["metadata"] == {"one": half}
    assert put(world, "metadata", [1]).fields == ["body"]
    assert put(world, "metadata", {"idempotencyKey": 7}).fields == ["idempotencyKey"]


def test_a_heartbeat_keeps_a_player_online_for_a_minute(world: TroubledGame) -> None:
    befriend(world, "alicia", "alice")

    def seen() -> tuple[bool, str | None]:
        [friend] = world.play("GET", f"{player('alicia')}/friends", who="alicia").data["friends"]
        return friend["online"], friend["status"]

    assert seen() == (False, None)
    told = put(world, "presence", {"status": "in_match", "idempotencyKey": "same"}, "POST")
    exactly(PresenceTold, told.data)
    assert (told.data["online"], told.data["status"]) == (True, "in_match")
    assert seen() == (True, "in_match")
    world.backend.clock.ms += 60_000
    assert seen() == (True, "in_match")
    world.backend.clock.ms += 1
    assert seen() == (False, None)
    assert put(world, "presence", {"idempotencyKey": "same"}, "POST").data["status"] == "in_match"
    assert seen() == (True, "in_match")
    assert put(world, "presence", {"status": None}, "POST").data["status"] is None
    assert put(world, "presence", None, "POST").data["online"] is True
    assert put(world, "presence", {"status": "x" * 65}, "POST").fields == ["status"]
    seen_at = world.get(world.player("alice")).data["player"]["lastSeenAt"]
    assert seen_at == put(world, "presence", {}, "POST").data["lastActiveAt"]


def test_a_banned_player_writes_nothing_and_reads_on(world: TroubledGame) -> None:
    world.secret("alice")
    world.serve("POST", f"{ALICE}/ban", {"reason": "cheating"})
    before = world.backend.counts()
    for what, method, body in (
        ("identity", "PUT", {"name": "New"}),
        ("metadata", "PUT", {"a": 1}),
        ("metadata", "PATCH", {"a": 1}),
        ("presence", "POST", {}),
        ("friends/requests", "POST", {"externalPlayerId": "alicia"}),
        ("blocks", "POST", {"externalPlayerId": "alicia"}),
        ("friends/alicia", "DELETE", None),
        ("blocks/alicia", "DELETE", None),
    ):
        answer = put(world, what, body, method)
        assert (answer.status, answer.error["code"]) == (403, "player_banned"), what
    assert world.backend.counts() == before
    for what in ("identity", "friends", "friends/requests", "blocks", "friend-code"):
        assert put(world, what, None, "GET").status == 200
