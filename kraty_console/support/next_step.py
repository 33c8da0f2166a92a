"""The one thing to do next, for a row or for the whole player (player-tools: the walkthrough)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
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


class NextSteps:
    """The next steps of a player at one moment; what needs mending most is looked for once for all rows."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self._now = now
        self._links = Links(snapshot)

    def for_row(self, scope: Scope | None, row_id: str | None) -> NextStep:
        """The next step for a row; for the whole player when it is none of theirs, or when nothing is wrong with it."""
        faults = self._faults_of(scope, row_id)
        if faults is None:
            return self.for_player()
        mendable = [each for each in faults if each.action_id is not None]
        if mendable:
            others = tuple(each.words for each in faults if each is not mendable[0])
            return _step(mendable[0], mendable[0].advice, others)
        whole = self.for_player(about=True)
        if whole.action_id is None:
            return NextStep(faults[0].advice if faults[0] is not FINE else whole.words, severity=faults[0].severity)
        return NextStep(
            f"{faults[0].advice} {whole.words}",
            whole.action_id,
            whole.row_id,
            whole.pane,
            whole.prefill,
            whole.severity,
        )

    def for_player(self, *, about: bool = False) -> NextStep:
        """The next step for the whole player; `about` says in words which row it is for."""
        if (most := self._most_urgent) is not None:
            words = f"{most.about}: {most.diagnosis.advice}" if about else most.diagnosis.advice
            return _step(most.diagnosis, words, (), most.scope)
        player = self.snapshot.player
        if player.merged_into is not None:
            return NextStep(f"This player was merged into {player.merged_into}; look there.")
        if player.ban is not None:
            why = f' ("{player.ban.reason}")' if player.ban.reason else ""
            return NextStep(f"Nothing is broken, but the player is banned{why}. If that is wrong, lift the ban with B.")
        if not self.snapshot.attempts and not self.snapshot.grants:
            return NextStep(f"There is nothing here that could be wrong: no attempts and no grants. {MAKE_GOOD}")
        elsewhere = f" {GUEST}" if player.email is None else ""
        return NextStep(
            f"Nothing is wrong: what was finished is granted, and what was granted is claimed.{elsewhere} {MAKE_GOOD}"
        )

    @cached_property
    def _most_urgent(self) -> _Found | None:
        mendable = [each for each in self._all_faults() if each.diagnosis.action_id is not None]
        return min(mendable, key=lambda each: URGENCY[each.diagnosis.code], default=None)

    def _faults_of(self, scope: Scope | None, row_id: str | None) -> tuple[Diagnosis, ...] | None:
        if scope == "attempt" and (attempt := self._links.attempt(row_id)) is not None:
            return attempt_faults(attempt, self.snapshot, self._now, self._links)
        if scope == "grant" and (grant := self._links.grant(row_id)) is not None:
            return grant_faults(grant, self.snapshot, self._now)
        return None

    def _all_faults(self) -> Iterator[_Found]:
        told: set[tuple[str, str | None]] = set()
        for attempt in self.snapshot.attempts:
            for diagnosis in attempt_faults(attempt, self.snapshot, self._now, self._links):
                told.add((diagnosis.code, diagnosis.target_id))
                is_grant = self._links.grant(diagnosis.target_id) is not None
                yield _Found(diagnosis, "grant" if is_grant else "attempt", event_words(attempt))
        for grant in self.snapshot.grants:
            for diagnosis in grant_faults(grant, self.snapshot, self._now):
                if (diagnosis.code, diagnosis.target_id) not in told:
                    yield _Found(diagnosis, "grant", contents_words(grant.contents, grant.kind))


def next_step(
    snapshot: Snapshot, now: datetime, *, row_scope: Scope | None = None, row_id: str | None = None
) -> NextStep:
    """The next step for a row; for the whole player when no row is named, or when nothing is wrong with it."""
    return NextSteps(snapshot, now).for_row(row_scope, row_id)


def most_urgent_row(snapshot: Snapshot, now: datetime) -> tuple[PaneId, str] | None:
    """Where the cursor belongs when a player is opened: the row that most needs mending; None when none does."""
    step = NextSteps(snapshot, now).for_player()
    return (step.pane, step.row_id) if step.pane is not None and step.row_id is not None else None


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
