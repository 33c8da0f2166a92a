"""What not to do, from what was done before: the rules of "when not to use these tools", as pure functions

(contract/README.md#when-not-to-use-these-tools). They say what the loaded audit rows show, never that there are no
others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.action_spec import COMPLETE
from kraty_console.domain.actions import BAN, CREDIT, FORCE_CLAIM, FORCE_COMPLETE, MANUAL_GRANT, RETRY_ROLL
from kraty_console.domain.bans import ban_caution_words, ban_row, is_under_review
from kraty_console.domain.failed_rolls import later_success
from kraty_console.domain.formatting import counted, grouped, since_past
from kraty_console.domain.grant_links import Links
from kraty_console.domain.labels import event_words
from kraty_console.domain.past_changes import PastChanges, past_changes_of
from kraty_console.domain.payments import kept_payments, may_replace, mentions, paid_words
from kraty_console.domain.problems import Diagnosis, Fault
from kraty_console.domain.revocations import revocation
from kraty_console.domain.timestamps import age, is_within

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Attempt, Grant, Snapshot

OFTEN_FORCED: Final = 2
"""Force-completes of one event for one player that suggest a wrong configuration."""

OFTEN_CLAIMED: Final = 3
"""Force-claims for one player within `RECENTLY` that suggest an unreliable receiver."""

OFTEN_PAID: Final = 3
"""Payments by hand to one player within `RECENTLY` that a studio's backend should make instead."""

RECENTLY: Final = timedelta(days=7)
JUST_NOW: Final = timedelta(days=1)
"""How long a payment by hand is told of a player with whom nothing is wrong."""

_FOR_IT: Final = timedelta(days=30)
"""How long ago a payment may be for a fault whose beginning is unknown."""

_PAYMENTS_TOLD: Final = 2


class CautionRule(StrEnum):
    """The rules, most binding first."""

    FORCED_BEFORE = "forced_before"
    """The attempt was force-completed already."""
    CLAIMED_BEFORE = "claimed_before"
    """The grant was force-claimed or delivered already."""
    ROLLED_BEFORE = "rolled_before"
    """The roll was retried by hand already."""
    REVOKED = "revoked"
    """A member took the grant back."""
    BAN_UNDER_REVIEW = "ban_under_review"
    """The player is banned, and the case is not decided."""
    PAID_BY_HAND = "paid_by_hand"
    """A manual grant or a credit may be for the same complaint."""
    FORCED_OFTEN = "forced_often"
    """One event needs force-completes repeatedly: its target may be unreachable."""
    CLAIMED_OFTEN = "claimed_often"
    """Grants need force-claims repeatedly: the studio's receiver may be failing."""
    PAID_OFTEN = "paid_often"
    """Payments by hand have become a routine."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing not to do. The texts are unsanitized: they quote reasons and names."""

    rule: CautionRule
    words: str
    """A sentence: what not to do, and why."""
    action_ids: tuple[str, ...]
    """The actions that it is about."""
    rows: tuple[str, ...] = ()
    """The ids of the audit rows it follows from, or of the ledger row."""
    tickets: tuple[str, ...] = ()
    """The tickets of these rows."""
    stops: bool = False
    """Whether a person has to decide first, so that the action is not offered."""


def attempt_cautions(
    attempt: Attempt, faults: Sequence[Diagnosis], snapshot: Snapshot, links: Links, now: datetime
) -> tuple[Caution, ...]:
    """What not to do about an attempt; nothing if nothing is wrong with it and no roll is suggested."""
    if all(each.severity == "fine" and each.code is not Fault.GRANTS_NOT_SHOWN for each in faults):
        return ()
    past = past_changes_of(snapshot)
    found: list[Caution] = []
    if rows := past.of_row(Operation.FORCE_COMPLETE, attempt.id):
        found.append(_forced_before(attempt, rows, past, now))
    elif attempt.status not in COMPLETE and (times := past.times_forced(attempt)) >= OFTEN_FORCED:
        words = (
            f"Do not make it a routine: {event_words(attempt)} was force-completed {times} times for this player, so "
            "its target may be unreachable. Have the configuration of the event checked."
        )
        found.append(Caution(CautionRule.FORCED_OFTEN, words, (FORCE_COMPLETE.id,)))
    if (rows := past.of_row(Operation.RETRY_ROLL, attempt.id)) and any(each.code in _UNPAID for each in faults):
        found.append(_rolled_before(attempt, rows, past, snapshot, now))
    started = attempt.started_at or attempt.completed_at
    if any(each.code in _OWED for each in faults):
        found += _payments(snapshot, past, started, now, about=attempt.id)
    for grant in links.of_attempt(attempt).grants:
        found += (each for each in grant_cautions(grant, (), snapshot, now) if each.rule is CautionRule.REVOKED)
    return _ordered([*found, *_ban(faults, snapshot, now)])


