"""Links grants to attempts, from the backend's ids or derived from the lists."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kraty_console.domain.completeness import is_provided, may_be_cut, unreadable_count
from kraty_console.domain.per_snapshot import PerSnapshot

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Grant, Snapshot


NOT_IN_TOTALS: Final = ("expired", "revoked")
"""The statuses of grants that a player's totals leave out."""

MILESTONE: Final = "event_milestone"
"""The source kind of a milestone's grant (contract/README.md#grant)."""


Doubt = Literal["", "cut", "unreadable", "absent"]
"""Why grants may be missing: the list is cut short, has unreadable rows, or is not provided."""


class Linked(NamedTuple):
    """The grants of one attempt."""

    ids: tuple[str, ...]
    """All linked grants, in the lists or not."""
    grants: tuple[Grant, ...]
    """The linked grants that are in the lists, newest first."""
    certain: bool
    """False when grants may be missing: the backend sends no `grantIds`, and its list may be incomplete."""
    doubt: Doubt = ""
    """Why the result is uncertain."""


class Links:
    """An index of one snapshot; `links_of` builds it once.

    A backend may name an attempt's grants (`grantIds`) or a grant's attempt (`attemptId`); without these fields a grant
    belongs to the attempt in its `sourceRefId`, and a grant from a crate to the attempt of its crate
    (contract/README.md#attempt).
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._grants = {grant.id: grant for grant in snapshot.grants}
        self._attempts = {attempt.id: attempt for attempt in snapshot.attempts}
        self._by_attempt: dict[str, list[str]] = {}
        self._owner: dict[str, str] = {}
        for attempt in snapshot.attempts:
            for grant_id in attempt.grant_ids or ():
                self._owner.setdefault(grant_id, attempt.id)
        for grant in snapshot.grants:
            owner = self._find_owner(grant)
            if owner is not None:
                self._by_attempt.setdefault(owner, []).append(grant.id)

    def _find_owner(self, grant: Grant) -> str | None:
        seen: set[str] = set()
        current: Grant | None = grant
        while current is not None and current.id not in seen:
            seen.add(current.id)
            if current.id in self._owner:
                return self._owner[current.id]
            if current.attempt_id:
                return current.attempt_id
            if current.source_ref_id in self._attempts:
                return current.source_ref_id
            current = self._grants.get(current.parent_grant_id or "")
        return None

    @cached_property
    def doubt(self) -> Doubt:
        """Why the list of grants may be incomplete; empty when it is complete."""
        snapshot = self.snapshot
        if "grants" in snapshot.unreadable_fields or unreadable_count(snapshot.grants):
            return "unreadable"
        if not is_provided(snapshot, "grants"):
            return "absent"
        summary = snapshot.summary
        if summary.grants_pending is None or summary.grants_claimed is None:
            return "cut" if may_be_cut(snapshot, "grants") else ""
        # The totals leave out expired and revoked grants, so they are not counted here either.
        listed = sum(grant.status not in NOT_IN_TOTALS for grant in snapshot.grants)
        return "cut" if summary.grants_pending + summary.grants_claimed > listed else ""

    def of_attempt(self, attempt: Attempt) -> Linked:
        """The grants of an attempt."""
        derived = self._by_attempt.get(attempt.id, [])
        if attempt.grant_ids is not None:
            # `grantIds` lists the attempt's reward grants; milestone grants name the attempt too but are not in it.
            derived = [each for each in derived if self._grants[each].source_kind != MILESTONE]
        ids = list(dict.fromkeys([*(attempt.grant_ids or ()), *derived]))
        grants = tuple(self._grants[each] for each in ids if each in self._grants)
        doubt: Doubt = "" if attempt.grant_ids is not None or ids else self.doubt
        return Linked(tuple(ids), grants, not doubt, doubt)

    def attempt_of(self, grant: Grant) -> Attempt | None:
        """The attempt of a grant, if it is in the list."""
        return self._attempts.get(self.attempt_id_of(grant) or "")

    def attempt_id_of(self, grant: Grant) -> str | None:
        """The attempt id of a grant, whether the attempt is in the list or not."""
        return self._find_owner(grant)

    def children_of(self, grant: Grant) -> tuple[Grant, ...]:
        """The grants that came out of a crate."""
        return tuple(each for each in self.snapshot.grants if each.parent_grant_id == grant.id)

    def grant(self, grant_id: str | None) -> Grant | None:
        """A grant of the list by its id."""
        return self._grants.get(grant_id or "")

    def attempt(self, attempt_id: str | None) -> Attempt | None:
        """An attempt of the list by its id."""
        return self._attempts.get(attempt_id or "")


links_of: Final = PerSnapshot(Links)
"""The index of a snapshot."""
