"""The published calls of a studio's backend, one by one (contract/SERVER.md)."""

from __future__ import annotations

from typing import Final

from tests.compat import shapes, stage
from tests.compat.published import Call
from tests.compat.stage import GOLD

P: Final = "/server/v1/players/:p"
ATTEMPT: Final = f"{P}/events/:eventKey/attempts/:attemptId"

CALLS: Final = (
    Call("GET", P, shapes.SNAPSHOT, scene=stage.gold),
    Call("GET", f"{P}/export", shapes.EXPORT, scene=stage.lobby),
    Call("GET", f"{P}/friends", [shapes.FRIEND], scene=stage.friend, under="friends"),
    Call("GET", f"{P}/friends/requests", shapes.REQUESTS, scene=stage.asked),
    Call("GET", f"{P}/blocks", [shapes.BLOCKED], scene=stage.blocked, under="blocked"),
    Call("GET", f"{P}/spend", "lifetimeAmountMinor:i purchaseCount:i"),
    Call(
        "PUT",
        f"{P}/identity",
        {**shapes.IDENTITY_SET, "syntheticIdentity": shapes.SYNTHETIC},
        {"name": "Neo", "avatar": None},
        again="done",
    ),
    Call("PUT", f"{P}/metadata", shapes.METADATA, {"vip": True}, again="same"),
    Call("POST", f"{P}/delete", shapes.DELETED, {"reason": "gdpr_erasure"}, again="done"),
    Call("POST", f"{P}/ban", shapes.BANNED, {"reason": "cheating"}, again="done"),
    Call("POST", f"{P}/unban", shapes.UNBANNED, scene=stage.banned, again="done"),
    Call("POST", f"{P}/merge-into/:to", shapes.MERGED, scene=stage.another, again="done"),
    Call(
        "POST",
        f"{P}/grants",
        shapes.GRANT,
        {"entries": [GOLD], "kind": "reward", "sourceKind": "api", "sourceRefId": "receipt", "metadata": {"a": 1}},
        status=201,
        again="same",
        other={"entries": [{**GOLD, "amount": 6}]},
    ),
    Call("POST", f"{P}/grants/:grantId/ack", shapes.GRANT, {}, stage.grant, again="same"),
    Call(
        "POST",
        f"{P}/inventory/:itemKey/grant",
        shapes.ITEM_CHANGED,
        {"quantity": 1, "reason": "iap"},
        stage.sword,
        again="unapplied",
        other={"quantity": 2, "reason": "iap"},
    ),
    Call(
        "POST",
        f"{P}/inventory/:itemKey/revoke",
        shapes.ITEM_CHANGED,
        {"quantity": 1},
        stage.sword,
        again="unapplied",
        other={"quantity": 2},
    ),
    Call(
        "POST",
        f"{P}/wallet/:economyKey/credit",
        shapes.BALANCE_CHANGED,
        {"amount": 500, "reason": "iap", "sourceRefId": "receipt"},
        stage.gold,
        again="unapplied",
        other={"amount": 501, "reason": "iap", "sourceRefId": "receipt"},
    ),
    Call(
        "POST",
        f"{P}/wallet/:economyKey/debit",
        shapes.BALANCE_CHANGED,
        {"amount": 5},
        stage.gold,
        again="unapplied",
        other={"amount": 6},
    ),
    Call(
        "POST",
        "/server/v1/games/:gameId/events/:eventKey/lobbies",
        shapes.LOBBY,
        {"key": "match-7", "externalPlayerIds": ["ana", "never seen"], "capacity": 4, "fillBots": False},
        stage.arena,
        status=201,
        again="same",
    ),
    Call("GET", "/server/v1/games/:gameId/lobbies/:lobbyId", shapes.LOBBY, scene=stage.lobby),
    Call(
        "POST",
        "/server/v1/leaderboards/:key/score",
        shapes.SCORED,
        {"externalPlayerId": "alice", "value": 12.5},
        stage.board,
        again="same",
        other={"externalPlayerId": "alice", "value": 13},
    ),
    Call(
        "POST",
        f"{ATTEMPT}/progress",
        shapes.PROGRESSED,
        {"mode": "increment", "metricValue": 2},
        stage.attempt,
        again="same",
        other={"mode": "increment", "metricValue": 1},
    ),
    Call("POST", f"{ATTEMPT}/finish", shapes.FINISHED, scene=stage.attempt, again="same"),
    *(
        Call("POST", f"/server/v1/migrate/{what}", shapes.MIGRATED, {"rows": [row]}, again="done")
        for what, row in (
            ("players", {"externalPlayerId": "p_1", "idempotencyKey": "p_1", "contextSnapshot": None}),
            ("wallet", {"externalPlayerId": "p_1", "economyKey": "gold", "amount": 5, "idempotencyKey": "w"}),
            ("inventory", {"externalPlayerId": "p_1", "itemKey": "sword", "quantity": 1, "idempotencyKey": "i"}),
        )
    ),
)