def grant_cautions(grant: Grant, faults: Sequence[Diagnosis], snapshot: Snapshot, now: datetime) -> tuple[Caution, ...]:
    """What not to do about a grant: a claimed or revoked one has cautions too, for it may be asked for again."""
    past = past_changes_of(snapshot)
    found: list[Caution] = []
    if rows := past.of_row(Operation.FORCE_CLAIM, grant.id):
        found.append(_claimed_before(grant, rows, past, now))
    elif grant.status != "claimed" and (delivered := _delivery(grant, snapshot)) is not None:
        found.append(Caution(*_delivered_before(delivered, now)))
    if (row := revocation(grant.id, snapshot)) is not None:
        words = f"Do not deliver or replace it: revoked {past.told(row, now)}."
        found.append(_caution(CautionRule.REVOKED, words, (FORCE_CLAIM.id, MANUAL_GRANT.id), (row,), past))
    if any(each.code in _OWED for each in faults):
        claims = lately_claimed(snapshot, now)
        if len(claims) >= OFTEN_CLAIMED and snapshot.player.ban is None:
            words = (
                f"Do not make it a routine: {len(claims)} grants of this player were force-claimed in 7 days. "
                "Is the studio's receiver failing?"
            )
            found.append(_caution(CautionRule.CLAIMED_OFTEN, words, (FORCE_CLAIM.id,), claims, past))
        found += _payments(snapshot, past, grant.created_at or grant.rolled_at, now, grant=grant)
    return _ordered([*found, *_ban(faults, snapshot, now)])


def player_cautions(snapshot: Snapshot, now: datetime, ticket: str = "") -> tuple[Caution, ...]:
    """What not to do for the player as a whole: lift a ban that is not decided, or pay once more by hand what was paid
    just now or under this `ticket`."""
    found = [
        each
        for each in _payments(snapshot, past_changes_of(snapshot), now - JUST_NOW, now)
        if each.rule is CautionRule.PAID_OFTEN or ticket not in each.tickets
    ]
    if words := paid_under(snapshot, ticket, now):
        found.append(Caution(CautionRule.PAID_BY_HAND, f"Do not pay twice under {ticket}: {words}.", _PAYS))
    return _ordered([*found, _under_review(snapshot, now)] if is_under_review(snapshot) else found)


def lately_claimed(snapshot: Snapshot, now: datetime) -> list[AuditRow]:
    """The force-claims of the last days for this player."""
    rows = past_changes_of(snapshot).of_kind(Operation.FORCE_CLAIM)
    return [row for row in rows if is_within(row.occurred_at, now, RECENTLY)]


def paid_under(snapshot: Snapshot, ticket: str, now: datetime) -> str:
    """What was paid by hand under this ticket, in words; empty if nothing is known."""
    past = past_changes_of(snapshot)
    rows = [row for row in kept_payments(snapshot, past) if ticket and past.ticket_of(row) == ticket]
    return "; ".join(f"{paid_words(row)} {past.told(row, now)}" for row in rows[:_PAYMENTS_TOLD])


