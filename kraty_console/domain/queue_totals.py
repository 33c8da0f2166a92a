"""What the changes of a queue give or take in all, by currency and item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from kraty_console.contract.operations import Operation
from kraty_console.domain import snapshot_lookup
from kraty_console.domain.grant_contents import GrantEntry, entries_of

if TYPE_CHECKING:
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot


class Holding(NamedTuple):
    """What is counted."""

    type: str
    """`currency`, `item` or `crate`."""
    key: str


def totals_of(call: ChangeRequest, snapshot: Snapshot) -> Counter[Holding]:
    """What one change gives, or with a negative number takes back; what only the server decides is not counted."""
    if call.operation in (Operation.CREDIT, Operation.DEBIT):
        amount = getattr(call.request, "amount", 0)
        sign = 1 if call.operation is Operation.CREDIT else -1
        return Counter({Holding("currency", call.economy_key or ""): sign * amount})
    if call.operation is Operation.MANUAL_GRANT:
        return _counted(entries_of({"entries": call.request.body()["entries"]}), 1)
    if call.operation not in (Operation.FORCE_CLAIM, Operation.REVOKE_GRANT):
        return Counter()
    grant = snapshot_lookup.grant(snapshot, call.target_id)
    if grant is None or any(row.source_ref_id == grant.id for row in (*snapshot.wallet_ledger, *snapshot.item_ledger)):
        return Counter()  # it was delivered before, and is only marked
    return _counted(entries_of(grant.contents), 1 if call.operation is Operation.FORCE_CLAIM else -1)


def _counted(entries: Iterable[GrantEntry], sign: int) -> Counter[Holding]:
    totals: Counter[Holding] = Counter()
    for entry in entries:
        totals[Holding(entry.type, entry.key)] += sign * entry.count
    return totals
