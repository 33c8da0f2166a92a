"""The published calls of a game, one by one (contract/SDK.md)."""

from __future__ import annotations

from typing import Final

from tests.compat import shapes, stage
from tests.compat.published import Call
from tests.compat.stage import GOLD

P: Final = "/sdk/v1/players/:p"
ATTEMPT: Final = f"{P}/events/:eventKey/attempts/:attemptId"
EVENT_BOARD: Final = "/event-leaderboards/:leaderboardId"
BOARD: Final = "/leaderboards/:key"
FRIENDS: Final = f"{P}/friends"

CALLS: Final = (
    Call("GET", "/sdk/v1/time", shapes.TIME, query="?timezone=Europe%2FLisbon", key_only=True),
    Call("GET", "/sdk/v1/catalog", shapes.CATALOG, key_only=True),
    Call("GET", f"{P}/identity", shapes.IDENTITIES, key_only=True),
    Call("PUT", f"{P}/identity", shapes.IDENTITY_SET, {"name": "Zed", "avatar": None}, again="done"),
    Call("PUT", f"{P}/metadata", shapes.METADATA, {"vip": True, "nested": {"a": [1]}}, again="same"),
    Call("PATCH", f"{P}/metadata", shapes.METADATA, {"vip": False}, again="same"),
    Call("GET", f"{P}/events", [shapes.EVENT], key_only=True),
    Call(
        "POST",
        f"{P}/events/:eventKey/start",
        shapes.STARTED,
        {"playerContext": {"country": "PT"}},
        stage.sprint,
        status=201,
        again="same",
        other={"playerContext": {"country": "ES"}},
    ),
    Call(
        "POST",
        f"{ATTEMPT}/progress",
        shapes.PROGRESSED,
        {"mode": "set", "metricValue": 2.0, "metrics": None, "occurredAt": None},
        stage.attempt,
        again="same",
        other={"mode": "set", "metricValue": 1},
    ),
    Call("POST", f"{ATTEMPT}/finish", shapes.FINISHED, {}, stage.attempt, again="same"),
    Call("GET", f"{P}/pending-grants", [shapes.GRANT], scene=stage.grant, query="?limit=10"),
    Call(
        "POST",
        f"{P}/grants",
        shapes.GRANT,
        {"entries": [{**GOLD, "amount": 5.0}], "kind": "reward"},
        status=201,
        again="same",
        other={"entries": [{**GOLD, "amount": 6.0}]},
    ),
    Call("POST", f"{P}/grants/:grantId/claim", shapes.GRANT, {}, stage.grant, again="same"),
    Call("POST", f"{P}/crates/:grantId/open", shapes.OPENED, {}, stage.crate, again="same"),
    Call("GET", f"{P}/inventory", [shapes.ITEM_HELD], scene=stage.sword, under="items"),
    Call(
        "POST",
        f"{P}/inventory/:itemKey/consume",
        shapes.ITEM_CHANGED,
        {"quantity": 1, "reason": None},
        stage.sword,
        again="unapplied",
        other={"quantity": 2},
    ),
    Call("GET", f"{P}/wallet", [shapes.BALANCE], scene=stage.gold, under="wallet"),
    Call(
        "POST",
        f"{P}/wallet/:economyKey/debit",
        shapes.BALANCE_CHANGED,
        {"amount": 5, "reason": "shop"},
        stage.gold,
        again="unapplied",
        other={"amount": 6, "reason": "shop"},
    ),
    Call(
        "POST",
        f"{P}/wallet/:economyKey/progress",
        shapes.ADVANCED,
        {"amount": 150},
        stage.xp,
        again="unapplied",
        other={"amount": 151},
    ),
    Call(
        "POST",
        f"{P}/purchases",
        shapes.PURCHASE,
        {"transactionId": "t-1", "store": "app_store", "productId": "gems", "amountMinor": 499, "currency": "USD"},
        status=201,
        again="done",
    ),
    Call("GET", "/sdk/v1/lobbies/:lobbyId", shapes.LOBBY, scene=stage.lobby, key_only=True),
    Call(
        "GET",
        f"/sdk/v1{EVENT_BOARD}",
        shapes.EVENT_BOARD,
        scene=stage.board_of_event,
        query="?limit=50&progression=level%2Cxp&includeSelf=true&externalId=alice",
        key_only=True,
    ),
    Call(
        "POST", f"{P}{EVENT_BOARD}/join", shapes.EVENT_BOARD, {}, stage.board_of_event, query="?limit=5", again="same"
    ),
    Call(
        "GET",
        f"/sdk/v1{BOARD}",
        shapes.BOARD,
        scene=stage.scored,
        query="?limit=50&segment=EU&period=current&includeSelf=true&externalId=alice",
        key_only=True,
    ),
    Call(
        "GET",
        f"/sdk/v1{BOARD}/standings",
        shapes.STANDINGS,
        scene=stage.scored,
        query="?scope=mine&externalId=alice&limit=5&maxSegments=2",
        key_only=True,
    ),
    Call("GET", f"/sdk/v1{BOARD}/periods", shapes.PERIODS, scene=stage.scored, query="?limit=4", key_only=True),
    Call("POST", f"{P}{BOARD}/join", shapes.BOARD, {}, stage.board, query="?limit=3", again="same"),
    Call("POST", f"{P}{BOARD}/score", shapes.SCORED, {"value": 7.0}, stage.board, again="same", other={"value": 8.0}),
    Call("GET", f"{P}/friend-code", {"": "friendCode:s", "displayIdentity": (shapes.NAMED,)}),
    Call("POST", f"{P}/presence", shapes.PRESENCE, {"status": "in_match"}, again="done"),
    Call("GET", FRIENDS, [shapes.FRIEND], scene=stage.friend, query="?progression=level%2Cxp", under="friends"),
    Call(
        "GET",
        f"{FRIENDS}/search",
        [{**shapes.SOMEBODY, "": "externalPlayerId:s relationship:s"}],
        query="?q=Al+i&limit=5",
        under="results",
    ),
    Call(
        "GET",
        f"{FRIENDS}/suggestions",
        [{**shapes.SOMEBODY, "": "externalPlayerId:s online:b lastActiveAt:t? status:s?"}],
        query="?limit=25",
        under="suggestions",
    ),
    Call("GET", f"{FRIENDS}/requests", shapes.REQUESTS, scene=stage.asked),
    Call(
        "POST",
        f"{FRIENDS}/requests",
        {"": "status:s", "request": shapes.REQUEST},
        {"externalPlayerId": "alice"},
        status=201,
        again="same",
    ),
    Call("POST", f"{FRIENDS}/requests/:id/accept", {"friend": shapes.FRIEND}, {}, stage.asked),
    Call("POST", f"{FRIENDS}/requests/:id/decline", "declined:b", {}, stage.asked),
    Call("DELETE", f"{FRIENDS}/requests/:id", "cancelled:b", scene=stage.asks),
    Call("DELETE", f"{FRIENDS}/:id", "removed:b", scene=stage.friend),
    Call("GET", f"{P}/blocks", [shapes.BLOCKED], scene=stage.blocked, under="blocked"),
    Call(
        "POST", f"{P}/blocks", shapes.BLOCKED, {"externalPlayerId": "alicia"}, status=201, again="done", under="blocked"
    ),
    Call("DELETE", f"{P}/blocks/:id", "unblocked:b", scene=stage.blocked),
    Call("GET", f"{FRIENDS}/gifts/catalog", shapes.GIFTS),
    Call("GET", f"{FRIENDS}/gifts", [shapes.GIFT], scene=stage.gift, query="?status=pending&limit=5", under="gifts"),
    Call("GET", f"{FRIENDS}/gifts/sent", [shapes.GIFT], under="gifts"),
    Call("POST", f"{FRIENDS}/gifts/:giftId/claim", shapes.GIFT, None, stage.gift, again="same", under="gift"),
)
"""`ping`, `register`, giving and the streams have tests of their own."""
