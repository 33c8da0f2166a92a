"""The timeline of a player as lines of text: time, kind, row, what happened, who did it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Final

from kraty_console.contract.timeline_kinds import TimelineKind
from kraty_console.domain.completeness import NOT_READ
from kraty_console.domain.formatting import counted, plain, signed
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.labels import (
    actor_name,
    event_words,
    origin_words,
    reason_words,
    source_kind_words,
    status_words,
)
from kraty_console.present.safe import MISSING, SafeText, safe
from kraty_console.present.times import exact

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, LedgerRow, Lobby
    from kraty_console.contract.timeline import TimelineRow
    from kraty_console.contract.webhooks import Delivery

_TEXT: Final = 400
_KNOWN: Final[frozenset[str]] = frozenset(TimelineKind)
_KIND_WIDTH: Final = max(map(len, TimelineKind))
_ID_WIDTH: Final = 36
_TIME_WIDTH: Final = len("2026-03-02 14:05:09 UTC")


def timeline_line(row: TimelineRow) -> SafeText:
    """One event on one line."""
    parts = (
        exact(row.at, None, UTC).ljust(_TIME_WIDTH),
        safe(row.kind or None, limit=40).ljust(_KIND_WIDTH),
        (safe(row.id) if row.id else MISSING).ljust(_ID_WIDTH),
        ", ".join(part for part in _words(row) if part),
    )
    who = _who(row)
    return SafeText("  ".join((*parts, who) if who else parts))


def _words(row: TimelineRow) -> Iterator[str]:
    if row.attempt is not None:
        yield from _attempt(row.attempt)
    elif row.grant is not None:
        yield from _grant(row.grant)
    elif (entry := row.wallet or row.item) is not None:
        yield from _ledger(entry)
    elif row.lobby is not None:
        yield from _lobby(row.lobby)
    elif (audited := row.ban or row.audit) is not None:
        yield from _audit(audited)
    elif row.webhook is not None:
        yield from _webhook(row.webhook)
    elif row.kind in _KNOWN:
        yield f"its content {NOT_READ}"
    else:
        yield "this console does not know this kind of event"


def _who(row: TimelineRow) -> str:
    audited = row.ban or row.audit
    entry = row.wallet or row.item
    name: str | None = None
    if audited is not None:
        name = actor_name(audited.actor)
    elif entry is not None:
        name = origin_words(entry.origin)
    elif row.grant is not None:
        name = source_kind_words(row.grant.source_kind)
    return f"by {safe(name, limit=_TEXT)}" if name else ""


def _attempt(attempt: Attempt) -> Iterator[str]:
    yield f"{safe(event_words(attempt), limit=_TEXT)} started: {safe(status_words(attempt.status) or None)}"
    if attempt.score is not None:
        of = f" of {plain(attempt.target)}" if attempt.target is not None else ""
        yield f"score {plain(attempt.score)}{of}"
    if attempt.completed_at is not None:
        yield f"completed {exact(attempt.completed_at, None, UTC)}"
    if attempt.roll is not None and attempt.roll.status == "failed":
        yield f"roll failed: {safe(attempt.roll.error, limit=_TEXT)}"


def _grant(grant: Grant) -> Iterator[str]:
    status = safe(status_words(grant.status) or None)
    yield f"{safe(contents_words(grant.contents, grant.kind), limit=_TEXT)} granted: {status}"
    if grant.claimed_at is not None:
        yield f"claimed {exact(grant.claimed_at, None, UTC)}"
    elif grant.expires_at is not None:
        yield f"expires {exact(grant.expires_at, None, UTC)}"
    if grant.attempt_id:
        yield f"from attempt {safe(grant.attempt_id)}"


def _ledger(entry: LedgerRow) -> Iterator[str]:
    yield f"{safe(entry.economy_key or entry.item_key, limit=_TEXT)} {signed(entry.delta)}"
    after = entry.balance if entry.balance is not None else entry.quantity
    if after is not None:
        yield f"{plain(after)} after it"
    if entry.reason:
        yield f"reason {safe(reason_words(entry.reason), limit=_TEXT)}"
    if entry.source_ref_id:
        yield f"from {safe(entry.source_ref_id)}"


def _lobby(lobby: Lobby) -> Iterator[str]:
    yield f"joined a lobby of {safe(event_words(lobby), limit=_TEXT)}: {safe(status_words(lobby.status) or None)}"


def _audit(entry: AuditRow) -> Iterator[str]:
    yield safe(entry.action or None, limit=_TEXT) + (
        f" {safe(entry.outcome, limit=40)}" if entry.outcome not in ("", "ok") else ""
    )
    if entry.target is not None and entry.target.id:
        yield f"on {safe(entry.target.kind, limit=40)} {safe(entry.target.id)}"
    if entry.reason:
        yield f"reason {safe(entry.reason, limit=_TEXT)}"
    if entry.ticket:
        yield f"ticket {safe(entry.ticket, limit=_TEXT)}"


def _webhook(delivery: Delivery) -> Iterator[str]:
    to = f" to {safe(delivery.endpoint.url, limit=_TEXT)}" if delivery.endpoint is not None else ""
    yield f"{safe(delivery.event_name or None, limit=_TEXT)}{to}: {safe(delivery.status or None)}"
    yield f"{counted(delivery.attempt_count, 'attempt')}"
    last = delivery.attempts[-1] if delivery.attempts else None
    if last is not None and last.error:
        yield f"last error {safe(last.error, limit=_TEXT)}"
