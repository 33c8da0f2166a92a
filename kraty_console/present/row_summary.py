"""The summary below the list: a few lines about the row under the cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.domain import snapshot_lookup
from kraty_console.domain.balance_history import BalancePoint, balance_history_of
from kraty_console.domain.completeness import why_unknown
from kraty_console.domain.corrections import corrected_tickets
from kraty_console.domain.diagnosis import diagnose_lobby
from kraty_console.domain.formatting import counted
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.labels import (
    action_words,
    event_words,
    origin_words,
    reason_words,
    short_actor_name,
    status_words,
)
from kraty_console.domain.player_analysis import analysis_of
from kraty_console.domain.timestamps import as_utc, is_past
from kraty_console.present.attempts import SEVERITY_TONE, no_grants_words
from kraty_console.present.document import amount_text
from kraty_console.present.grants import source_words
from kraty_console.present.numbers import change, number, short_id
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, TableRow
from kraty_console.present.times import ago

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, LedgerRow, Lobby, Snapshot

_TEXT = 400

_UNBROKEN = "\u00a0"
"""No-break space."""


@dataclass(frozen=True, slots=True)
class RowSummary:
    """A title and some lines, most important first."""

    title: SafeText
    lines: tuple[Cell, ...]


def row_summary(row: TableRow, snapshot: Snapshot, now: datetime) -> RowSummary | None:
    """The summary of a row; None when the row is no longer in the snapshot."""
    if row.scope == "attempt" and (attempt := snapshot_lookup.attempt(snapshot, row.id)) is not None:
        title = SafeText(f"{safe(event_words(attempt), limit=60)} · {short_id(attempt.id)}")
        return RowSummary(title, tuple(_attempt(attempt, snapshot, now)))
    if row.scope == "grant" and (grant := snapshot_lookup.grant(snapshot, row.id)) is not None:
        title = SafeText(f"{safe(contents_words(grant.contents, grant.kind), limit=60)} · {short_id(grant.id)}")
        return RowSummary(title, tuple(_grant(grant, snapshot, now)))
    if row.scope == "lobby" and (lobby := snapshot_lookup.lobby(snapshot, row.id)) is not None:
        return RowSummary(SafeText(f"lobby {short_id(lobby.id)}"), tuple(_lobby(lobby, now)))
    if row.scope == "ledger" and (entry := snapshot_lookup.ledger(snapshot, row.id)) is not None:
        title = SafeText(f"{safe(entry.economy_key or entry.item_key, limit=60)} {change(entry.delta)}")
        return RowSummary(title, tuple(_ledger(entry, snapshot, now)))
    if row.scope == "audit" and (audited := snapshot_lookup.audit(snapshot, row.id)) is not None:
        return audit_row_summary(audited, now, corrected_tickets(snapshot.audit).get(audited.id))
    if row.scope in ("wallet", "item"):
        return _holding(row, snapshot, now)
    return None


def balance_points(row: TableRow, snapshot: Snapshot) -> Sequence[BalancePoint]:
    """The course of a balance or an item, oldest first; for a ledger row of what it changed, for any other row none."""
    history = balance_history_of(snapshot)
    if row.scope == "ledger":
        return history.around(row.id)
    return history.of(row.scope, row.id) if row.scope == "wallet" or row.scope == "item" else ()


def _attempt(attempt: Attempt, snapshot: Snapshot, now: datetime) -> Iterator[Cell]:
    analysis = analysis_of(snapshot)
    linked = analysis.links.of_attempt(attempt)
    parts = [
        safe(status_words(attempt.status)) + (f" {ago(attempt.completed_at, now)}" if attempt.completed_at else "")
    ]
    target = f" of {number(attempt.target)}" if attempt.target is not None else ""
    parts[0] += f", score {number(attempt.score)}{target}"
    parts.extend(f"{safe(name, limit=40)} {amount_text(value)}" for name, value in list(attempt.metrics.items())[:4])
    ends = attempt.window_ends_at or attempt.ends_at
    if ends is not None:
        parts.append(f"window {'ended' if is_past(ends, now) else 'to'} {_clock(ends, now)}")
    yield Cell(SafeText(" · ".join(parts)))
    roll = attempt.roll
    if roll is not None and roll.status == "failed":
        why = f": {safe(roll.error, limit=_TEXT)}" if roll.error else ""
        when = f" {ago(roll.at, now)}" if roll.at is not None else ""
        yield Cell(SafeText(f"reward roll failed{when}{why}"), "bad")
    for fault in analysis.attempt_faults(attempt, now):
        if fault.severity != "fine" and fault.code != "roll_failed":
            yield Cell(safe(fault.words, limit=_TEXT), SEVERITY_TONE[fault.severity])
    if not linked.ids:
        yield Cell(
            SafeText(no_grants_words(linked)),
            "dim",
        )
    for grant in linked.grants[:5]:
        yield Cell(
            SafeText(
                f"grant {short_id(grant.id)}: {safe(contents_words(grant.contents, grant.kind))}, "
                f"{safe(status_words(grant.status))}"
            )
        )
    unseen = len(linked.ids) - len(linked.grants[:5])
    if unseen:
        yield Cell(SafeText(f"and {counted(unseen, 'more grant')}"), "dim")


def _clock(moment: datetime, now: datetime) -> SafeText:
    utc = as_utc(moment)
    same_day = utc.date() == as_utc(now).date()
    return SafeText(utc.strftime("%H:%M UTC" if same_day else "%Y-%m-%d %H:%M UTC").replace(" ", _UNBROKEN))


def _grant(grant: Grant, snapshot: Snapshot, now: datetime) -> Iterator[Cell]:
    analysis = analysis_of(snapshot)
    source = source_words(grant, analysis.links)
    parts = [f"{safe(status_words(grant.status))}, granted {ago(grant.created_at, now)}"]
    if source is not None:
        parts.append(source if grant.source_kind == "admin" else f"from {source}")
    if grant.claimed_at is not None:
        parts.append(f"claimed {ago(grant.claimed_at, now)}")
    elif grant.expires_at is not None and grant.status != "revoked":
        parts.append(f"{'expired' if is_past(grant.expires_at, now) else 'expires'} {ago(grant.expires_at, now)}")
    yield Cell(SafeText(" · ".join(parts)))
    for fault in analysis.grant_faults(grant, now):
        if fault.words:
            yield Cell(safe(fault.words, limit=_TEXT), SEVERITY_TONE[fault.severity])
    for child in analysis.links.children_of(grant)[:5]:
        words = f"{contents_words(child.contents, child.kind)}, {status_words(child.status)}"
        yield Cell(safe(f"came out: {words}", limit=_TEXT))


def _lobby(lobby: Lobby, now: datetime) -> Iterator[Cell]:
    state = [safe(status_words(lobby.status) or "no status")]
    if lobby.started_at is not None:
        state.append(SafeText(f"started {ago(lobby.started_at, now)}"))
    if lobby.ends_at is not None:
        state.append(SafeText(f"{'ended' if is_past(lobby.ends_at, now) else 'ends'} {ago(lobby.ends_at, now)}"))
    yield Cell(SafeText(" · ".join(state)))
    fault = diagnose_lobby(lobby, now)
    if fault.severity != "fine":
        yield Cell(safe(fault.advice, limit=_TEXT), SEVERITY_TONE[fault.severity])


def _ledger(entry: LedgerRow, snapshot: Snapshot, now: datetime) -> Iterator[Cell]:
    after = entry.balance if entry.balance is not None else entry.quantity
    yield Cell(SafeText(f"{ago(entry.occurred_at, now)}, {number(after)} after it"))
    by = safe(origin_words(snapshot_lookup.who_changed(snapshot, entry)))
    yield Cell(SafeText(f"reason {safe(reason_words(entry.reason), limit=_TEXT)}, by {by}"))
    grant = snapshot_lookup.grant(snapshot, entry.source_ref_id)
    if grant is not None:
        yield Cell(SafeText(f"from grant {short_id(grant.id)}: {safe(contents_words(grant.contents, grant.kind))}"))


def audit_row_summary(entry: AuditRow, now: datetime, corrected: str | None = None) -> RowSummary:
    """The summary of an audit row; `corrected` is its right ticket, if a wrong one was recorded."""
    who = safe(short_actor_name(entry.actor) or None)
    what = f": {words}" if (words := action_words(entry.action)) else ""
    outcome = safe(entry.outcome or None)
    lines = [Cell(SafeText(f"{ago(entry.occurred_at, now)} by {who}{what}, outcome {outcome}"))]
    if entry.reason:
        lines.append(Cell(SafeText(f"reason: {safe(entry.reason, limit=_TEXT)}")))
    if corrected is not None:
        was = safe(entry.ticket, limit=_TEXT) if entry.ticket else "none"
        lines.append(Cell(SafeText(f"ticket: {safe(corrected, limit=_TEXT)}, corrected from {was}")))
    elif entry.ticket:
        lines.append(Cell(SafeText(f"ticket: {safe(entry.ticket, limit=_TEXT)}")))
    return RowSummary(SafeText(f"{safe(entry.action or 'audit row', limit=60)} · {short_id(entry.id)}"), tuple(lines))


def _holding(row: TableRow, snapshot: Snapshot, now: datetime) -> RowSummary | None:
    ledger = snapshot.wallet_ledger if row.scope == "wallet" else snapshot.item_ledger
    holding = (
        snapshot_lookup.balance(snapshot, row.id) if row.scope == "wallet" else snapshot_lookup.item(snapshot, row.id)
    )
    if holding is None:
        return None
    lines = [_change_line(entry, snapshot, now) for entry in ledger if row.id in (entry.economy_key, entry.item_key)]
    why = why_unknown(snapshot, "wallet_ledger" if row.scope == "wallet" else "item_ledger")
    none = f"changes {why}" if why else "no changes in the list"
    return RowSummary(safe(row.id, limit=60), tuple(lines[:12]) or (Cell(SafeText(none), "dim"),))


def _change_line(entry: LedgerRow, snapshot: Snapshot, now: datetime) -> Cell:
    by = safe(origin_words(snapshot_lookup.who_changed(snapshot, entry)))
    why = f"{safe(reason_words(entry.reason), limit=120)}, by {by}"
    return Cell(SafeText(f"{ago(entry.occurred_at, now)}  {change(entry.delta)}  {why}"))
