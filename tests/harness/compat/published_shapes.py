"""The published fields of answers and their kinds (contract/README.md), written as SDKs declare them.

`s` text, `i` whole number, `n` number, `b` true or false, `o` object, `a` list, `t` moment, `x` anything; `?` or null.
`name?` may be left out, and is not null where it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

Shape = str | Mapping[str, Any]
"""Fields as words, `id:s name:x`; or fields with the shapes in them, where `""` names the words of the object itself.
A list of one shape is a list of such; a shape in a tuple may be null."""

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
SYNTHETIC = "name:s avatar:s?"
"""The older form of an identity."""
IDENTITIES = {"displayIdentity": (NAMED,), "anonymizedIdentity": (NAMED,)}
IDENTITY_SET = {"": "externalPlayerId:s", **IDENTITIES}
REGISTERED = {
    "": "playerId:s externalPlayerId:s secret:s secretPrefix:s registeredAt:t createdAt:t country:s?",
    **IDENTITIES,
}
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
ENTRY = {
    "": "participantId:s kind:s name:s? avatar:s? country:s? anonymizedName:s? anonymizedAvatar:s? score:n rank:i "
    "isSelf:b progression?:o player?:o"
}
PLACE = ("rank:i score:n",)
EVENT_BOARD = {
    "": "leaderboardId:s mode:s finalized:b finalizedReason:s? joined?:b progression?:o",
    "entries": [ENTRY],
    "self": PLACE,
}
BOARD = {
    "": "key:s leaderboardId:s scope:s resetCadence:s scoreAggregation:s segment:s? period:t joined?:b progression?:o",
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


def schema(shape: Any) -> dict[str, Any]:
    """The shape as JSON Schema: every field is there and of its kind; fields beyond the published ones may be."""
    if isinstance(shape, tuple):
        return {"anyOf": [schema(shape[0]), {"type": "null"}]}
    if isinstance(shape, list):
        return {"type": "array", "items": schema(shape[0])}
    if isinstance(shape, str):
        shape = {"": shape}
    found: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for name, inner in shape.items():
        if not name and not isinstance(inner, str):
            _merge(found, schema(inner))
            continue
        fields = dict(word.split(":") for word in inner.split()) if not name else {name: inner}
        for each, kind in fields.items():
            key = each.removesuffix("?")
            found["properties"][key] = schema(kind) if name else _KINDS[kind]
            if key == each:
                found["required"].append(key)
    return found


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    into["properties"] |= more["properties"]
    into["required"] += more["required"]


_PLAIN: dict[str, dict[str, Any]] = {
    "s": {"type": "string"},
    "i": {"type": "integer"},
    "n": {"type": "number"},
    "b": {"type": "boolean"},
    "o": {"type": "object"},
    "a": {"type": "array"},
    "t": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
    "x": {},
}
_KINDS = _PLAIN | {f"{kind}?": {"anyOf": [how, {"type": "null"}]} for kind, how in _PLAIN.items()}


def check(told: Any, shape: Any, where: str = "data") -> None:
    """Fail where a published field is missing, null though it is never that, or of another kind than SDKs read."""
    key = repr(shape)
    if key not in _VALIDATORS:
        _VALIDATORS[key] = jsonschema_rs.validator_for(schema(shape))
    wrong = [f"{where}{''.join(f'[{part!r}]' for part in fault.instance_path)}: {fault.message}"
             for fault in _VALIDATORS[key].iter_errors(told)]  # fmt: skip
    assert not wrong, wrong


_VALIDATORS: dict[str, Any] = {}
