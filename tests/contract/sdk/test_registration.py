"""Registering a player from the game: a secret that is shown once (contract/SDK.md#registration)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kraty_console.backend.players.registration import LOST_ANSWER_MS
from kraty_console.contract.sdk import PlayerRegistration
from tests.contract.test_ids import TRICKY
from tests.harness.contract.acquaintances import events_of, player
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import TroubledGame

NAME = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+ [1-9]\d{3}")


def register(world: TroubledGame, who: str, body: object = None, *, query: str = "", key: str = "client_sdk") -> Any:
    path = f"/sdk/v1{player(who)}/register{query}"
    return world.backend.call("POST", path, body=body, token=world.keys[key])


def is_let_in(world: TroubledGame, who: str, secret: str) -> bool:
    """Whether the secret opens what is the player's alone."""
    answer = world.play("GET", f"{player(who)}/friends", headers={"X-Player-Secret": secret})
    return bool(answer.status == 200)


def test_a_new_player_gets_a_secret_and_a_name(world: TroubledGame) -> None:
    answer = register(world, "new", {"idempotencyKey": "k-1", "email": "New@Example.org", "unknown": 1})
    told_once = exactly(PlayerRegistration, answer.data)
    assert answer.status == 201
    assert re.fullmatch(r"[\w-]{43}", told_once.secret)
    assert told_once.secret_prefix == told_once.secret[:8]
    assert (told_once.external_player_id, told_once.country) == ("new", None)
    assert answer.data["syntheticIdentity"] == {"name": answer.data["displayIdentity"]["name"], "avatar": None}
    assert answer.data["displayIdentity"] == answer.data["anonymizedIdentity"]
    assert NAME.fullmatch(answer.data["displayIdentity"]["name"])
    assert is_let_in(world, "new", told_once.secret)
    profile = world.get(world.player("new")).data["player"]
    assert (profile["email"], profile["id"]) == ("New@Example.org", told_once.player_id)
    assert profile["displayIdentity"]["name"] == answer.data["displayIdentity"]["name"]
    [event] = events_of(world, "player.registered")
    assert event == {key: value for key, value in answer.data.items() if key != "secret"}
    assert told_once.secret not in world.stored_credentials()


def test_a_player_known_before_is_registered_as_they_are(world: TroubledGame) -> None:
    answer = register(world, "alice")
    assert answer.data["displayIdentity"]["name"] == "Alice"
    assert NAME.fullmatch(answer.data["syntheticIdentity"]["name"])
    assert world.get(world.player("alice")).data["player"]["email"] == "Alice@Straße.example"


def test_a_second_registration_is_refused(world: TroubledGame) -> None:
    first = register(world, "bob", {"idempotencyKey": "k"}).data
    world.backend.clock.ms += LOST_ANSWER_MS + 1
    before = world.backend.counts()
    for body in (None, {}, {"idempotencyKey": "other"}, {"idempotencyKey": "k"}):
        again = register(world, "bob", body)
        assert (again.status, again.error["code"]) == (409, "player_already_registered"), body
        assert again.error["details"]["registeredAt"] == first["registeredAt"]
    assert world.backend.counts() == before
    assert is_let_in(world, "bob", first["secret"])


def test_the_answer_that_was_lost_is_made_again_with_another_secret(world: TroubledGame) -> None:
    lost = register(world, "bob", {"idempotencyKey": "k", "email": "bob@example.org"})
    other = register(world, "bob", {"idempotencyKey": "k"})
    assert (other.status, other.error["code"]) == (409, "idempotency_conflict")
    again = register(world, "bob", {"idempotencyKey": "k", "email": "bob@example.org"})
    assert again.status == 201
    assert again.data["registeredAt"] == lost.data["registeredAt"]
    assert again.data["secret"] != lost.data["secret"]
    assert [is_let_in(world, "bob", each.data["secret"]) for each in (lost, again)] == [False, True]
    assert len(events_of(world, "player.registered")) == 1


def test_force_rotates_the_secret_with_a_test_key(world: TroubledGame) -> None:
    first = register(world, "bob", key="test_client")
    assert register(world, "bob", query="?force=false", key="test_client").status == 409
    second = register(world, "bob", {}, query="?force=true", key="test_client")
    assert (second.status, second.data["registeredAt"]) == (201, first.data["registeredAt"])
    assert second.data["secret"] != first.data["secret"]
    headers = [{"X-Player-Secret": each.data["secret"]} for each in (first, second)]
    path, key = f"/sdk/v1{player('bob')}/friends", world.keys["test_client"]
    assert [world.backend.call("GET", path, token=key, headers=each).status for each in headers] == [401, 200]
    assert len(events_of(world, "player.registered")) == 1


def test_force_is_ignored_with_a_live_key(world: TroubledGame) -> None:
    first = register(world, "bob", query="?force=true")
    again = register(world, "bob", query="?force=true")
    assert (first.status, again.status, again.error["code"]) == (201, 409, "player_already_registered")
    kept = {"X-Player-Secret": first.data["secret"]}
    assert world.play("GET", f"{player('bob')}/friends", headers=kept).status == 200
    assert register(world, "alice", query="?force=maybe").fields == ["force"]


def test_environments_have_players_of_their_own(world: TroubledGame) -> None:
    ids = {register(world, "bob", key=key).data["playerId"] for key in ("client_sdk", "test_client")}
    assert len(ids) == 2


def test_a_banned_player_gets_no_secret(world: TroubledGame) -> None:
    world.serve("POST", f"{player('alice')}/ban", {"reason": "cheating"})
    answer = register(world, "alice")
    assert (answer.status, answer.error["code"]) == (403, "player_banned")


def test_the_id_of_a_merged_guest_is_a_new_player_s(world: TroubledGame) -> None:
    world.alias("guest", "alice")
    [hit] = world.get(f"{world.game}/players?query=guest").data["players"]
    assert (hit["match"], hit["externalPlayerId"]) == ("merged", "alice")
    answer = register(world, "guest")
    assert answer.status == 201
    [hit] = world.get(f"{world.game}/players?query=guest").data["players"]
    assert (hit["match"], hit["externalPlayerId"]) == ("external_id", "guest")


@pytest.mark.parametrize("email", ["", "a", "no-at", "two@@signs", "a b@c", "@c", "x@" + "y" * 253, 7])
def test_an_invalid_email_is_refused(still: TroubledGame, email: object) -> None:
    assert register(still, "nobody", {"email": email}).fields == ["email"]


def test_every_valid_id_can_be_registered(world: TroubledGame) -> None:
    secrets = {who: register(world, who).data["secret"] for who in TRICKY}
    assert len(set(secrets.values())) == len(TRICKY)
    for who, secret in secrets.items():
        assert is_let_in(world, who, secret), who
    assert not is_let_in(world, "a/b", secrets["a%2Fb"])
