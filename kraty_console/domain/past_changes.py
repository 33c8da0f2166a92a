"""What support staff did to a player before, from the audit rows of the snapshot: one pass, indexed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kraty_console.contract.operations import OPERATIONS, Operation
from kraty_console.domain.formatting import since
from kraty_console.domain.labels import event_words, short_actor_name
from kraty_console.domain.per_snapshot import PerSnapshot

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Snapshot

_ACTIONS: Final = {
    spec.permission: operation
    for operation, spec in OPERATIONS.items()
    if spec.is_write and operation is not Operation.UNBAN
}
"""The operation of each action in the audit log, which is the permission (contract/README.md#audit-log).

A lifted ban has an action of its own.
"""

_PAYS: Final = (Operation.MANUAL_GRANT, Operation.CREDIT)
_APPLIED: Final = ("ok", "")
"""Outcomes of a change that was made; a backend may name none."""


class PastChanges:
    """The changes of one snapshot's audit rows, newest first. Get it with `past_changes_of`.

    A change that is not among them may still have been made: the list is cut, and a backend may lack it.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._by_kind: dict[Operation, list[AuditRow]] = {}
        self._by_target: dict[tuple[Operation, str], list[AuditRow]] = {}
        self._tickets: dict[str, str] = {}
        self._given: list[AuditRow] = []
        for row in snapshot.audit:
            target = row.target.id if row.target is not None else None
            if row.outcome not in _APPLIED:
                continue
            operation = _ACTIONS.get(row.action)
            if operation is Operation.CORRECT_TICKET:
                if target and row.ticket:
                    self._tickets.setdefault(target, row.ticket)
            elif operation is not None:
                self._by_kind.setdefault(operation, []).append(row)
                if target:
                    self._by_target.setdefault((operation, target), []).append(row)
                if operation in _PAYS and (row.actor is None or row.actor.kind in ("member", "")):
                    self._given.append(row)

    def of_row(self, operation: Operation, row_id: str) -> Sequence[AuditRow]:
        """The changes of this kind to one attempt or grant."""
        return self._by_target.get((operation, row_id), ())

    def of_kind(self, operation: Operation) -> Sequence[AuditRow]:
        """The changes of this kind to the player."""
        return self._by_kind.get(operation, ())

    @property
    def payments(self) -> Sequence[AuditRow]:
        """What members gave by hand: manual grants and credits."""
        return self._given

    @cached_property
    def _forced(self) -> Mapping[str, set[str]]:
        """The attempts that were force-completed, by event."""
        forced: dict[str, set[str]] = {}
        for attempt in self._snapshot.attempts:
            if attempt.status == "force_completed":
                forced.setdefault(event_words(attempt, whole=True), set()).add(attempt.id)
        for row in self.of_kind(Operation.FORCE_COMPLETE):
            after = row.after if isinstance(row.after, dict) else {}
            event = after.get("eventKey") or after.get("eventId")
            if isinstance(event, str) and row.target is not None and row.target.id:
                forced.setdefault(event, set()).add(row.target.id)
        return forced

    def times_forced(self, attempt: Attempt) -> int:
        """How many other attempts at the event of this one were force-completed, as far as is loaded."""
        names = {event_words(attempt, whole=True), attempt.event_key, attempt.event_id}
        found = {each for name in names if name for each in self._forced.get(name, ())}
        return len(found - {attempt.id})

    def ticket_of(self, row: AuditRow) -> str:
        """The ticket of a change, corrected if it was (contract/README.md#corrections); may be empty."""
        return self._tickets.get(row.id, "") or row.ticket or ""

    def told(self, row: AuditRow, now: datetime, *, reason: bool = True) -> str:
        """`2h ago by maria (ZD-4821: client crashed)`, with or without the reason. Raw text."""
        when = f"{since(row.occurred_at, now)}" if row.occurred_at is not None else "at an unknown time"
        who = f" by {name}" if (name := short_actor_name(row.actor)) else ""
        why = ": ".join(part for part in (self.ticket_of(row), (row.reason or "") if reason else "") if part)
        return f"{when}{who}" + (f" ({why})" if why else "")


def operation_of(row: AuditRow) -> Operation | None:
    """The change that an audit row tells of; None if it is no change of the admin surface."""
    return _ACTIONS.get(row.action)


past_changes_of: Final = PerSnapshot(PastChanges)
"""The past changes of a snapshot."""