def held_back(
    faults: Sequence[Diagnosis], cautions: Sequence[Caution], ticket: str = ""
) -> tuple[tuple[Diagnosis, ...], tuple[Caution, ...], tuple[Caution, ...]]:
    """The faults without the actions that a caution stops, whose words then come first; the other cautions; and those
    that stop an action.

    A payment under the same `ticket` stops what would pay once more.
    """
    used: list[Caution] = []
    changed = []
    for fault in faults:
        stop = next((each for each in cautions if fault.action_id in each.action_ids and _stops(each, ticket)), None)
        if stop is None:
            changed.append(fault)
            continue
        used.append(stop)
        # What was paid may be for something else, and then the advice stands; the other rules leave nothing to do.
        rest = f" Otherwise: {fault.advice}" if stop.rule is CautionRule.PAID_BY_HAND else ""
        changed.append(replace(fault, action_id=None, prefill={}, advice=f"{stop.words}{rest}"))
    return tuple(changed), tuple(each for each in cautions if each not in used), tuple(dict.fromkeys(used))


def _stops(caution: Caution, ticket: str) -> bool:
    return caution.stops or (caution.rule is CautionRule.PAID_BY_HAND and bool(ticket) and ticket in caution.tickets)


_UNPAID: Final = (Fault.ROLL_FAILED, Fault.NOT_ROLLED, Fault.NO_GRANTS_LINKED, Fault.GRANTS_NOT_SHOWN)
_OWED: Final = (
    *_UNPAID,
    Fault.GRANT_EXPIRED,
    Fault.GRANT_OVERDUE,
    Fault.GRANT_PENDING,
    Fault.TARGET_MET,
    Fault.WINDOW_OVER,
    Fault.STUCK,
    Fault.PROGRESS_UNKNOWN,
    Fault.NEVER_FINISHED,
)
"""The faults for which a player may have been paid by hand meanwhile."""

_PAYS: Final = (
    RETRY_ROLL.id,
    FORCE_COMPLETE.id,
    FORCE_CLAIM.id,
    MANUAL_GRANT.id,
    CREDIT.id,
)


def _ordered(cautions: Iterable[Caution]) -> tuple[Caution, ...]:
    places = {rule: place for place, rule in enumerate(CautionRule)}
    return tuple(sorted(dict.fromkeys(cautions), key=lambda each: places[each.rule]))


def _caution(
    rule: CautionRule,
    words: str,
    action_ids: tuple[str, ...],
    rows: Sequence[AuditRow],
    past: PastChanges,
    *,
    stops: bool = False,
) -> Caution:
    tickets = tuple(dict.fromkeys(ticket for row in rows if (ticket := past.ticket_of(row))))
    return Caution(rule, words, action_ids, tuple(row.id for row in rows), tickets, stops)


def _forced_before(attempt: Attempt, rows: Sequence[AuditRow], past: PastChanges, now: datetime) -> Caution:
    told = past.told(rows[0], now)
    is_open = attempt.status not in COMPLETE
    words = f"Do not force-complete it again: that was done {told}"
    words += ", and this answer does not show it yet. Read it again." if is_open else "."
    return _caution(CautionRule.FORCED_BEFORE, words, (FORCE_COMPLETE.id,), rows, past, stops=is_open)


def _rolled_before(
    attempt: Attempt, rows: Sequence[AuditRow], past: PastChanges, snapshot: Snapshot, now: datetime
) -> Caution:
    newest = rows[0].metadata or {}
    count, error = newest.get("grantCount"), newest.get("rollError")
    times = f"tried {counted(len(rows), 'time')} by hand, last" if len(rows) > 1 else "tried by hand"
    told = past.told(rows[0], now)
    stops = False
    if error or (attempt.roll is not None and attempt.roll.status == "failed"):
        stops = len(rows) > 1 and later_success(attempt, snapshot) is None
        why = f" Its error: {error}." if isinstance(error, str) else ""
        words = f"Do not retry the roll before its cause is fixed: {times} {told}, and it failed again.{why}"
    elif count == 0:
        stops = True
        words = f"Do not retry the roll: {times} {told}, and it gave nothing. It gives the same each time."
    elif isinstance(count, int):
        stops = True
        words = f"Do not retry the roll or pay by hand: {times} {told}, and it made {counted(count, 'grant')}."
    else:
        words = f"Do not retry the roll before it is known what the last one did: {times} {told}."
    actions = (RETRY_ROLL.id, MANUAL_GRANT.id) if count else (RETRY_ROLL.id,)
    return _caution(CautionRule.ROLLED_BEFORE, words, actions, rows, past, stops=stops)


