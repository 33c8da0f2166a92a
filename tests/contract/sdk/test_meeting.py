"""Finding players: by name, by friends of friends, by who one played with; balances beside names
(contract/SDK.md#friends)."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from kraty_console.backend.social import discovery
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.friends import FriendSearch, FriendSuggestions
from tests.harness.contract.acquaintances import ask, befriend, player
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import NOW, segment
from tests.harness.contract.troubled_game import TroubledGame

ALICE = player("alice")


def name(world: TroubledGame, who: str, chosen: str) -> None:
    answer = world.play("PUT", f"{player(who)}/identity", {"name": chosen}, who=who)
    assert answer.status == 200, answer.raw


def search(world: TroubledGame, query: str, more: str = "", who: str = "alice") -> Any:
    return world.play("GET", f"{player(who)}/friends/search?q={segment(query)}{more}", who=who)


def hits(world: TroubledGame, query: str, more: str = "") -> list[tuple[str, str]]:
    results = search(world, query, more).data["results"]
    return [(each["externalPlayerId"], each["relationship"]) for each in results]


def suggested(world: TroubledGame, more: str = "") -> list[str]:
    answer = world.play("GET", f"{ALICE}/friends/suggestions{more}", who="alice")
    exactly(FriendSuggestions, answer.data)
    return [each["externalPlayerId"] for each in answer.data["suggestions"]]


def test_a_search_finds_names_by_their_beginning_and_says_who_they_are(world: TroubledGame) -> None:
    for who, chosen in (
        ("p1", "Straße 1"),
        ("p2", "STRASSE 2"),
        ("p3", "strasbourg"),
        ("p4", "Other"),
        ("p5", "stra%"),
    ):
        name(world, who, chosen)
    befriend(world, "alice", "p1")
    ask(world, "alice", "p2")
    ask(world, "p3", "alice")
    exactly(FriendSearch, search(world, "stra").data)
    assert hits(world, "STRA") == [
        ("p5", "none"),
        ("p3", "request_incoming"),
        ("p1", "friends"),
        ("p2", "request_outgoing"),
    ]
    assert hits(world, "stra", "&limit=2") == [("p5", "none"), ("p3", "request_incoming")]
    assert hits(world, "Stra%") == [("p5", "none")]
    assert hits(world, "strasse 2") == [("p2", "request_outgoing")]
    assert hits(world, "nobody") == []


def test_a_search_leaves_out_the_reader_and_blocked_players(world: TroubledGame) -> None:
    for who in ("alice", "p1", "p2", "p3"):
        name(world, who, f"Zed {who}")
    assert hits(world, "zed") == [("p1", "none"), ("p2", "none"), ("p3", "none")]
    world.play("POST", f"{ALICE}/blocks", {"externalPlayerId": "p1"}, who="alice")
    world.play("POST", f"{player('p2')}/blocks", {"externalPlayerId": "alice"}, who="p2")
    world.serve("POST", f"{player('p3')}/delete", {})
    assert hits(world, "zed") == []


@pytest.mark.parametrize(
    ("query", "field"), [("?q=", "q"), ("", "q"), ("?q=%20", "q"), ("?q=" + "x" * 65, "q"), ("?q=a&limit=51", "limit")]
)
def test_a_search_has_bounds(still: TroubledGame, query: str, field: str) -> None:
    assert still.play("GET", f"{ALICE}/friends/search{query}", who="alice").fields == [field]
    assert still.play("GET", f"{ALICE}/friends/suggestions?limit=many", who="alice").fields == ["limit"]


def test_more_suggestions_than_there_may_be_are_as_many_as_there_may_be(still: TroubledGame) -> None:
    assert [suggested(still, f"?limit={limit}") for limit in (26, 10**9, 0, -5)] == [[]] * 4


def test_friends_of_friends_and_who_one_played_with_are_suggested(world: TroubledGame) -> None:
    assert suggested(world) == []
    for one, two in (
        ("alice", "p1"),
        ("alice", "p2"),
        ("p1", "p2"),
        ("p1", "both"),
        ("p2", "both"),
        ("p1", "only-p1"),
        ("p1", "blocked"),
        ("p2", "asked"),
        ("p2", "banned"),
    ):
        befriend(world, one, two)
    _in_one_lobby(world, "alice", "met", "both", "p1")
    world.play("POST", f"{ALICE}/blocks", {"externalPlayerId": "blocked"}, who="alice")
    ask(world, "alice", "asked")
    world.serve("POST", f"{player('banned')}/ban", {"reason": "cheating"})
    assert sorted(suggested(world)) == ["both", "met", "only-p1"]
    first = Counter(suggested(world, "?limit=1")[0] for _ in range(60))
    assert first["both"] > first["only-p1"] > 0
    assert first["both"] > first["met"] > 0


def test_a_player_without_friends_gets_recently_online_suggestions(world: TroubledGame) -> None:
    for moment, each in enumerate(("early", "late", "friend", "blocked", "test"), 1):
        world.backend.clock.ms = NOW + moment * 1000
        if each == "test":
            key, path = world.keys["test_client"], f"/sdk/v1{player(each)}"
            secret = world.backend.call("POST", f"{path}/register", token=key, body={}).data["secret"]
            beat = world.backend.call(
                "POST", f"{path}/presence", token=key, body={}, headers={"X-Player-Secret": secret}
            )
            assert beat.status == 200
        else:
            world.play("POST", f"{player(each)}/presence", {}, who=each)
    world.secret("never here")
    befriend(world, "alice", "friend")
    world.play("POST", f"{ALICE}/blocks", {"externalPlayerId": "blocked"}, who="alice")
    assert sorted(suggested(world)) == ["early", "late"]


def test_suggestions_differ_from_call_to_call(world: TroubledGame) -> None:
    for number in range(8):
        world.play("POST", f"{player(f'p{number}')}/presence", {}, who=f"p{number}")
    drawn = [tuple(suggested(world, "?limit=3")) for _ in range(12)]
    assert len(set(drawn)) > 1
    assert {len(set(each)) for each in drawn} == {3}


@pytest.mark.parametrize("weights", [{"a": 1.0, "b": 3.0}, {"a": 16.0, "b": 48.0}])
def test_weighted_shuffle_follows_the_weights(weights: dict[str, float]) -> None:
    chance = random.Random(42)
    first = Counter(discovery.weighted_shuffle(weights, chance.randbytes)[0] for _ in range(4_000))
    assert 2.7 < first["b"] / first["a"] < 3.3


def test_names_include_progressions_but_not_spendable_balances(world: TroubledGame) -> None:
    _progressions(world, "level", "trophies")
    name(world, "p1", "Zed")
    befriend(world, "alice", "p1")
    befriend(world, "p1", "p2")
    ask(world, "p3", "alice")
    world.hold("p1", "level", 12)
    world.hold("p1", "gold", 5)
    world.hold("alice", "level", 3)
    query = "progression=level,trophies,gold,nothing,level"
    [friend] = world.play("GET", f"{ALICE}/friends?{query}", who="alice").data["friends"]
    assert friend["progression"] == {"level": 12, "trophies": 0}
    [hit] = search(world, "zed", f"&{query}").data["results"]
    assert hit["progression"] == {"level": 12, "trophies": 0}
    [suggestion] = world.play("GET", f"{ALICE}/friends/suggestions?{query}", who="alice").data["suggestions"]
    assert suggestion["progression"] == {"level": 0, "trophies": 0}
    [request] = world.play("GET", f"{ALICE}/friends/requests?{query}", who="alice").data["incoming"]
    assert request["player"]["progression"] == {"level": 0, "trophies": 0}
    assert world.play("GET", f"{ALICE}/friend-code?{query}", who="alice").data["progression"]["level"] == 3
    assert "progression" not in world.play("GET", f"{ALICE}/friends", who="alice").data["friends"][0]
    nine = ",".join(f"k{number}" for number in range(9))
    assert world.play("GET", f"{ALICE}/friends?progression={nine}", who="alice").fields == ["progression"]


def _in_one_lobby(world: TroubledGame, *who: str) -> None:
    """Seats in a lobby, all taken at once."""
    ids = [world.register(each) for each in who]
    tenant, now, lobby_id = world.tenant, world.backend.clock.ms, world.backend.new_id()
    place = {"studio_id": tenant.studio_id, "game_id": tenant.game_id, "lobby_id": lobby_id, "joined_at": now}

    async def sit(tx: Transaction) -> None:
        await tx.insert_many(tables.lobby_members, [{**place, "player_id": each} for each in ids])

    world.backend.run(sit)


def _progressions(world: TroubledGame, *keys: str) -> None:
    tenant, now = world.tenant, world.backend.clock.ms
    place = {"studio_id": tenant.studio_id, "game_id": tenant.game_id, "kind": "progression", "created_at": now}

    async def define(tx: Transaction) -> None:
        await tx.insert_many(tables.currencies, [{**place, "key": key, "name": key} for key in keys])

    world.backend.run(define)
