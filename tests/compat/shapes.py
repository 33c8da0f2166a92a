"""The published fields of answers and their kinds (kraty-api 5), written as SDKs declare them.

`s` text, `i` whole number, `n` number, `b` true or false, `o` object, `a` list, `t` moment, `x` anything; `?` or null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Shape = str | Mapping[str, Any]
"""Fields as words, `id:s name:x`; or fields with the shapes in them, where `""` names the words of the object itself.
A list of one shape is a list of such; a shape in a tuple may be null."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

ATTEMPT = (
    "id:s eventId:s eventWindowId:s leaderboardId:s playerId:s startedAt:t endsAt:t completedAt:t? metrics:o "
    "metricsRaw:o score:n status:s"
)
GRANT = (
    "id:s kind:s contents:o sourceKind:s sourceRefId:s? parentGrantId:s? status:s rolledAt:t? claimedAt:t? "
    "expiresAt:t? createdAt:t"
)
ITEM_HELD = "itemKey:s quantity:i metadata:o createdAt:t updatedAt:t"
BALANCE = "economyKey:s balance:i metadata:o createdAt:t updatedAt:t"
ITEM_CHANGED = "itemKey:s quantity:i applied:b"
BALANCE_CHANGED = "economyKey:s balance:i applied:b"
LOBBY = (
    "id:s eventId:s eventWindowId:s leaderboardId:s? mode:s status:s capacity:i fillBy:t? participantCount:i "
    "botSlots:i startedAt:t? endsAt:t?"
)
KEY = "id:s prefix:s permissionSet:s environment:s studioId:s gameId:s?"
SUMMARY = "attemptCount:i attemptsCompleted:i attemptsExpired:i grantsPending:i grantsClaimed:i lobbiesActive:i"
SNAPSHOT = {
    "": "attempts:a grants:a lobbies:a",
    "player": "id:s externalPlayerId:s studioId:s gameId:s createdAt:t updatedAt:t firstSeenAt:t lastSeenAt:t "
    "lastContextSnapshot:o?",
    "inventory": [ITEM_HELD],
    "wallet": [BALANCE],
    "recentGrants": [GRANT],
    "summary": SUMMARY,
}
EXPORT = {
    "": "schemaVersion:i exportedAt:t attempts:a grants:a inventory:a wallet:a",
    "player": "id:s externalPlayerId:s studioId:s gameId:s firstSeenAt:t lastSeenAt:t lastContextSnapshot:o? "
    "registeredAt:t? secretRotatedAt:t? deletedAt:t?",
    "lobbies": ["id:s eventId:s status:s createdAt:t"],
}
MERGED = {
    "": "fromPlayerId:s fromExternalPlayerId:s toPlayerId:s toExternalPlayerId:s anonymizedExternalPlayerId:s? "
    "mergedAt:t status:s",
    "counts": "attemptsReassigned:i grantsReassigned:i itemsMerged:i itemLedgerRowsMoved:i walletsMerged:i "
    "walletLedgerRowsMoved:i lobbiesTouched:i leaderboardsScrubbed:i",
}
DELETED = (
    "playerId:s? externalPlayerId:s anonymizedExternalId:s? deletedAt:t attemptsAnonymized:i lobbiesAnonymized:i "
    "leaderboardsScrubbed:i status:s"
)
BANNED = "playerId:s externalPlayerId:s bannedAt:t reason:s applied:b"
UNBANNED = "playerId:s externalPlayerId:s unbannedAt:t applied:b"
MIGRATED = {"": "applied:i skipped:i failed:i failures:a"}
SCORED = "leaderboardId:s score:n rank:i?"
PROGRESSED = {"attempt": ATTEMPT, "milestonesFired": [{"": "key:s", "grants": [GRANT]}]}
FINISHED = {"": "outcome:s", "attempt": ATTEMPT}
STARTED = {"": "leaderboardId:s windowEndsAt:t", "attempt": ATTEMPT}

