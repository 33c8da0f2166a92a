"""Broken players: what a backend sends of each, and what the diagnosis has to make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kraty_console.contract.catalog import Catalog
from kraty_console.contract.players import Snapshot
from kraty_console.domain.cautions import CautionRule
from kraty_console.domain.problems import Fault
from tests.harness.domain.snapshots import ago, snapshot

RETRY, FORCE, CLAIM, GRANT = "attempt.retry_roll", "attempt.force_complete", "grant.force_claim", "player.grant"
FAILED = {"status": "failed", "error": 'table "daily_gold" was archived', "at": ago(hours=1)}
NOT_ROLLED = {"status": "none"}
PLAYING: dict[str, Any] = {"status": "in_progress", "completedAt": None, "score": 320, "roll": NOT_ROLLED}
STUCK = {**PLAYING, "startedAt": ago(days=4), "lastProgressAt": ago(days=3)}
EXPIRED: dict[str, Any] = {"status": "expired", "completedAt": None, "score": 95, "roll": NOT_ROLLED}
BAN = {"ban": {"bannedAt": ago(days=1), "reason": "speed hack"}}
IN_REVIEW = {"ban": {"bannedAt": ago(days=1), "reason": "reported by 6 players, replays under review"}}


@dataclass(frozen=True)
class BrokenPlayer:
    """A player, and what is expected of the diagnosis."""

    name: str
    lists: dict[str, Any]
    """The fields of the snapshot, as `make` takes them."""
    faults: tuple[tuple[Fault, str], ...]
    """All faults with the ids of their rows, most urgent first."""
    action: str | None = None
    """The action of the next step, on the row of the first fault."""
    rules: frozenset[CautionRule] = frozenset()
    """What not to do: the rules of all cautions."""
    never: tuple[str, ...] = ()
    """Actions that no next step may offer."""
    says: tuple[str, ...] = ()
    """Words of the report."""
    make: Callable[..., Snapshot] = snapshot
    ticket: str = ""
    catalog: Catalog | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    """Fields of the snapshot that the console itself sets."""

    def snapshot(self) -> Snapshot:
        """The player as the console reads them."""
        read = self.make(**self.lists)
        return read.model_copy(update=self.changes) if self.changes else read


def broken(
    name: str,
    *faults: tuple[Fault, str],
    action: str | None = None,
    rules: tuple[CautionRule, ...] = (),
    **more: Any,
) -> BrokenPlayer:
    """A broken player; what is not known of a case goes into its lists."""
    known = {each: more.pop(each) for each in ("never", "says", "make", "ticket", "catalog", "changes") if each in more}
    return BrokenPlayer(name, more, faults, action, frozenset(rules), **known)


def audit(action: str, target: str, **fields: Any) -> dict[str, Any]:
    """An audit row, half an hour old, of maria."""
    kind = action.partition(".")[0]
    return {
        "id": f"audit-{action}-{target}-{fields.get('occurredAt', '')}",
        "occurredAt": ago(minutes=30),
        "actor": {"kind": "member", "id": "m1", "label": "maria@studio.example"},
        "action": action,
        "outcome": "ok",
        "target": {"kind": kind, "id": target},
        "reason": "checked",
        "ticket": "ZD-1",
        "metadata": {},
        **fields,
    }


def forced(attempt_id: str, **fields: Any) -> dict[str, Any]:
    """A force-complete."""
    return audit("attempt.force_complete", attempt_id, **fields)


def rolled(attempt_id: str, count: int, error: str = "", **fields: Any) -> dict[str, Any]:
    """A retry of the reward roll."""
    metadata = {"grantCount": count, **({"rollError": error} if error else {})}
    return audit("grant.retry_reward_roll", attempt_id, **{"metadata": metadata, **fields})


def claimed(grant_id: str, **fields: Any) -> dict[str, Any]:
    """A force-claim."""
    return audit("grant.manual_force_claim", grant_id, **fields)


def granted(grant_id: str = "g-hand", amount: int = 500, **fields: Any) -> dict[str, Any]:
    """A manual grant of gold."""
    entries = [{"type": "currency", "currencyKey": "gold", "amount": amount}]
    return audit("grant.manual_create", grant_id, **{"after": {"contents": {"entries": entries}}, **fields})


def credited(amount: int = 250, **fields: Any) -> dict[str, Any]:
    """A credit of gold."""
    return audit("wallet.credit", "gold", **{"metadata": {"economyKey": "gold", "amount": amount}, **fields})


def revoked(grant_id: str, **fields: Any) -> dict[str, Any]:
    """A revocation."""
    return audit("grant.revoke", grant_id, **{"reason": "duplicate of an order", **fields})


def banned(reason: str, **fields: Any) -> dict[str, Any]:
    """A ban."""
    return audit("player.ban", "p1", **{"reason": reason, **fields})
