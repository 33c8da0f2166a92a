"""Rows of the Timeline pane: when, what kind, what happened, who did it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.contract.timeline_kinds import TimelineKind
from kraty_console.domain.completeness import NOT_READ
from kraty_console.domain.formatting import counted
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.labels import (
    event_words,
    reason_words,
    short_actor_name,
    source_kind_words,
    spaced,
    status_words,
)
from kraty_console.present.deliveries import outcome_words
from kraty_console.present.numbers import change, number, short_id
from kraty_console.present.row_summary import RowSummary
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow, Tone, cell
from kraty_console.present.times import ago

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, LedgerRow, Lobby
    from kraty_console.contract.timeline import TimelineRow
    from kraty_console.contract.webhooks import Delivery
    from kraty_console.domain.scopes import Scope

COLUMNS: Final = (
    Column("when", "WHEN", 7, priority=1),
    Column("kind", "KIND", 7, priority=2),
    Column("what", "WHAT HAPPENED", 20, priority=3),
    Column("by", "BY", 6, priority=4),
)

SCOPE_OF: Final[Mapping[str, Scope]] = {
    TimelineKind.ATTEMPT: "attempt",
    TimelineKind.GRANT: "grant",
    TimelineKind.WALLET: "ledger",
    TimelineKind.ITEM: "ledger",
    TimelineKind.LOBBY: "lobby",
    TimelineKind.BAN: "audit",
    TimelineKind.AUDIT: "audit",
    TimelineKind.WEBHOOK: "delivery",
}
"""What a row of each kind is."""

_TEXT: Final = 200


def row(event: TimelineRow, now: datetime) -> TableRow:
    """The table row of an event; its id and what it copies are those of the attempt, grant or other row it is about."""
    what = SafeText(", ".join(part for part in _words(event, now) if part))
    by = _by(event)
    copies, copies_what = _copies(event)
    return TableRow(
        event.id,
        SCOPE_OF.get(event.kind, "event"),
        (
            Cell(ago(event.at, now), "dim"),
            cell(event.kind or None, "accent", limit=40),
            Cell(what, _tone(event)),
            cell(None) if by is None else Cell(by, "dim"),
        ),
        (event.at, event.kind, what, by),
        copies,
        copies_what,
    )


def gap_words(days: int, *, of_kinds: bool) -> SafeText:
    """`no contact for 12 days`; `of_kinds` if other kinds of events are left out."""
    what = "nothing of these kinds" if of_kinds else "no contact"
    return SafeText(f"⋮ {what} for {counted(days, 'day')}")


def delivery_summary(delivery: Delivery, now: datetime) -> RowSummary:
    """The summary of a webhook delivery, below the list."""
    title = SafeText(f"{safe(delivery.event_name or 'delivery', limit=60)} · {short_id(delivery.id)}")
    to = f" to {safe(delivery.endpoint.url, limit=_TEXT)}" if delivery.endpoint is not None else ""
    lines = [Cell(SafeText(f"{safe(delivery.status or None, limit=40)}{to}"))]
    lines += [
        Cell(SafeText(f"attempt {each.number} {ago(each.started_at, now)}: {outcome_words(each)}"))
        for each in reversed(delivery.attempts)
    ]
    return RowSummary(title, tuple(lines))


def _words(event: TimelineRow, now: datetime) -> Iterator[str]:
    if event.attempt is not None:
        yield from _attempt(event.attempt, now)
    elif event.grant is not None:
        yield from _grant(event.grant, now)
    elif (entry := event.wallet or event.item) is not None:
        yield from _ledger(entry)
    elif event.lobby is not None:
        yield from _lobby(event.lobby, now)
    elif (audited := event.ban or event.audit) is not None:
        yield from _audit(audited)
    elif event.webhook is not None:
        yield from _webhook(event.webhook)
    elif event.kind in SCOPE_OF:
        yield f"its content {NOT_READ}"
    else:
        yield "this console does not know this kind of event"


def _attempt(attempt: Attempt, now: datetime) -> Iterator[str]:
    ended = f" {ago(attempt.completed_at, now)}" if attempt.completed_at is not None else ""
    yield f"{safe(event_words(attempt), limit=_TEXT)} {safe(status_words(attempt.status) or None, limit=40)}{ended}"
    roll = attempt.roll
    if roll is not None and roll.status == "failed":
        yield f"roll failed: {safe(roll.error, limit=_TEXT)}" if roll.error else "roll failed"
    elif roll is not None and roll.status == "rolled":
        yield f"rolled {counted(len(attempt.grant_ids), 'grant')}" if attempt.grant_ids is not None else "rolled"

    if attempt.score is not None:
        of = f" of {number(attempt.target)}" if attempt.target is not None else ""
        yield f"score {number(attempt.score)}{of}"


def _grant(grant: Grant, now: datetime) -> Iterator[str]:
    yield safe(contents_words(grant.contents, grant.kind), limit=_TEXT)
    status = safe(status_words(grant.status) or None, limit=40)
    yield f"{status} {ago(grant.claimed_at, now)}" if grant.claimed_at is not None else status
    if grant.status == "pending" and grant.expires_at is not None:
        yield f"{'expired' if grant.expires_at <= now else 'expires'} {ago(grant.expires_at, now)}"


def _ledger(entry: LedgerRow) -> Iterator[str]:
    yield f"{safe(entry.economy_key or entry.item_key, limit=_TEXT)} {change(entry.delta)}"
    after = entry.balance if entry.balance is not None else entry.quantity
    if after is not None:
        yield f"{number(after)} after it"
    if entry.reason:
        yield safe(reason_words(entry.reason), limit=_TEXT)


def _lobby(lobby: Lobby, now: datetime) -> Iterator[str]:
    yield f"joined a lobby of {safe(event_words(lobby), limit=_TEXT)}"
    yield safe(lobby.status or None, limit=40)
    if lobby.ends_at is not None:
        yield f"{'ended' if lobby.ends_at <= now else 'ends'} {ago(lobby.ends_at, now)}"


def _audit(entry: AuditRow) -> Iterator[str]:
    denied = f" {safe(entry.outcome, limit=40)}" if entry.outcome not in ("", "ok") else ""
    yield f"{safe(entry.action or None, limit=_TEXT)}{denied}"
    if entry.target is not None and entry.target.id and entry.target.kind != "player":
        yield f"on {safe(spaced(entry.target.kind), limit=40)} {short_id(entry.target.id)}"
    if entry.reason:
        yield safe(entry.reason, limit=_TEXT)
    if entry.ticket:
        yield safe(entry.ticket, limit=_TEXT)


def _webhook(delivery: Delivery) -> Iterator[str]:
    yield f"{safe(delivery.event_name or None, limit=_TEXT)} {safe(delivery.status or None, limit=40)}"
    yield counted(delivery.attempt_count, "attempt")
    if delivery.attempts:
        yield outcome_words(delivery.attempts[-1])


def _tone(event: TimelineRow) -> Tone:
    roll = event.attempt.roll if event.attempt is not None else None
    audited = event.ban or event.audit
    entry = event.wallet or event.item
    if roll is not None and roll.status == "failed":
        return "bad"
    if (audited is not None and audited.outcome == "denied") or (event.webhook and event.webhook.status == "failed"):
        return "bad"
    if entry is not None and entry.delta:
        return "good" if entry.delta > 0 else "warn"
    return "warn" if event.ban is not None else "plain"


def _by(event: TimelineRow) -> SafeText | None:
    audited = event.ban or event.audit
    entry = event.wallet or event.item
    if audited is not None:
        return safe(short_actor_name(audited.actor), limit=_TEXT) or None
    if entry is not None:
        return safe(entry.origin, limit=40) if entry.origin else None
    if event.grant is not None and event.grant.source_kind:
        return safe(source_kind_words(event.grant.source_kind))
    return None


def _copies(event: TimelineRow) -> tuple[str, str]:
    if event.webhook is not None:
        return event.webhook.id, "delivery id"
    name = {"ledger": "ledger row's id", "audit": "audit row's id"}.get(SCOPE_OF.get(event.kind, "event"))
    return event.id, name or (f"{event.kind} id" if event.kind in SCOPE_OF else "id")