def _claimed_before(grant: Grant, rows: Sequence[AuditRow], past: PastChanges, now: datetime) -> Caution:
    told = past.told(rows[0], now)
    if grant.status == "claimed":
        words = f"Do not give it once more: it was force-claimed {told}, which delivered it."
        return _caution(CautionRule.CLAIMED_BEFORE, words, (MANUAL_GRANT.id, CREDIT.id), rows, past)
    words = f"Do not force-claim it again: that was done {told}, and this answer does not show it yet. Read it again."
    return _caution(CautionRule.CLAIMED_BEFORE, words, (FORCE_CLAIM.id,), rows, past, stops=True)


def _delivery(grant: Grant, snapshot: Snapshot) -> tuple[str, datetime | None] | None:
    """The ledger row of a grant that was delivered already: its id and time."""
    for row in (*snapshot.wallet_ledger, *snapshot.item_ledger):
        if row.source_ref_id == grant.id and (row.delta or 0) > 0:
            return row.ledger_id, row.occurred_at
    return None


def _delivered_before(
    delivered: tuple[str, datetime | None], now: datetime
) -> tuple[CautionRule, str, tuple[str, ...], tuple[str, ...]]:
    ledger_id, at = delivered
    when = f" {since_past(at, now)}" if at is not None else ""
    words = f"Do not give it once more: the ledger shows that it was delivered{when}. Force-claim only marks it."
    return CautionRule.CLAIMED_BEFORE, words, (MANUAL_GRANT.id, CREDIT.id), (ledger_id,) if ledger_id else ()


def _payments(
    snapshot: Snapshot,
    past: PastChanges,
    began: datetime | None,
    now: datetime,
    *,
    about: str = "",
    grant: Grant | None = None,
) -> Iterator[Caution]:
    """What was paid by hand since it began, and how often lately.

    Args:
        snapshot: The player.
        past: The player's past changes.
        began: When what it may be for began; None if that is unknown.
        now: The current time.
        about: The id of the row that it may be for.
        grant: The grant that it may be for: only what has something of its contents, and never the grant itself.
    """
    about = grant.id if grant is not None else about
    kept = [row for row in kept_payments(snapshot, past) if grant is None or may_replace(row, grant)]
    lately = [row for row in kept if is_within(row.occurred_at, now, RECENTLY)]
    if len(lately) >= OFTEN_PAID:
        words = (
            f"Do not make it a routine: {counted(len(lately), 'payment')} by hand in 7 days. "
            "Regular make-goods belong to the studio's backend."
        )
        yield _caution(CautionRule.PAID_OFTEN, words, (MANUAL_GRANT.id, CREDIT.id), lately, past)
    rows = []
    for row in kept:
        is_after = row.occurred_at is None or (
            is_within(row.occurred_at, now, _FOR_IT) if began is None else age(began, row.occurred_at) >= 0
        )
        if is_after:
            rows.append(row)
    if not rows:
        return
    told = [f"{paid_words(row)} {past.told(row, now)}" for row in rows[:_PAYMENTS_TOLD]]
    more = f", and {grouped(len(rows) - len(told))} more" if len(rows) > len(told) else ""
    named = bool(about) and any(about in mentions(row) for row in rows)
    ends = "." if named else ". If that was for this, nothing is owed."
    words = f"Do not pay twice: {'; '.join(told)}{more}{ends}"
    yield _caution(CautionRule.PAID_BY_HAND, words, _PAYS, rows, past, stops=named)


def _ban(faults: Sequence[Diagnosis], snapshot: Snapshot, now: datetime) -> Iterator[Caution]:
    if any(each.code in (Fault.BANNED_PENDING, Fault.BANNED_PLAYING) for each in faults) and is_under_review(snapshot):
        yield _under_review(snapshot, now)


def _under_review(snapshot: Snapshot, now: datetime) -> Caution:
    row = ban_row(snapshot)
    rows = () if row is None else (row,)
    words = ban_caution_words(snapshot, now)
    return _caution(CautionRule.BAN_UNDER_REVIEW, words, (BAN.id,), rows, past_changes_of(snapshot), stops=True)
