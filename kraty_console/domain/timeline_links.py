"""The causes and effects of an event of the timeline: attempt, its grants, what they deposited, who changed them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from kraty_console.domain import snapshot_lookup
from kraty_console.domain.formatting import signed
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_links import links_of
from kraty_console.domain.labels import event_words, short, status_words

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, LedgerRow, Lobby, Snapshot
    from kraty_console.contract.timeline import TimelineRow
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.domain.scopes import Scope


class LinkedRow(NamedTuple):
    """A row that an event came from, or that came from it. The texts are unsanitized."""

    how: str
    """What it is to the event: `from the attempt`."""
    scope: Scope
    row_id: str
    name: str
    """The row for people; its shortened id if it is not loaded."""


def related(event: TimelineRow, known: Snapshot, data: dict[str, Any] | None = None) -> list[LinkedRow]:
    """The rows related to an event, causes first, each once.

    Args:
        event: A row of the timeline.
        known: Every row that is loaded; a row that is not is named if a loaded one has its id.
        data: The payload of a delivery.
    """
    found: dict[tuple[str, str], LinkedRow] = {}
    for each in _related(event, known, data or {}):
        found.setdefault((each.scope, each.row_id), each)
    return list(found.values())


def _related(event: TimelineRow, known: Snapshot, data: dict[str, Any]) -> Iterator[LinkedRow]:
    if event.attempt is not None:
        yield from _of_attempt(event.attempt, known)
    elif event.grant is not None:
        yield from _of_grant(event.grant, known)
    elif (entry := event.wallet or event.item) is not None:
        yield from _of_ledger(entry, known)
    elif event.lobby is not None:
        yield from _of_lobby(event.lobby, known)
    elif (audited := event.ban or event.audit) is not None:
        yield from _of_audit(audited, known)
    elif event.webhook is not None:
        yield from _of_webhook(event.webhook, data, known)


def _of_attempt(attempt: Attempt, known: Snapshot) -> Iterator[LinkedRow]:
    for lobby in known.lobbies:
        if lobby.leaderboard_id is not None and lobby.leaderboard_id == attempt.leaderboard_id:
            yield _related_row("in the lobby", "lobby", lobby.id, known)
    grants = [*links_of(known).of_attempt(attempt).ids]
    grants += [each.id for each in known.grants if attempt.id in (each.attempt_id, each.source_ref_id)]
    for grant_id in grants:
        yield _related_row("gave the grant", "grant", grant_id, known)
    yield from _audits("attempt", attempt.id, known)


def _of_grant(grant: Grant, known: Snapshot) -> Iterator[LinkedRow]:
    links = links_of(known)
    if grant.parent_grant_id:
        yield _related_row("out of the crate", "grant", grant.parent_grant_id, known)
    if attempt_id := links.attempt_id_of(grant):
        yield _related_row("from the attempt", "attempt", attempt_id, known)
    yield from _audits("grant", grant.id, known)
    for entries in (known.wallet_ledger, known.item_ledger):
        for place, entry in enumerate(entries):
            if entry.source_ref_id == grant.id:
                yield _related_row("deposited", "ledger", snapshot_lookup.ledger_row_id(entry, place), known)
    for child in links.children_of(grant):
        yield _related_row("came out", "grant", child.id, known)


def _of_ledger(entry: LedgerRow, known: Snapshot) -> Iterator[LinkedRow]:
    source = entry.source_ref_id
    if source and snapshot_lookup.attempt(known, source) is not None:
        yield _related_row("from the attempt", "attempt", source, known)
    elif source and (entry.reason == "grant_deposit" or snapshot_lookup.grant(known, source) is not None):
        yield _related_row("from the grant", "grant", source, known)
    for audited in known.audit:
        if _is_about(audited, entry):
            yield _related_row("by the change", "audit", audited.id, known)


def _of_lobby(lobby: Lobby, known: Snapshot) -> Iterator[LinkedRow]:
    for attempt in known.attempts:
        if lobby.leaderboard_id is not None and attempt.leaderboard_id == lobby.leaderboard_id:
            yield _related_row("played the attempt", "attempt", attempt.id, known)


def _of_audit(audited: AuditRow, known: Snapshot) -> Iterator[LinkedRow]:
    target = audited.target
    if target is None or not target.id:
        return
    if target.kind == "attempt":
        yield _related_row("changed the attempt", "attempt", target.id, known)
    elif target.kind == "grant":
        yield _related_row("changed the grant", "grant", target.id, known)
    elif target.kind in ("wallet", "item"):
        for entries in (known.wallet_ledger, known.item_ledger):
            for place, entry in enumerate(entries):
                if _is_about(audited, entry):
                    row_id = snapshot_lookup.ledger_row_id(entry, place)
                    yield _related_row("changed the balance", "ledger", row_id, known)
        yield _related_row("of the balance", "wallet" if target.kind == "wallet" else "item", target.id, known)


def _of_webhook(delivery: Delivery, data: dict[str, Any], known: Snapshot) -> Iterator[LinkedRow]:
    """The change at the time of the event, and the row in its payload (contract/README.md#webhooks)."""
    for audited in known.audit:
        if delivery.occurred_at is not None and audited.occurred_at == delivery.occurred_at:
            yield _related_row("by the change", "audit", audited.id, known)
    for name in ("grant", "attempt", "lobby"):
        row = data.get(name)
        row_id = row.get("id") if isinstance(row, dict) else data.get(f"{name}Id")
        if isinstance(row_id, str):
            scope: Scope = "grant" if name == "grant" else "attempt" if name == "attempt" else "lobby"
            yield _related_row(f"told of the {name}", scope, row_id, known)
    if isinstance(ledger_id := data.get("ledgerId"), str):
        yield _related_row("told of the change", "ledger", ledger_id, known)


def _audits(kind: str, target_id: str, known: Snapshot) -> Iterator[LinkedRow]:
    for audited in known.audit:
        if audited.target is not None and (audited.target.kind, audited.target.id) == (kind, target_id):
            yield _related_row("by the change", "audit", audited.id, known)


def _is_about(audited: AuditRow, entry: LedgerRow) -> bool:
    """Whether a change of a balance is that of an audit row: both have the same time."""
    key = entry.economy_key or entry.item_key
    same = audited.occurred_at is not None and audited.occurred_at == entry.occurred_at
    return same and audited.outcome == "ok" and audited.target is not None and audited.target.id == key


def _related_row(how: str, scope: Scope, row_id: str, known: Snapshot) -> LinkedRow:
    return LinkedRow(how, scope, row_id, _name(scope, row_id, known) or short(row_id))


def _name(scope: Scope, row_id: str, known: Snapshot) -> str:
    if scope == "attempt" and (attempt := snapshot_lookup.attempt(known, row_id)) is not None:
        return f"{event_words(attempt)}, {status_words(attempt.status)}"
    if scope == "grant" and (grant := snapshot_lookup.grant(known, row_id)) is not None:
        return f"{contents_words(grant.contents, grant.kind)}, {status_words(grant.status)}"
    if scope == "ledger" and (entry := snapshot_lookup.ledger(known, row_id)) is not None:
        return f"{entry.economy_key or entry.item_key or ''} {signed(entry.delta)}"
    if scope == "lobby" and (lobby := snapshot_lookup.lobby(known, row_id)) is not None:
        return event_words(lobby)
    if scope == "audit" and (audited := snapshot_lookup.audit(known, row_id)) is not None:
        return f"{audited.action}: {audited.reason}" if audited.reason else audited.action
    return row_id if scope in ("wallet", "item") else ""
