"""Players for tests, written as a backend would send them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kraty_console.contract.catalog import Catalog
from kraty_console.contract.players import Snapshot
from kraty_console.contract.wire import iso

LISTS = (
    "attempts",
    "grants",
    "lobbies",
    "inventory",
    "wallet",
    "walletLedger",
    "itemLedger",
    "audit",
)
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def ago(*, days: float = 0, hours: float = 0, minutes: float = 0) -> str:
    """A moment before `NOW`, as the wire writes it; negative spans are ahead."""
    return iso(NOW - timedelta(days=days, hours=hours, minutes=minutes))


def attempt(**fields: Any) -> dict[str, Any]:
    """By default a completed attempt at daily_race with its grant claimed."""
    return {
        "id": "0197aaaa-0000-7000-8000-00000000a001",
        "eventKey": "daily_race",
        "status": "completed",
        "score": 1840,
        "target": 1500,
        "startedAt": ago(hours=2),
        "completedAt": ago(hours=1),
        "lastProgressAt": ago(hours=1),
        "windowEndsAt": ago(hours=-11),
        "rewardPolicy": "fixed_bundle",
        "grantIds": [],
        "roll": {"status": "rolled", "error": None, "at": ago(hours=1)},
        **fields,
    }


def grant(**fields: Any) -> dict[str, Any]:
    """A pending grant of 500 gold from the attempt above."""
    return {
        "id": "0197bbbb-0000-7000-8000-00000000b001",
        "kind": "reward",
        "contents": {"entries": [{"type": "currency", "currencyKey": "gold", "amount": 500}]},
        "sourceKind": "event_completion",
        "sourceRefId": "0197aaaa-0000-7000-8000-00000000a001",
        "status": "pending",
        "createdAt": ago(hours=1),
        "expiresAt": ago(days=-14),
        **fields,
    }


def _rows(said: object) -> list[Any]:
    return said if isinstance(said, list) else []


def snapshot(**fields: Any) -> Snapshot:
    """alice_42 with these lists, the others empty; `player` and `summary` are laid over the usual ones."""
    player = {
        "id": "0197cccc-0000-7000-8000-00000000c001",
        "externalPlayerId": "alice_42",
        "email": "alice@example.com",
        "displayIdentity": {"name": "Swift Otter"},
        "firstSeenAt": ago(days=8),
        "lastSeenAt": ago(minutes=4),
        "lastContextSnapshot": {"country": "PT", "level": 7},
        "ban": None,
        **fields.pop("player", {}),
    }
    attempts, grants = ([row for row in _rows(fields.get(name)) if row] for name in ("attempts", "grants"))
    summary = {
        "attemptCount": len(attempts),
        "attemptsCompleted": 0,
        "attemptsExpired": 0,
        "grantsPending": sum(each["status"] == "pending" for each in grants),
        "grantsClaimed": sum(each["status"] == "claimed" for each in grants),
        "lobbiesActive": 0,
        **fields.pop("summary", {}),
    }
    return Snapshot.model_validate({"player": player, "summary": summary, **{name: [] for name in LISTS}, **fields})


def published(**fields: Any) -> Snapshot:
    """alice_42 as the public shapes have her: no e-mail, ban, balances, items or audit rows
    (contract/README.md#snapshot)."""
    player = {"externalPlayerId": "alice_42", "firstSeenAt": ago(days=8), "lastSeenAt": ago(minutes=4)}
    lists = {name: fields.pop(name, []) for name in ("attempts", "grants", "lobbies")}
    summary = {"grantsPending": 0, "grantsClaimed": 0, "lobbiesActive": 0, **fields.pop("summary", {})}
    summary.setdefault("attemptCount", len(lists["attempts"]))
    return Snapshot.model_validate(
        {"player": {**player, **fields.pop("player", {})}, "summary": summary, **lists, **fields}
    )


def plain_attempt(**fields: Any) -> dict[str, Any]:
    """The attempt above without what is not published (contract/README.md#attempt)."""
    extras = ("eventKey", "target", "lastProgressAt", "windowEndsAt", "rewardPolicy", "grantIds", "roll")
    said = {name: value for name, value in attempt().items() if name not in extras}
    return {**said, "eventId": "0197eeee-0000-7000-8000-00000000e001", **fields}


BANNED = {"ban": {"bannedAt": ago(days=1), "reason": "speed hack"}}

CATALOG = Catalog.model_validate(
    {
        "currencies": [{"key": "gold"}, {"key": "gems"}],
        "items": [{"key": "potion"}, {"key": "legendary_box", "itemTypeKey": "crate"}],
    }
)
