"""The one thing to do next, for a row or for the whole player (player-tools: the walkthrough)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from kraty_console.support.contents import contents_words
from kraty_console.support.diagnosis import FINE, URGENCY, Diagnosis, Severity, attempt_faults, grant_faults
from kraty_console.support.links import Links
from kraty_console.support.scopes import PANE_OF, PaneId, Scope
from kraty_console.support.words import event_words

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

GUEST = "Progress in another account? A merge is run from your backend (players.merge), not from here."
"""For players without an e-mail, who may be guests (player-tools: Walkthrough: merge a guest player)."""

MAKE_GOOD = "For a make-good, credit the wallet with C."


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do, on what, and why. The words are raw text."""

    words: str
    action_id: str | None = None
    """The action to open; None when there is nothing to do, or only to read."""
    row_id: str | None = None
    """The attempt or grant it is about, which may be another than the row asked for; None for the player."""
    pane: PaneId | None = None
    """The pane that row is in."""
    prefill: Mapping[str, str | bool] = field(default_factory=dict)
    severity: Severity = "fine"
    also: tuple[str, ...] = ()
    """Other things that are wrong with the same row, a few words each."""


class _Found(NamedTuple):
    diagnosis: Diagnosis
    scope: Scope
    about: str


def next_step(
    snapshot: Snapshot, now: datetime, *, row_scope: Scope | None = None, row_id: str | None = None
) -> NextStep:
    """The next step for a row; for the whole player when no row is named, or when nothing is wrong with it."""
    links = Links(snapshot)
    faults = _faults_of_row(snapshot, links, now, row_scope, row_id)
    if faults is None:
        return _for_player(snapshot, links, now)
    mendable = [each for each in faults if each.action_id is not None]
    if mendable:
        return _step(mendable[0], mendable[0].advice, tuple(each.words for each in faults if each is not mendable[0]))
    whole = _for_player(snapshot, links, now, about=True)
    if whole.action_id is None:
        return NextStep(faults[0].advice if faults[0] is not FINE else whole.words, severity=faults[0].severity)
    return NextStep(
        f"{faults[0].advice} {whole.words}", whole.action_id, whole.row_id, whole.pane, whole.prefill, whole.severity
    )


def most_urgent_row(snapshot: Snapshot, now: datetime) -> tuple[PaneId, str] | None:
    """Where the cursor belongs when a player is opened: the row that most needs mending; None when none does."""
    step = _for_player(snapshot, Links(snapshot), now)
    return (step.pane, step.row_id) if step.pane is not None and step.row_id is not None else None


def _faults_of_row(
    snapshot: Snapshot, links: Links, now: datetime, row_scope: Scope | None, row_id: str | None
) -> tuple[Diagnosis, ...] | None:
    if row_scope == "attempt" and (attempt := links.attempt(row_id)) is not None:
        return attempt_faults(attempt, snapshot, now, links)
    if row_scope == "grant" and (grant := links.grant(row_id)) is not None:
        return grant_faults(grant, snapshot, now)
    return None


def _all_faults(snapshot: Snapshot, links: Links, now: datetime) -> Iterator[_Found]:
    told: set[tuple[str, str | None]] = set()
    for attempt in snapshot.attempts:
        for diagnosis in attempt_faults(attempt, snapshot, now, links):
            told.add((diagnosis.code, diagnosis.target_id))
            is_grant = links.grant(diagnosis.target_id) is not None
            yield _Found(diagnosis, "grant" if is_grant else "attempt", event_words(attempt))
    for grant in snapshot.grants:
        for diagnosis in grant_faults(grant, snapshot, now):
            if (diagnosis.code, diagnosis.target_id) not in told:
                yield _Found(diagnosis, "grant", contents_words(grant.contents, grant.kind))


def _for_player(snapshot: Snapshot, links: Links, now: datetime, *, about: bool = False) -> NextStep:
    mendable = [each for each in _all_faults(snapshot, links, now) if each.diagnosis.action_id is not None]
    if mendable:
        best = min(mendable, key=lambda each: URGENCY[each.diagnosis.code])
        words = f"{best.about}: {best.diagnosis.advice}" if about else best.diagnosis.advice
        return _step(best.diagnosis, words, (), best.scope)
    if snapshot.player.merged_into is not None:
        return NextStep(f"This player was merged into {snapshot.player.merged_into}; look there.")
    ban = snapshot.player.ban
    if ban is not None:
        why = f' ("{ban.reason}")' if ban.reason else ""
        return NextStep(f"Nothing is broken, but the player is banned{why}. If that is wrong, lift the ban with B.")
    if not snapshot.attempts and not snapshot.grants:
        return NextStep(f"There is nothing here that could be wrong: no attempts and no grants. {MAKE_GOOD}")
    elsewhere = f" {GUEST}" if snapshot.player.email is None else ""
    return NextStep(
        f"Nothing is wrong: what was finished is granted, and what was granted is claimed.{elsewhere} {MAKE_GOOD}"
    )


def _step(diagnosis: Diagnosis, words: str, also: tuple[str, ...], scope: Scope | None = None) -> NextStep:
    if diagnosis.action_id is None or diagnosis.target_id is None:
        pane = None
    else:
        scope = "grant" if diagnosis.action_id.startswith("grant.") else "attempt"
        pane = PANE_OF[scope]
    return NextStep(
        words,
        diagnosis.action_id,
        diagnosis.target_id,
        pane,
        diagnosis.prefill,
        diagnosis.severity,
        tuple(each for each in dict.fromkeys(also) if each),
    )
