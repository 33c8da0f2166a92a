"""The rows that a row came from or led to, by the links of the snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kraty_console.domain import snapshot_lookup
from kraty_console.domain.completeness import LISTS_OF, NOT_PROVIDED, is_provided
from kraty_console.domain.formatting import counted, signed
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_links import links_of
from kraty_console.domain.labels import event_words
from kraty_console.domain.per_snapshot import PerSnapshot
from kraty_console.domain.scopes import PaneId, Scope

if TYPE_CHECKING:
    from datetime import datetime

    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, LedgerRow, Snapshot

NOT_LOADED: Final = "not among the rows that were read"

_SCOPE_OF_TARGET: Final[dict[str, Scope]] = {
    "attempt": "attempt",
    "grant": "grant",
    "wallet": "wallet",
    "item": "item",
    "audit": "audit",
}
"""The rows that audit rows name as their target, by its kind (contract/README.md#audit-log)."""


_SOURCES: Final[tuple[Scope, ...]] = ("grant", "attempt", "ledger")
"""The rows that the source of a ledger row may be; a derived change names the ledger row that it follows."""


class RelatedRow(NamedTuple):
    """A loaded row. The name is unsanitized."""

    pane: PaneId
    row_id: str
    name: str
    """Identifies the row for people: `daily_race`, `500 gold`, `grant.create`."""


class Related(NamedTuple):
    """The rows related to one row."""

    rows: tuple[RelatedRow, ...] = ()
    """Causes first, then effects; only rows of the snapshot, each once."""
    why_none: str = ""
    """Why there are none, in words; empty if there are some."""


class RelatedRows:
    """An index of one snapshot; get it with `related_rows_of`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._links = links_of(snapshot)
        self._audit: dict[tuple[str, str], list[AuditRow]] = defaultdict(list)
        self._audit_at: dict[datetime, list[AuditRow]] = defaultdict(list)
        self._deposits: dict[str, list[tuple[PaneId, str, LedgerRow]]] = defaultdict(list)
        self._lists: tuple[tuple[PaneId, list[LedgerRow]], ...] = (
            ("wallet", snapshot.wallet_ledger),
            ("items", snapshot.item_ledger),
        )
        for entry in snapshot.audit:
            if entry.target is not None and entry.target.id:
                self._audit[entry.target.kind, entry.target.id].append(entry)
            if entry.occurred_at is not None:
                self._audit_at[entry.occurred_at].append(entry)
        for pane, entries in self._lists:
            for place, change in enumerate(entries):
                if change.source_ref_id:
                    row_id = snapshot_lookup.ledger_row_id(change, place)
                    self._deposits[change.source_ref_id].append((pane, row_id, change))

    def of(self, scope: Scope | None, row_id: str | None) -> Related:
        """The rows related to this row."""
        if row_id is None:
            return Related((), "there is no row under the cursor")
        found, why_none = self._find(scope, row_id)
        rows = tuple(dict.fromkeys(found))
        return Related(rows, "" if rows else why_none)

    def _find(self, scope: Scope | None, row_id: str) -> tuple[Iterator[RelatedRow], str]:
        if scope == "attempt" and (attempt := self._links.attempt(row_id)) is not None:
            return self._of_attempt(attempt), self._no_grants(attempt)
        if scope == "grant" and (grant := self._links.grant(row_id)) is not None:
            return self._of_grant(grant), self._no_cause(grant)
        if scope == "ledger" and (change := snapshot_lookup.ledger(self.snapshot, row_id)) is not None:
            return self._of_ledger(change), self._no_source(change)
        if scope == "audit" and (entry := snapshot_lookup.audit(self.snapshot, row_id)) is not None:
            return self._of_audit(entry), self._no_target(entry)
        if scope in ("wallet", "item"):
            return self._of_holding(scope, row_id), "no change of it is among the rows that were read"
        return iter(()), "no other row belongs to this one"

    def row(self, scope: Scope, row_id: str) -> RelatedRow | None:
        """The place and the name of a row; None if it is not loaded."""
        if scope == "attempt" and (attempt := self._links.attempt(row_id)) is not None:
            return RelatedRow("attempts", row_id, event_words(attempt))
        if scope == "grant" and (grant := self._links.grant(row_id)) is not None:
            return RelatedRow("grants", row_id, contents_words(grant.contents, grant.kind))
        if scope == "lobby" and (lobby := snapshot_lookup.lobby(self.snapshot, row_id)) is not None:
            return RelatedRow("lobbies", row_id, f"lobby of {event_words(lobby)}")
        if scope == "audit" and (entry := snapshot_lookup.audit(self.snapshot, row_id)) is not None:
            return RelatedRow("audit", row_id, entry.action or "audit row")
        if scope == "ledger" and (change := snapshot_lookup.ledger(self.snapshot, row_id)) is not None:
            wallet = any(change is each for each in self.snapshot.wallet_ledger)
            return _ledger_row("wallet" if wallet else "items", row_id, change)
        if scope == "wallet" and snapshot_lookup.balance(self.snapshot, row_id) is not None:
            return RelatedRow("wallet", row_id, row_id)
        if scope == "item" and snapshot_lookup.item(self.snapshot, row_id) is not None:
            return RelatedRow("items", row_id, row_id)
        return None

    # -- what leads where ----------------------------------------------------------------------------------------

    def _rows(self, *places: tuple[Scope, str | None]) -> Iterator[RelatedRow]:
        for scope, row_id in places:
            if row_id and (row := self.row(scope, row_id)) is not None:
                yield row

    def _audited(self, kind: str, row_id: str) -> Iterator[RelatedRow]:
        yield from self._rows(*(("audit", each.id) for each in reversed(self._audit.get((kind, row_id), []))))

    def _of_attempt(self, attempt: Attempt) -> Iterator[RelatedRow]:
        linked = self._links.of_attempt(attempt)
        yield from self._rows(*(("grant", each.id) for each in linked.grants))
        yield from self._audited("attempt", attempt.id)

    def _of_grant(self, grant: Grant) -> Iterator[RelatedRow]:
        yield from self._rows(("attempt", self._links.attempt_id_of(grant)), ("grant", grant.parent_grant_id))
        yield from self._audited("grant", grant.id)
        yield from self._rows(*(("grant", each.id) for each in self._links.children_of(grant)))
        for pane, row_id, change in self._deposits.get(grant.id, []):
            yield _ledger_row(pane, row_id, change)

    def _of_ledger(self, change: LedgerRow) -> Iterator[RelatedRow]:
        yield from self._rows(*((scope, change.source_ref_id) for scope in _SOURCES))
        if change.occurred_at is None:
            return
        # A change and its audit row have the same time (as in `snapshot_lookup.who_changed`).
        key = change.economy_key or change.item_key
        at_once = [each for each in self._audit_at.get(change.occurred_at, []) if each.outcome == "ok"]
        named = [each for each in at_once if each.target is not None and each.target.id in (key, change.source_ref_id)]
        yield from self._rows(*(("audit", each.id) for each in named or at_once[: len(at_once) == 1]))

    def _of_audit(self, entry: AuditRow) -> Iterator[RelatedRow]:
        target = entry.target
        if target is not None and (scope := _SCOPE_OF_TARGET.get(target.kind)) is not None:
            yield from self._rows((scope, target.id))

    def _of_holding(self, scope: Scope, key: str) -> Iterator[RelatedRow]:
        pane, entries = self._lists[0] if scope == "wallet" else self._lists[1]
        for place, change in enumerate(entries):
            if key in (change.economy_key, change.item_key):
                yield _ledger_row(pane, snapshot_lookup.ledger_row_id(change, place), change)
                return

    # -- why nothing is found ------------------------------------------------------------------------------------

    def _no_grants(self, attempt: Attempt) -> str:
        linked = self._links.of_attempt(attempt)
        if linked.ids:
            count = len(linked.ids)
            return f"its {counted(count, 'grant')} {'is' if count == 1 else 'are'} {NOT_LOADED}"
        return {
            "": "no grants are linked to this attempt",
            "cut": f"its grants may be {NOT_LOADED}",
            "unreadable": "its grants may be among those that could not be read",
            "absent": f"grants are {NOT_PROVIDED}",
        }[linked.doubt]

    def _no_cause(self, grant: Grant) -> str:
        if self._links.attempt_id_of(grant) is not None:
            return f"its attempt is {NOT_LOADED}"
        if grant.parent_grant_id is not None:
            return f"the crate it came out of is {NOT_LOADED}"
        return self._unless_cut("no other row is known to belong to this grant", "audit")

    def _no_source(self, change: LedgerRow) -> str:
        if change.source_ref_id:
            return f"what it came from ({change.source_ref_id}) is {NOT_LOADED}"
        return self._unless_cut("no row is known to have caused this change", "audit")

    def _no_target(self, entry: AuditRow) -> str:
        target = entry.target
        if target is None or not target.id or target.kind not in _SCOPE_OF_TARGET:
            return "this audit row names no attempt, grant, balance or item"
        return f"its {target.kind} is {NOT_LOADED}"

    def _unless_cut(self, words: str, pane: PaneId) -> str:
        """The words; where a list is not provided, that this may be why."""
        return words if is_provided(self.snapshot, LISTS_OF[pane][0]) else f"{words}: audit rows are {NOT_PROVIDED}"


def _ledger_row(pane: PaneId, row_id: str, change: LedgerRow) -> RelatedRow:
    return RelatedRow(pane, row_id, f"{change.economy_key or change.item_key or 'ledger row'} {signed(change.delta)}")


def grant_in_payload(data: dict[str, Any] | None) -> str | None:
    """The id of the grant that the payload of a webhook delivery is about; None if it names none."""
    grant = (data or {}).get("grant")
    grant_id = grant.get("id") if isinstance(grant, dict) else (data or {}).get("grantId")
    return grant_id if isinstance(grant_id, str) and grant_id else None


related_rows_of: Final = PerSnapshot(RelatedRows)
"""The index of a snapshot."""
