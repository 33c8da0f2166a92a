"""What members gave a player by hand, and what it may be for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kraty_console.contract.operations import Operation
from kraty_console.domain.formatting import grouped
from kraty_console.domain.grant_contents import contents_words, entries_of
from kraty_console.domain.past_changes import PastChanges, operation_of
from kraty_console.domain.revocations import revocation

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Grant, Snapshot


def kept_payments(snapshot: Snapshot, past: PastChanges) -> Iterator[AuditRow]:
    """The payments by hand, without grants that were revoked since."""
    gone = {grant.id for grant in snapshot.grants if grant.status == "revoked"}
    for row in past.payments:
        target = row.target.id if row.target is not None else None
        if not target or (target not in gone and revocation(target, snapshot) is None):
            yield row


def may_replace(row: AuditRow, grant: Grant) -> bool:
    """Whether a payment may be for a grant: it is another one, and has something of the same, as far as is known."""
    if row.target is not None and row.target.id == grant.id:
        return False
    paid, due = _keys_paid(row), _keys_of(grant.contents)
    return not paid or not due or bool(paid & due) or grant.id in mentions(row)


def _keys_paid(row: AuditRow) -> set[str]:
    if operation_of(row) is not Operation.MANUAL_GRANT:
        key = (row.metadata or {}).get("economyKey")
        return {key} if isinstance(key, str) else set()
    after = row.after if isinstance(row.after, dict) else {}
    contents = after.get("contents")
    return _keys_of(contents) if isinstance(contents, dict) else set()


def _keys_of(contents: Mapping[str, Any]) -> set[str]:
    keys = {entry.key for entry in entries_of(contents)}
    crate = contents.get("crateItemKey")
    return keys | {crate} if isinstance(crate, str) else keys


def mentions(row: AuditRow) -> str:
    """Where a payment may name the row that it is for."""
    after = row.after if isinstance(row.after, dict) else {}
    metadata = row.metadata or {}
    parts = (row.reason, after.get("sourceRefId"), after.get("attemptId"), metadata.get("sourceRefId"))
    return " ".join(part for part in parts if isinstance(part, str))


def paid_words(row: AuditRow) -> str:
    """`500 gold granted`, `50 gems credited`."""
    if operation_of(row) is Operation.MANUAL_GRANT:
        after = row.after if isinstance(row.after, dict) else {}
        contents, kind = after.get("contents"), after.get("kind")
        if not isinstance(contents, dict) or not contents:
            return "a grant made by hand"
        return f"{contents_words(contents, kind if isinstance(kind, str) else 'reward')} granted by hand"
    metadata = row.metadata or {}
    amount, key = metadata.get("amount"), metadata.get("economyKey")
    known = isinstance(amount, int | float) and not isinstance(amount, bool) and isinstance(key, str)
    return f"{grouped(amount)} {key} credited" if known else "a balance credited"
