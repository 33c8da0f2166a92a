"""What a ticket needs: rows that have to change, and the actions that may change them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kraty_console.domain.actions import BAN, CREDIT, FORCE_CLAIM, FORCE_COMPLETE, MANUAL_GRANT, RETRY_ROLL, REVOKE

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, Snapshot

MERGED: Final = "player.merge"
UNBANNED: Final = "player.unban"
"""What the audit log calls actions that have no permission of their own (contract/README.md#audit-log)."""


class RepairKind(StrEnum):
    """Ways to repair the state of a player."""

    COMPLETE = "force-complete the attempt"
    ROLL = "retry the reward roll"
    CLAIM = "force-claim the grant"
    REVOKE = "revoke the grant"
    UNBAN = "lift the ban"
    CREDIT = "credit the wallet"
    MERGE = "merge the guest"


ACTIONS: Final[dict[RepairKind, frozenset[str]]] = {
    RepairKind.COMPLETE: frozenset({FORCE_COMPLETE.permission}),
    RepairKind.ROLL: frozenset({RETRY_ROLL.permission}),
    RepairKind.CLAIM: frozenset({FORCE_CLAIM.permission}),
    RepairKind.REVOKE: frozenset({REVOKE.permission}),
    RepairKind.UNBAN: frozenset({UNBANNED}),
    RepairKind.CREDIT: frozenset({CREDIT.permission, MANUAL_GRANT.permission}),
    RepairKind.MERGE: frozenset({MERGED}),
}
"""By kind: the actions of the audit log with which it may be done."""

PERMISSION: Final[dict[RepairKind, str]] = {
    RepairKind.COMPLETE: FORCE_COMPLETE.permission,
    RepairKind.ROLL: RETRY_ROLL.permission,
    RepairKind.CLAIM: FORCE_CLAIM.permission,
    RepairKind.REVOKE: REVOKE.permission,
    RepairKind.UNBAN: BAN.permission,
    RepairKind.CREDIT: CREDIT.permission,
}
"""By kind: the permission that it needs. A merge needs the server key, which the demo gives to administrators."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing to do, on the row that the player had before the session."""

    kind: RepairKind
    event: str = ""
    """Of the attempt."""
    status: str = ""
    """Of the attempt or grant, before."""
    holds: str = ""
    """The key of a currency, item or crate that the grant holds; any if empty."""
    score: float | None = None
    """The true final score that the ticket tells; any if None."""
    amount: int = 0
    """Of a credit in the currency `holds`."""
    into: str = ""
    """The external id of the account that a guest is merged into."""

    def target(self, before: Snapshot) -> str | None:
        """The id of the row to change, the newest that fits; None if the change is to the player, or if none fits."""
        if self.event:
            return next((each.id for each in before.attempts if self._fits_attempt(each)), None)
        if self.status:
            return next((each.id for each in before.grants if self._fits_grant(each)), None)
        return None

    def has_fault(self, before: Snapshot) -> bool:
        """Whether the player has what is to be repaired."""
        if self.kind is RepairKind.UNBAN:
            return before.player.ban is not None
        if self.kind is RepairKind.MERGE:
            return before.player.external_player_id != self.into
        return self.kind is RepairKind.CREDIT or self.target(before) is not None

    def is_done(self, before: Snapshot, after: Snapshot) -> bool:
        """Whether the fault is gone from the player's present state."""
        target = self.target(before)
        attempt = next((each for each in after.attempts if each.id == target), None)
        grant = next((each for each in after.grants if each.id == target), None)
        match self.kind:
            case RepairKind.COMPLETE:
                right_score = attempt is not None and self.score in (None, attempt.score)
                return attempt is not None and attempt.status == "force_completed" and right_score
            case RepairKind.ROLL:
                return attempt is not None and bool(attempt.grant_ids)
            case RepairKind.CLAIM:
                return grant is not None and grant.status == "claimed"
            case RepairKind.REVOKE:
                return grant is not None and grant.status == "revoked"
            case RepairKind.UNBAN:
                return "ban" in after.player.model_fields_set and after.player.ban is None
            case RepairKind.CREDIT:
                gained = _balance(after, self.holds) - _balance(before, self.holds)
                return gained >= self.amount or bool(self._given(before, after))
            case RepairKind.MERGE:
                return after.player.external_player_id == self.into

    def is_right(self, row: AuditRow, before: Snapshot, after: Snapshot) -> bool:
        """Whether a row of the audit log is this repair: the right action on the right row."""
        if row.action not in ACTIONS[self.kind] or row.target is None:
            return False
        match self.kind:
            case RepairKind.UNBAN | RepairKind.MERGE:
                return True
            case RepairKind.CREDIT:
                if row.action == MANUAL_GRANT.permission:
                    return row.target.id in self._given(before, after)
                return row.target.id == self.holds and (row.metadata or {}).get("amount") == self.amount
            case _:
                return row.target.id is not None and row.target.id == self.target(before)

    def brought(self, before: Snapshot, after: Snapshot) -> set[str]:
        """Grants that exist because of the repair."""
        if self.event:
            target = self.target(before)
            return {grant for each in after.attempts if each.id == target for grant in each.grant_ids or ()}
        return self._given(before, after) if self.kind is RepairKind.CREDIT else set()

    def _given(self, before: Snapshot, after: Snapshot) -> set[str]:
        """Manual grants since of what is due, and nothing else."""
        known = {each.id for each in before.grants}
        due = [{"type": "currency", "currencyKey": self.holds, "amount": self.amount}]
        return {
            each.id
            for each in after.grants
            if each.id not in known
            and each.source_kind == "admin"
            and each.status in ("pending", "claimed")
            and each.contents.get("entries") == due
        }

    def _fits_attempt(self, attempt: Attempt) -> bool:
        return attempt.event_key == self.event and attempt.status == self.status

    def _fits_grant(self, grant: Grant) -> bool:
        return grant.status == self.status and (not self.holds or self.holds in _keys_of(grant))


def _keys_of(grant: Grant) -> set[str]:
    rows = [grant.contents, *grant.contents.get("entries", ())]
    return {row[name] for row in rows for name in ("currencyKey", "itemKey", "crateItemKey") if name in row}


def _balance(snapshot: Snapshot, economy_key: str) -> float:
    return sum(each.balance or 0 for each in snapshot.wallet if each.economy_key == economy_key)
