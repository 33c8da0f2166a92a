"""Diagnoses grants by the rules of the walkthrough, as pure functions (contract/README.md#a-lost-reward)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.contract.fault_kinds import PENDING_IS_NORMAL
from kraty_console.domain.action_hints import KEYS, ActionHints
from kraty_console.domain.bans import ban_why, banned_note, is_under_review
from kraty_console.domain.formatting import since, since_past, span
from kraty_console.domain.grant_status import is_overdue
from kraty_console.domain.problems import FINE, URGENCY, Diagnosis, Fault
from kraty_console.domain.revocations import diagnose_revoked
from kraty_console.domain.timestamps import age

if TYPE_CHECKING:
    from kraty_console.contract.players import Grant, Snapshot

_WITH_THE_BAN: Final = "Whether the player gets it is decided together with the ban."


def diagnose_grant(grant: Grant, snapshot: Snapshot, now: datetime) -> Diagnosis:
    """The most urgent diagnosis of a grant."""
    return grant_faults(grant, snapshot, now)[0]


def grant_faults(grant: Grant, snapshot: Snapshot, now: datetime, how: ActionHints = KEYS) -> tuple[Diagnosis, ...]:
    """All diagnoses of a grant, most urgent first; never empty."""
    if grant.status == "claimed":
        return (FINE,)
    if grant.status == "expired":
        diagnoses = (_expired(grant, snapshot, now), *banned_note(snapshot))
    elif grant.status == "revoked":
        diagnoses = (diagnose_revoked(grant, snapshot, now, how),)
    elif grant.status == "pending":
        diagnoses = tuple(_pending(grant, snapshot, now, how))
    else:
        diagnoses = (unknown_status(grant.status),)
    if snapshot.player.ban is not None:
        # A person decides whether a banned player gets the grant anyway, so no action is suggested.
        diagnoses = tuple(replace(each, action_id=None) for each in diagnoses)
    return by_urgency(diagnoses)


def by_urgency(diagnoses: Iterable[Diagnosis]) -> tuple[Diagnosis, ...]:
    """The diagnoses of a row, most urgent first; that it is fine if there are none."""
    return tuple(sorted(diagnoses, key=lambda each: URGENCY[each.code])) or (FINE,)


def unknown_status(status: str) -> Diagnosis:
    """A row whose status the console does not know."""
    why = f'This console does not know the status "{status}"' if status else "Its status is not known"
    return Diagnosis(Fault.UNKNOWN_STATUS, "", "fine", f"{why}, so it gives no advice.")


def _expired(grant: Grant, snapshot: Snapshot, now: datetime) -> Diagnosis:
    when = f" {since(grant.expires_at, now)}" if grant.expires_at is not None else ""
    deliver = _WITH_THE_BAN if snapshot.player.ban is not None else "Force-claim delivers it anyway."
    return Diagnosis(
        Fault.GRANT_EXPIRED,
        "grant expired",
        "wrong",
        f"The grant expired{when} before it was claimed. {deliver}",
        "grant.force_claim",
        grant.id,
    )


def _pending(grant: Grant, snapshot: Snapshot, now: datetime, how: ActionHints) -> Iterator[Diagnosis]:
    claim = ("grant.force_claim", grant.id)
    if (ban := snapshot.player.ban) is not None:
        decide = (
            "Its review is open; until it is decided there is nothing to do."
            if is_under_review(snapshot)
            else f"If the ban is wrong, {how.to('unban')} lifts it; if the player should get this anyway, "
            f"{how.to('force-claim', grant.id)} delivers it."
        )
        yield Diagnosis(
            Fault.BANNED_PENDING,
            "player is banned",
            "notice",
            f"The player is banned ({ban_why(ban)}), so claims are refused and this grant waits. {decide}",
            target_id=grant.id,
        )
    if grant.expires_at is not None and is_overdue(grant, now):
        deliver = "Force-claim delivers it now." if ban is None else _WITH_THE_BAN
        yield Diagnosis(
            Fault.GRANT_OVERDUE,
            f"past its expiry for {span(grant.expires_at, now)}",
            "wrong",
            f"It expired {since(grant.expires_at, now)}; the game can no longer claim it. {deliver}",
            *claim,
        )
        return
    if grant.kind == "crate":
        if ban is not None:
            return
        yield Diagnosis(
            Fault.CRATE_UNOPENED,
            "",
            "fine",
            "This crate is fine: the player can open it in the game. If that fails there, "
            f"{how.to('force-claim', grant.id)} opens it and delivers what is inside.",
        )
        return
    born = grant.created_at or grant.rolled_at
    if born is not None and age(born, now) < PENDING_IS_NORMAL:
        deliver = f" {how.to('force-claim', grant.id)} delivers it now." if ban is None else ""
        yield Diagnosis(
            Fault.JUST_GRANTED,
            "",
            "fine",
            f"This grant is fine: made {since_past(born, now)}, it waits for the game's collectAll().{deliver}",
        )
        return
    words = "unclaimed" if born is None else f"unclaimed {span(born, now)}"
    if ban is not None:
        advice = f"{words[:1].upper()}{words[1:]}: the game of a banned player cannot collect it."
    elif grant.source_kind in ("api", "admin"):
        advice = (
            "Waiting for the game's collectAll() or the studio's acknowledgement. If the acknowledgement was lost, "
            "or to deliver at once: force-claim."
        )
    else:
        advice = "Waiting for the game's collectAll(); force-claim delivers now."
    yield Diagnosis(Fault.GRANT_PENDING, words, "notice", advice, *claim)
