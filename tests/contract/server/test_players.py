"""A player as the studio's backend writes and reads them (contract/SERVER.md#players)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.friends import Blocks, FriendRequests, Friends
from kraty_console.contract.sdk import PlayerMetadata
from kraty_console.contract.server import EmailSet, IdentitySet, PlayerBanned, PlayerUnbanned
from tests.harness.contract.acquaintances import ask, befriend, events_of, player
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import TroubledGame

ALICE = player("alice")
NOW = "2026-05-28T20:26:40.000Z"


def test_a_name_answers_in_both_published_forms(world: TroubledGame) -> None:
    answer = world.serve("PUT", f"{ALICE}/identity", {"name": "Ana", "avatar": "a.png", "idempotencyKey": "k"})
    exactly(IdentitySet, answer.data)
    assert answer.status == 200
    assert answer.data["externalPlayerId"] == "alice"
    assert answer.data["syntheticIdentity"] == {"name": "Ana", "avatar": "a.png"}
    assert answer.data["displayIdentity"] == {"name": "Ana", "avatar": "a.png", "country": None}
    assert answer.data["anonymizedIdentity"]["name"] not in ("Ana", "Alice")
    again = world.serve("PUT", f"{ALICE}/identity", {"name": "Ana", "avatar": "a.png", "idempotencyKey": "k"})
    assert (again.data, again.headers["idempotent-replayed"]) == (answer.data, "true")
    plain = world.serve("PUT", f"{ALICE}/identity", {"name": "Ana", "avatar": None})
    assert plain.data["syntheticIdentity"] == {"name": "Ana", "avatar": None}
    assert world.serve("PUT", f"{ALICE}/identity", {"avatar": "x"}).fields == ["name"]


def test_metadata_is_replaced_and_merged(world: TroubledGame) -> None:
    first = world.serve("PUT", f"{ALICE}/metadata", {"vip": True, "idempotencyKey": "k"})
    exactly(PlayerMetadata, first.data)
    merged = world.serve("PATCH", f"{ALICE}/metadata", {"cohort": "b", "idempotencyKey": "k2"})
    assert merged.data == {"externalPlayerId": "alice", "metadata": {"vip": True, "cohort": "b"}}


def test_the_e_mail_is_what_support_finds_a_player_by(world: TroubledGame) -> None:
    def found(query: str) -> list[str]:
        hits = world.get(f"{world.game}/players?query={query}").data["players"]
        return [hit["externalPlayerId"] for hit in hits if hit["match"] == "email"]

    answer = world.serve("PUT", f"{ALICE}/email", {"email": "New.Name@Example.org", "idempotencyKey": "k"})
    exactly(EmailSet, answer.data)
    assert answer.data == {"externalPlayerId": "alice", "email": "New.Name@Example.org"}
    assert found("new.name@example.ORG") == ["alice"]
    assert world.serve("PUT", f"{ALICE}/email", {"email": None}).data["email"] is None
    assert found("new.name@example.org") == []
    assert world.serve("PUT", f"{ALICE}/email", {}).fields == ["email"]
    assert world.serve("PUT", f"{ALICE}/email", {"email": "nobody"}).fields == ["email"]


def test_a_ban_fires_one_event_and_can_be_lifted(world: TroubledGame) -> None:
    def ban(**body: Any) -> Any:
        return world.serve("POST", f"{ALICE}/ban", body)

    first = ban(reason="cheating", idempotencyKey="k")
    exactly(PlayerBanned, first.data)
    assert (first.status, first.data["applied"], first.data["reason"]) == (200, True, "cheating")
    assert (first.data["externalPlayerId"], first.data["bannedAt"]) == ("alice", NOW)
    assert ban(reason="cheating", idempotencyKey="k").data == first.data
    world.backend.clock.ms += 1000
    second = ban(reason="and lying")
    assert second.data == {**first.data, "reason": "and lying", "applied": False}
    [event] = events_of(world, "player.banned")
    assert (event["reason"], event["externalPlayerId"]) == ("cheating", "alice")
    assert world.get(world.player("alice")).data["player"]["ban"] == {"bannedAt": NOW, "reason": "and lying"}
    for body, field in (({}, "reason"), ({"reason": ""}, "reason"), ({"reason": 7}, "reason")):
        assert ban(**body).fields == [field]
    lifted = world.serve("POST", f"{ALICE}/unban")
    exactly(PlayerUnbanned, lifted.data)
    assert (lifted.status, lifted.data["applied"]) == (200, True)
    assert world.serve("POST", f"{ALICE}/unban", {"idempotencyKey": "u"}).data["applied"] is False
    rows = world.audit_rows(player="alice", action="player.ban")
    assert [row["reason"] for row in rows] == ["and lying", "cheating"]
    assert rows[0]["actor"]["label"].startswith("api_key:")


def test_friends_requests_and_blocks_are_read(world: TroubledGame) -> None:
    befriend(world, "alice", "bob")
    request = ask(world, "carol", "alice")
    world.play("POST", f"{ALICE}/blocks", {"externalPlayerId": "alicia"}, who="alice")
    friends = world.serve("GET", f"{ALICE}/friends")
    exactly(Friends, friends.data)
    assert [each["externalPlayerId"] for each in friends.data["friends"]] == ["bob"]
    requests = world.serve("GET", f"{ALICE}/friends/requests")
    exactly(FriendRequests, requests.data)
    assert [each["requestId"] for each in requests.data["incoming"]] == [request]
    blocks = world.serve("GET", f"{ALICE}/blocks")
    exactly(Blocks, blocks.data)
    assert [each["externalPlayerId"] for each in blocks.data["blocked"]] == ["alicia"]
    assert world.serve("GET", f"{player('alicia')}/blocks").data == {"blocked": []}


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("PUT", "identity", {"name": "Ghost"}),
        ("PUT", "metadata", {}),
        ("PATCH", "metadata", {}),
        ("PUT", "email", {"email": "ghost@example.org"}),
        ("POST", "ban", {"reason": "cheating"}),
        ("POST", "unban", {}),
        ("GET", "friends", None),
        ("GET", "friends/requests", None),
        ("GET", "blocks", None),
    ],
)
def test_a_player_who_is_not_there_is_404(still: TroubledGame, method: str, what: str, body: Any) -> None:
    before = still.backend.counts()
    answer = still.serve(method, f"{player('ghost')}/{what}", body)
    assert (answer.status, answer.error["message"]) == (404, "Player 'ghost' not found")
    other = still.backend.call(method, f"/server/v1{ALICE}/{what}", token=still.keys["other"], body=body)
    assert other.status == 404
    assert still.backend.counts() == before
