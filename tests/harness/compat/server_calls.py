"""The published calls of a studio's backend, one by one (contract/SERVER.md)."""

from __future__ import annotations

from typing import Final

from tests.harness.compat import call_stage, published_shapes
from tests.harness.compat.call_stage import GOLD
from tests.harness.compat.published_calls import Call

P: Final = "/server/v1/players/:p"
ATTEMPT: Final = f"{P}/events/:eventKey/attempts/:attemptId"

CALLS: Final = (
    Call("GET", P, published_shapes.SNAPSHOT, scene=call_stage.gold),
    Call("GET", f"{P}/export", published_shapes.EXPORT, scene=call_stage.lobby),
    Call("GET", f"{P}/friends", [published_shapes.FRIEND], scene=call_stage.friend, under="friends"),
    Call("GET", f"{P}/friends/requests", published_shapes.REQUESTS, scene=call_stage.asked),
    Call("GET", f"{P}/blocks", [published_shapes.BLOCKED], scene=call_stage.blocked, under="blocked"),
    Call("GET", f"{P}/spend", "lifetimeAmountMinor:i purchaseCount:i"),
    Call(
        "PUT",
        f"{P}/identity",
        {**published_shapes.IDENTITY_SET, "syntheticIdentity": published_shapes.SYNTHETIC},
        {"name": "Neo", "avatar": None},
        again="done",
    ),
    Call("PUT", f"{P}/metadata", published_shapes.METADATA, {"vip": True}, again="same"),
    Call("POST", f"{P}/delete", published_shapes.DELETED, {"reason": "gdpr_erasure"}, again="done"),
    Call("POST", f"{P}/ban", published_shapes.BANNED, {"reason": "cheating"}, again="done"),
    Call("POST", f"{P}/unban", published_shapes.UNBANNED, scene=call_stage.banned, again="done"),
    Call("POST", f"{P}/merge-into/:to", published_shapes.MERGED, scene=call_stage.another, again="done"),
    Call(
        "POST",
        f"{P}/grants",
        published_shapes.GRANT,
        {"entries": [GOLD], "kind": "reward", "sourceKind": "api", "sourceRefId": "receipt", "metadata": {"a": 1}},
        status=201,
        again="same",
        other={"entries": [{**GOLD, "amount": 6}]},
    ),
    Call("POST", f"{P}/grants/:grantId/ack", published_shapes.GRANT, {}, call_stage.grant, again="same"),
    Call(
        "POST",
        f"{P}/inventory/:itemKey/grant",
        published_shapes.ITEM_CHANGED,
        {"quantity": 1, "reason": "iap"},
        call_stage.sword,
        again="unapplied",
        other={"quantity": 2, "reason": "iap"},
    ),
    Call(
        "POST",
        f"{P}/inventory/:itemKey/revoke",
        published_shapes.ITEM_CHANGED,
        {"quantity": 1},
        call_stage.sword,
        again="unapplied",
        other={"quantity": 2},
    ),
    Call(
        "POST",
        f"{P}/wallet/:economyKey/credit",
        published_shapes.BALANCE_CHANGED,
        {"amount": 500, "reason": "iap", "sourceRefId": "receipt"},
        call_stage.gold,
        again="unapplied",
        other={"amount": 501, "reason": "iap", "sourceRefId": "receipt"},
    ),
    Call(
        "POST",
        f"{P}/wallet/:economyKey/debit",
        published_shapes.BALANCE_CHANGED,
        {"amount": 5},
        call_stage.gold,
        again="unapplied",
        other={"amount": 6},
    ),
    Call(
        "POST",
        "/server/v1/games/:gameId/events/:eventKey/lobbies",
        published_shapes.LOBBY,
        {"key": "match-7", "externalPlayerIds": ["ana", "never seen"], "capacity": 4, "fillBots": False},
        call_stage.arena,
        status=201,
        again="same",
    ),
    Call("GET", "/server/v1/games/:gameId/lobbies/:lobbyId", published_shapes.LOBBY, scene=call_stage.lobby),
    Call(
        "POST",
        "/server/v1/leaderboards/:key/score",
        published_shapes.SCORED,
        {"externalPlayerId": "alice", "value": 12.5},
        call_stage.board,
        again="same",
        other={"externalPlayerId": "alice", "value": 13},
    ),
    Call(
        "POST",
        f"{ATTEMPT}/progress",
        published_shapes.PROGRESSED,
        {"mode": "increment", "metricValue": 2},
        call_stage.attempt,
        again="same",
        other={"mode": "increment", "metricValue": 1},
    ),
    Call("POST", f"{ATTEMPT}/finish", published_shapes.FINISHED, scene=call_stage.attempt, again="same"),
    *(
        Call("POST", f"/server/v1/migrate/{what}", published_shapes.MIGRATED, {"rows": [row]}, again="done")
        for what, row in (
            ("players", {"externalPlayerId": "p_1", "idempotencyKey": "p_1", "contextSnapshot": None}),
            ("wallet", {"externalPlayerId": "p_1", "economyKey": "gold", "amount": 5, "idempotencyKey": "w"}),
            ("inventory", {"externalPlayerId": "p_1", "itemKey": "sword", "quantity": 1, "idempotencyKey": "i"}),
        )
    ),
)
