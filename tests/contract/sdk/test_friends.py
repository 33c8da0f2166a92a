"""Friends, requests and blocks, as two games ask for them (contract/SDK.md#friends)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kraty_console.contract.friends import (
    Blocked,
    Blocks,
    FriendAccepted,
    FriendAsked,
    FriendCode,
    FriendRequests,
    Friends,
)
from tests.contract.test_matrix import NOT_THERE
from tests.harness.contract.acquaintances import ask, befriend, player
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import segment
from tests.harness.contract.troubled_game import TroubledGame

ALICE, ALICIA = player("alice"), player("alicia")
NAME = {"name": "Alice", "avatar": None, "country": None}


def do(world: TroubledGame, who: str, method: str, what: str, body: Any = None) -> Any:
    return world.play(method, f"{player(who)}/{what}", body, who=who)


def names(world: TroubledGame, who: str) -> list[str]:
    return [each["externalPlayerId"] for each in do(world, who, "GET", "friends").data["friends"]]


def open_requests(world: TroubledGame, who: str) -> tuple[list[str], list[str]]:
    data = do(world, who, "GET", "friends/requests").data
    exactly(FriendRequests, data)
    incoming, outgoing = ([each["requestId"] for each in data[way]] for way in ("incoming", "outgoing"))
    return incoming, outgoing


def test_a_friend_request_is_sent_listed_and_accepted(world: TroubledGame) -> None:
    world.secret("alicia")
    body = {"externalPlayerId": "alicia", "idempotencyKey": "k"}
    asked = do(world, "alice", "POST", "friends/requests", body)
    request = asked.data["request"]
    exactly(FriendAsked, asked.data)
    assert (asked.status, asked.data["status"], request["direction"]) == (201, "pending", "outgoing")
    assert request["player"]["externalPlayerId"] == "alicia"
    assert open_requests(world, "alice") == ([], [request["requestId"]])
    [incoming] = do(world, "alicia", "GET", "friends/requests").data["incoming"]
    assert incoming == {
        **request,
        "direction": "incoming",
        "player": {"externalPlayerId": "alice", "displayIdentity": NAME},
    }
    replay = do(world, "alice", "POST", "friends/requests", body)
    assert (replay.status, replay.data, replay.headers["idempotent-replayed"]) == (200, asked.data, "true")
    other_key = do(world, "alice", "POST", "friends/requests", {**body, "idempotencyKey": "k2"})
    assert (other_key.status, other_key.data) == (200, asked.data)
    accept = f"friends/requests/{request['requestId']}/accept"
    accepted = do(world, "alicia", "POST", accept, {"idempotencyKey": "k"})
    exactly(FriendAccepted, accepted.data)
    assert accepted.data["friend"] == {
        "externalPlayerId": "alice",
        "displayIdentity": NAME,
        "friendsSince": request["createdAt"],
        "online": False,
        "lastActiveAt": None,
        "status": None,
    }
    assert do(world, "alicia", "POST", accept, {"idempotencyKey": "k"}).data == accepted.data
    assert do(world, "alicia", "POST", accept).status == 404
    listed = do(world, "alicia", "GET", "friends")
    exactly(Friends, listed.data)
    assert listed.data["friends"] == [accepted.data["friend"]]
    assert names(world, "alice") == ["alicia"]
    assert open_requests(world, "alice") == open_requests(world, "alicia") == ([], [])
    again = do(world, "alice", "POST", "friends/requests", {"externalPlayerId": "alicia"})
    assert (again.status, again.error["code"]) == (409, "already_friends")


def test_mutual_requests_make_a_friendship(world: TroubledGame) -> None:
    ask(world, "alice", "alicia")
    answer = do(world, "alicia", "POST", "friends/requests", {"externalPlayerId": "alice"})
    exactly(FriendAsked, answer.data)
    assert (answer.status, answer.data["status"]) == (201, "accepted")
    assert answer.data["friend"]["externalPlayerId"] == "alice"
    assert (names(world, "alice"), names(world, "alicia")) == (["alicia"], ["alice"])
    assert open_requests(world, "alice") == ([], [])


def test_concurrent_mutual_requests_make_one_friendship(world: TroubledGame) -> None:
    pairs = [(f"left-{number}", f"right-{number}") for number in range(4)]
    for each in (name for pair in pairs for name in pair):
        world.secret(each)

    def asks(pair: tuple[str, str]) -> tuple[int, str]:
        answer = do(world, pair[0], "POST", "friends/requests", {"externalPlayerId": pair[1]})
        return answer.status, answer.data["status"]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(asks, [way for pair in pairs for way in (pair, pair[::-1])]))
    assert sorted(answers) == [(201, "accepted")] * 4 + [(201, "pending")] * 4
    for left, right in pairs:
        assert (names(world, left), names(world, right)) == ([right], [left])
        assert open_requests(world, left) == open_requests(world, right) == ([], [])


def test_a_friend_code_finds_its_player(world: TroubledGame) -> None:
    answer = do(world, "alice", "GET", "friend-code")
    exactly(FriendCode, answer.data)
    code = answer.data["friendCode"]
    assert answer.data == {"friendCode": code, "displayIdentity": NAME}
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{6}", code)
    assert do(world, "alice", "GET", "friend-code").data == answer.data
    assert do(world, "alicia", "GET", "friend-code").data["friendCode"] != code
    asked = do(world, "alicia", "POST", "friends/requests", {"friendCode": f" {code.lower()} "})
    assert asked.data["request"]["player"]["externalPlayerId"] == "alice"
    wrong = do(world, "alicia", "POST", "friends/requests", {"friendCode": "000000"})
    assert (wrong.status, wrong.error["code"]) == (404, "friend_code_invalid")
    own = do(world, "alice", "POST", "friends/requests", {"friendCode": code})
    assert (own.status, own.error["code"]) == (400, "cannot_friend_self")


@pytest.mark.parametrize(
    "body", [None, {}, {"friendCode": "ABCDEF", "externalPlayerId": "alicia"}, {"friendCode": None}]
)
def test_another_player_is_named_in_one_way(still: TroubledGame, body: object) -> None:
    for what in ("friends/requests", "blocks"):
        assert do(still, "alice", "POST", what, body).fields == ["body"]


def test_requests_to_missing_players_or_oneself_are_refused(still: TroubledGame) -> None:
    for other, status, code in (("ghost", 404, "not_found"), ("alice", 400, "cannot_friend_self")):
        answer = do(still, "alice", "POST", "friends/requests", {"externalPlayerId": other})
        assert (answer.status, answer.error["code"]) == (status, code)
    for what in ("accept", "decline"):
        for name in (NOT_THERE, "x", "..%2F.."):
            assert do(still, "alice", "POST", f"friends/requests/{name}/{what}").status == 404
    assert do(still, "alice", "DELETE", "friends/ghost").status == 404
    assert do(still, "alice", "DELETE", "friends/alicia").data == {"removed": False}
    assert do(still, "alice", "DELETE", f"friends/requests/{NOT_THERE}").data == {"cancelled": False}


def test_only_the_receiver_answers_and_only_the_sender_cancels(world: TroubledGame) -> None:
    request = f"friends/requests/{ask(world, 'alice', 'alicia')}"
    for who, method, what in (
        ("alice", "POST", f"{request}/accept"),
        ("alice", "POST", f"{request}/decline"),
        ("carol", "POST", f"{request}/accept"),
    ):
        assert do(world, who, method, what).status == 404
    assert do(world, "alicia", "DELETE", request).data == {"cancelled": False}
    assert do(world, "alice", "DELETE", request).data == {"cancelled": True}
    assert do(world, "alice", "DELETE", request).data == {"cancelled": False}
    assert do(world, "alicia", "POST", f"{request}/accept").status == 404


def test_a_declined_request_can_be_sent_again(world: TroubledGame) -> None:
    first = ask(world, "alice", "alicia")
    declined = do(world, "alicia", "POST", f"friends/requests/{first}/decline", {"idempotencyKey": "k"})
    assert (declined.status, declined.data) == (200, {"declined": True})
    assert do(world, "alicia", "POST", f"friends/requests/{first}/decline", {"idempotencyKey": "k"}).status == 200
    assert open_requests(world, "alice") == ([], [])
    assert ask(world, "alice", "alicia") != first


def test_either_ends_a_friendship_for_both(world: TroubledGame) -> None:
    befriend(world, "alice", "alicia")
    assert do(world, "alicia", "DELETE", "friends/alice").data == {"removed": True}
    assert do(world, "alicia", "DELETE", "friends/alice").data == {"removed": False}
    assert names(world, "alice") == names(world, "alicia") == []


def test_a_block_ends_everything_between_two(world: TroubledGame) -> None:
    befriend(world, "alice", "alicia")
    ask(world, "carol", "alice")
    for whom in ("alicia", "carol"):
        blocked = do(world, "alice", "POST", "blocks", {"externalPlayerId": whom, "idempotencyKey": whom})
        exactly(Blocked, blocked.data)
        assert (blocked.status, blocked.data["blocked"]["externalPlayerId"]) == (201, whom)
        replay = do(world, "alice", "POST", "blocks", {"externalPlayerId": whom, "idempotencyKey": whom})
        assert (replay.status, replay.data) == (200, blocked.data)
        assert do(world, "alice", "POST", "blocks", {"externalPlayerId": whom}).status == 200
    assert names(world, "alice") == names(world, "alicia") == []
    assert open_requests(world, "carol") == ([], [])
    listed = do(world, "alice", "GET", "blocks")
    exactly(Blocks, listed.data)
    assert {each["externalPlayerId"] for each in listed.data["blocked"]} == {"alicia", "carol"}
    assert do(world, "alicia", "GET", "blocks").data == {"blocked": []}
    for one, two in (("alice", "alicia"), ("alicia", "alice")):
        refused = do(world, one, "POST", "friends/requests", {"externalPlayerId": two})
        assert (refused.status, refused.error["code"]) == (403, "player_blocked")
    assert do(world, "alicia", "DELETE", "blocks/alice").data == {"unblocked": False}
    assert do(world, "alice", "DELETE", "blocks/alicia").data == {"unblocked": True}
    assert do(world, "alice", "DELETE", "blocks/alicia").data == {"unblocked": False}
    assert do(world, "alice", "DELETE", "blocks/ghost").status == 404
    ask(world, "alice", "alicia")
    own = do(world, "alice", "POST", "blocks", {"externalPlayerId": "alice"})
    assert (own.status, own.error["code"]) == (400, "validation_failed")


def test_a_friend_of_any_id_is_that_friend(world: TroubledGame) -> None:
    ids = ["..", "a/b", "a%2Fb", "%", "accept", "requests", "gifts"]
    for who in ids:
        befriend(world, "alice", who)
    assert set(names(world, "alice")) == set(ids)
    for who in ids:
        assert do(world, "alice", "DELETE", f"friends/{segment(who)}").data == {"removed": True}, who
        assert names(world, who) == []
    for who in ids:
        assert do(world, "alice", "POST", "blocks", {"externalPlayerId": who}).status == 201
        assert do(world, "alice", "DELETE", f"blocks/{segment(who)}").data == {"unblocked": True}, who
    assert names(world, "alice") == []
