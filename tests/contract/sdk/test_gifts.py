"""Gifts between friends: what a game allows, what it costs, and how it is claimed (contract/SDK.md#gifts)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kraty_console.contract.gifts import GiftCatalog, Gifts, OneGift
from tests.contract.test_matrix import NOT_THERE
from tests.harness.contract.acquaintances import allow_gifts, befriend, events_of, player
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import HOUR, TroubledGame

GIFTS = f"{player('alice')}/friends/gifts"
GOLD = {"externalPlayerId": "bob", "type": "currency", "resourceKey": "gold", "amount": 5}
SWORD = {"externalPlayerId": "bob", "type": "item", "resourceKey": "sword", "amount": 1}


@pytest.fixture
def friends(world: TroubledGame) -> TroubledGame:
    """Alice and bob are friends in a game with gifts."""
    allow_gifts(world)
    befriend(world, "alice", "bob")
    return world


def send(world: TroubledGame, body: object, who: str = "alice") -> Any:
    return world.play("POST", f"{player(who)}/friends/gifts", body, who=who)


def gifts(world: TroubledGame, who: str, more: str = "") -> Any:
    answer = world.play("GET", f"{player(who)}/friends/gifts{more}", who=who)
    exactly(Gifts, answer.data)
    return answer.data["gifts"]


def claim(world: TroubledGame, gift_id: str, who: str = "bob") -> Any:
    return world.play("POST", f"{player(who)}/friends/gifts/{gift_id}/claim", who=who)


def balance(world: TroubledGame, who: str) -> int:
    wallet = world.get(world.player(who)).data["wallet"]
    return int(next((row["balance"] for row in wallet if row["economyKey"] == "gold"), 0))


def test_a_gift_waits_to_be_claimed_and_pays_out_then(friends: TroubledGame) -> None:
    events = len(events_of(friends, "grant.created"))
    body = {**GOLD, "message": f"  For you! {'x' * 200} ", "idempotencyKey": "k"}
    sent = send(friends, body)
    exactly(OneGift, sent.data)
    gift = sent.data["gift"]
    assert sent.status == 201
    assert (gift["direction"], gift["type"], gift["resourceKey"], gift["amount"]) == ("outgoing", "currency", "gold", 5)
    assert (gift["player"]["externalPlayerId"], gift["status"], gift["claimedAt"]) == ("bob", "pending", None)
    assert (gift["message"][:10], len(gift["message"])) == ("For you! x", 140)
    again = send(friends, body)
    assert (again.status, again.data, again.headers["idempotent-replayed"]) == (200, sent.data, "true")
    assert send(friends, {**body, "amount": 4}).error["code"] == "idempotency_conflict"
    [incoming] = gifts(friends, "bob")
    assert incoming == {**gift, "direction": "incoming", "player": incoming["player"]}
    assert incoming["player"]["externalPlayerId"] == "alice"
    [event] = events_of(friends, "grant.created")[events:]
    assert event["grant"]["id"] == gift["grantId"]
    assert (event["grant"]["sourceKind"], event["grant"]["sourceRefId"]) == ("gift", gift["giftId"])
    assert balance(friends, "bob") == 0
    claimed = claim(friends, gift["giftId"])
    exactly(OneGift, claimed.data)
    assert (claimed.status, claimed.data["gift"]["status"]) == (200, "claimed")
    assert claimed.data["gift"]["claimedAt"] is not None
    assert balance(friends, "bob") == 5
    assert claim(friends, gift["giftId"]).data == claimed.data
    assert balance(friends, "bob") == 5
    [sent_one] = gifts(friends, "alice", "/sent")
    assert (sent_one["status"], sent_one["direction"]) == ("claimed", "outgoing")
    assert gifts(friends, "bob", "?status=pending") == gifts(friends, "alice", "/sent?status=pending") == []
    assert gifts(friends, "alice") == gifts(friends, "bob", "/sent") == []


def test_claiming_the_grant_is_claiming_the_gift(friends: TroubledGame) -> None:
    gift = send(friends, GOLD).data["gift"]
    answer = friends.play("POST", f"{player('bob')}/grants/{gift['grantId']}/claim", {}, who="bob")
    assert answer.status == 200
    assert gifts(friends, "bob")[0]["status"] == "claimed"
    assert (claim(friends, gift["giftId"]).status, balance(friends, "bob")) == (200, 5)


def test_the_cost_of_a_gift_is_taken_from_the_sender(friends: TroubledGame) -> None:
    short = send(friends, SWORD)
    assert (short.status, short.error["code"]) == (409, "conflict")
    assert gifts(friends, "bob") == []
    friends.serve("POST", f"{player('alice')}/inventory/sword/grant", {"quantity": 3})
    gift = send(friends, {**SWORD, "amount": 2}).data["gift"]
    claim(friends, gift["giftId"])
    held = {who: friends.get(friends.player(who)).data["inventory"] for who in ("alice", "bob")}
    assert {who: [row["quantity"] for row in rows] for who, rows in held.items()} == {"alice": [1], "bob": [2]}
    ledger = friends.get(friends.player("alice")).data["itemLedger"]
    assert (ledger[0]["delta"], ledger[0]["reason"], ledger[0]["origin"]) == (-2, "gift", "client")


def test_the_catalog_lists_what_can_be_granted(friends: TroubledGame) -> None:
    allow_gifts(friends, cooldownSeconds=60, dailySendLimit=3)
    send(friends, GOLD)
    answer = friends.play("GET", f"{GIFTS}/catalog", who="alice")
    exactly(GiftCatalog, answer.data)
    common = {"iconUrl": None}
    gold = {"type": "currency", "key": "gold", "name": {"en": "Gold"}, "economyKind": "currency", "maxAmount": 10}
    sword = {"type": "item", "key": "sword", "name": "Sword", "rarity": "rare", "maxAmount": 2}
    assert answer.data == {
        "enabled": True,
        "cooldownSeconds": 60,
        "dailySendLimit": 3,
        "sentToday": 1,
        "resources": [{**common, **gold, "costsSender": False}, {**common, **sword, "costsSender": True}],
    }


def test_gifts_have_a_cooldown_per_friend_and_a_daily_limit(friends: TroubledGame) -> None:
    befriend(friends, "alice", "carol")
    befriend(friends, "alice", "dave")
    allow_gifts(friends, cooldownSeconds=60, dailySendLimit=2)
    assert send(friends, GOLD).status == 201
    early = send(friends, GOLD)
    assert (early.status, early.error["code"]) == (409, "conflict")
    until = early.error["details"]["giftCooldownUntil"]
    listed = friends.play("GET", f"{player('alice')}/friends", who="alice").data["friends"]
    assert {each["externalPlayerId"]: each.get("giftCooldownUntil") for each in listed} == {
        "bob": until,
        "carol": None,
        "dave": None,
    }
    assert send(friends, {**GOLD, "externalPlayerId": "carol"}).status == 201
    full = send(friends, {**GOLD, "externalPlayerId": "dave"})
    assert (full.status, full.error["details"]["dailySendLimit"]) == (409, 2)
    friends.backend.clock.ms += 60_000
    listed = friends.play("GET", f"{player('alice')}/friends", who="alice").data["friends"]
    assert not any("giftCooldownUntil" in each for each in listed)
    assert send(friends, GOLD).error["details"]["dailySendLimit"] == 2
    friends.backend.clock.ms += 24 * HOUR
    assert send(friends, GOLD).status == 201


def test_concurrent_gifts_respect_the_daily_limit(friends: TroubledGame) -> None:
    allow_gifts(friends, dailySendLimit=3)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: send(friends, GOLD).status, range(6)))
    assert sorted(answers) == [201, 201, 201, 409, 409, 409]


def test_an_unclaimed_gift_expires(friends: TroubledGame) -> None:
    gift = send(friends, GOLD).data["gift"]
    friends.backend.clock.ms += 15 * 24 * HOUR
    assert [each["status"] for each in gifts(friends, "bob")] == ["expired"]
    assert gifts(friends, "bob", "?status=pending") == []
    assert claim(friends, gift["giftId"]).status == 404


def test_only_friends_give_only_what_is_listed(friends: TroubledGame) -> None:
    befriend(friends, "alice", "carol")
    friends.play("POST", f"{player('carol')}/blocks", {"externalPlayerId": "alice"}, who="carol")
    for body, status, code in (
        ({**GOLD, "externalPlayerId": "alicia"}, 403, "forbidden"),
        ({**GOLD, "externalPlayerId": "carol"}, 403, "player_blocked"),
        ({**GOLD, "externalPlayerId": "alice"}, 400, "cannot_friend_self"),
        ({**GOLD, "externalPlayerId": "ghost"}, 404, "not_found"),
        ({**GOLD, "resourceKey": "box", "type": "item"}, 400, "invalid_metric"),
        ({**GOLD, "resourceKey": "old_coins", "amount": 1}, 400, "invalid_metric"),
        ({**GOLD, "resourceKey": "sword"}, 400, "invalid_metric"),
        ({**GOLD, "amount": 11}, 400, "validation_failed"),
        ({**GOLD, "amount": 0}, 400, "validation_failed"),
        ({**GOLD, "type": "crate"}, 400, "validation_failed"),
        ({**GOLD, "friendCode": "ABCDEF"}, 400, "validation_failed"),
    ):
        answer = send(friends, body)
        assert (answer.status, answer.error["code"]) == (status, code), body
    for name in (NOT_THERE, "x"):
        assert claim(friends, name).status == 404
    mine = send(friends, GOLD).data["gift"]["giftId"]
    assert claim(friends, mine, "alice").status == 404
    assert friends.play("GET", f"{GIFTS}?status=claimed", who="alice").fields == ["status"]
    assert friends.play("GET", f"{GIFTS}?limit=201", who="alice").fields == ["limit"]


def test_a_game_without_gifts_says_so(world: TroubledGame) -> None:
    befriend(world, "alice", "bob")
    for answer in (send(world, GOLD), world.play("GET", f"{GIFTS}/catalog", who="alice")):
        assert (answer.status, answer.error["code"]) == (403, "gifting_disabled")
    assert gifts(world, "alice") == []