NAMED = "name:s avatar:s? country:s?"
IDENTITIES = {"displayIdentity": (NAMED,), "anonymizedIdentity": (NAMED,)}
IDENTITY_SET = {"": "externalPlayerId:s", **IDENTITIES}
REGISTERED = {"": "playerId:s externalPlayerId:s secret:s secretPrefix:s registeredAt:t country:s?", **IDENTITIES}
METADATA = "externalPlayerId:s metadata:o"
PRESENCE = "online:b lastActiveAt:t? status:s?"
SOMEBODY = {"": "externalPlayerId:s", "displayIdentity": (NAMED,)}
FRIEND = {**SOMEBODY, "": "externalPlayerId:s friendsSince:t online:b lastActiveAt:t? status:s?"}
REQUEST = {"": "requestId:s direction:s createdAt:t", "player": SOMEBODY}
REQUESTS = {"incoming": [REQUEST], "outgoing": [REQUEST]}
BLOCKED = {**SOMEBODY, "": "externalPlayerId:s blockedAt:t"}
GIFT = {
    "": "giftId:s grantId:s direction:s type:s resourceKey:s amount:i message:s? status:s sentAt:t claimedAt:t? "
    "expiresAt:t?",
    "player": SOMEBODY,
}
GIFTS = {
    "": "enabled:b cooldownSeconds:i dailySendLimit:i? sentToday:i",
    "resources": ["type:s key:s name:x iconUrl:s? maxAmount:i costsSender:b"],
}
PURCHASE = (
    "purchaseId:s transactionId:s store:s productId:s productType:s? amountMinor:i currency:s normalizedAmountMinor:i "
    "normalizedCurrency:s fxRate:n validationStatus:s purchasedAt:t metadata:o deduplicated:b lifetimeAmountMinor:i "
    "purchaseCount:i"
)

TIME = "epochMs:i iso:t timezone:s offsetMinutes:i local:s"
CATALOG = {
    "items": ["key:s name:x iconUrl:s? description:x itemTypeKey:s tags:a rarity:s? attributes:o"],
    "currencies": ["key:s name:x iconUrl:s? description:x kind:s"],
}
PREVIEW = {"": "key:s name:x", "entries": ["type:s"]}
EVENT = {
    "": "eventKey:s name:x windowId:s startsAt:t endsAt:t leaderboardId:s? currentAttemptId:s? type:s "
    "leaderboardMode:s metrics:a entryRequirement:o? entryCost:o? metadata:o",
    "milestoneRewards": [{"": "key:s metricKey:s threshold:n", "entries": ["type:s"]}],
    "rewardPolicy": "type:s",
    "attemptQuota": "maxPerWindow:i? usedInWindow:i maxPerDay:i? usedToday:i remaining:i?",
}
OPENED = {"crate": GRANT, "contents": GRANT}
DERIVED = "economyKey:s previous:i current:i delta:i grantIds:a"
ADVANCED = {"": BALANCE_CHANGED, "derived": [DERIVED]}
ENTRY = "participantId:s kind:s name:s? score:n rank:i isSelf:b"
PLACE = ("rank:i score:n",)
EVENT_BOARD = {"": "leaderboardId:s mode:s finalized:b finalizedReason:s?", "entries": [ENTRY], "self": PLACE}
BOARD = {
    "": "key:s leaderboardId:s scope:s resetCadence:s scoreAggregation:s segment:s? period:t",
    "entries": [ENTRY],
    "self": PLACE,
}
STANDINGS = {
    "": "key:s leaderboardId:s scope:s resetCadence:s scoreAggregation:s period:t segmentsTruncated:b",
    "segments": [{"": "segment:s? participated:b selfRank:i?", "entries": [ENTRY]}],
}
PERIODS = {
    "": "key:s leaderboardId:s currentPeriodStartedAt:t",
    "periods": ["periodStartedAt:t periodEndedAt:t"],
}


def check(told: Any, shape: Any, where: str = "data") -> None:
    """Fail where a published field is missing, or of another kind than SDKs read."""
    if isinstance(shape, tuple):
        if told is not None:
            check(told, shape[0], where)
    elif isinstance(shape, list):
        assert isinstance(told, list), where
        for index, each in enumerate(told):
            check(each, shape[0], f"{where}[{index}]")
    elif isinstance(shape, str):
        assert isinstance(told, dict), where
        for name, kind in (word.split(":") for word in shape.split()):
            nullable = kind.endswith("?")
            assert name in told or (nullable and name in ("avatar", "country")), f"{where} has no {name}"
            fits = (nullable and told.get(name) is None) or _is(told.get(name), kind[0])
            assert fits, f"{where}.{name} is {told[name]!r}, not {kind}"
    else:
        assert isinstance(told, dict), where
        for name, inner in shape.items():
            assert not name or name in told, f"{where} has no {name}"
            check(told[name] if name else told, inner, f"{where}.{name}" if name else where)


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "s":
            return isinstance(value, str)
        case "i":
            return type(value) is int
        case "n":
            return type(value) in (int, float)
        case "b":
            return isinstance(value, bool)
        case "o":
            return isinstance(value, dict)
        case "a":
            return isinstance(value, list)
        case "t":
            return isinstance(value, str) and _MOMENT.fullmatch(value) is not None
        case _:
            return True
