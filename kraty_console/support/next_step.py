"""The one thing to do next, for a row or for the whole player (player-tools: the walkthrough)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kraty_console.support.action_spec import COMPLETE
from kraty_console.support.contents import contents_words
from kraty_console.support.diagnosis import attempt_faults, grant_faults
from kraty_console.support.faults import FINE, URGENCY, Diagnosis, Severity
from kraty_console.support.links import Links
from kraty_console.support.measure import counted, grouped
from kraty_console.support.provided import NOT_PROVIDED, sentence, told, unread_of, whole, why_unknown
from kraty_console.support.scopes import PANE_OF, PaneId, Scope
from kraty_console.support.words import event_words

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

GUEST = "Progress in another account? A merge is run from your backend (players.merge), not from here."
GUEST_WITH_KEY = "Progress in another account? Merge the two with U."
"""For players without an e-mail, who may be guests (player-tools: Walkthrough: merge a guest player)."""

MAKE_GOOD = "For a make-good, credit the wallet with C."
MAKE_GOOD_BY_GRANT = "For a make-good, issue a manual grant with M."
"""Where the backend cannot credit."""


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

    def __init__(self, snapshot: Snapshot, now: datetime, *, can_credit: bool = True, can_merge: bool = False) -> None:
        """
        Args:
            snapshot: The player.
            now: The moment.
            can_credit: False where the backend is known to have no wallet credit.
            can_merge: Whether the credential can merge, as a server key can.
        """
        self._guest = GUEST_WITH_KEY if can_merge else GUEST
        self._make_good = MAKE_GOOD if can_credit else MAKE_GOOD_BY_GRANT
        self.snapshot = snapshot
        self._now = now
        self._links = Links(snapshot)

    def for_row(self, scope: Scope | None, row_id: str | None) -> NextStep:
        """The next step for a row; for the whole player when it is none of theirs, or when nothing is wrong with it."""
        return self._with_gap(self._for_row(scope, row_id))

    def for_player(self, *, about: bool = False) -> NextStep:
        """The next step for the whole player; `about` says in words which row it is for."""
        return self._with_gap(self._for_player(about=about))

    def _with_gap(self, step: NextStep) -> NextStep:
        """The step with what could not be read behind it: what is missing may be what matters."""
        return replace(step, words=" ".join((step.words, *self._gaps))) if self._gaps else step

    @cached_property
    def _gaps(self) -> tuple[str, ...]:
        return tuple(sentence(each) for each in unread_of(self.snapshot))

    def _for_row(self, scope: Scope | None, row_id: str | None) -> NextStep:
        faults = self._faults_of(scope, row_id)
        if faults is None:
            return self._for_player()
        mendable = [each for each in faults if each.action_id is not None]
        if mendable:
            others = tuple(each.words for each in faults if each is not mendable[0])
            return _step(mendable[0], mendable[0].advice, others)
        other = self._for_player(about=True)
        if other.action_id is None:
            return NextStep(faults[0].advice if faults[0] is not FINE else other.words, severity=faults[0].severity)
        return NextStep(
            f"{faults[0].advice} {other.words}",
            other.action_id,
            other.row_id,
            other.pane,
            other.prefill,
            other.severity,
        )

    def _for_player(self, *, about: bool = False) -> NextStep:
        if (most := self._most_urgent) is not None:
            words = f"{most.about}: {most.diagnosis.advice}" if about else most.diagnosis.advice
            return _step(most.diagnosis, words, (), most.scope)
        snapshot, player = self.snapshot, self.snapshot.player
        if player.merged_into is not None:
            return NextStep(f"This player was merged into {player.merged_into}; look there.")
        loaded = _loaded(snapshot)
        unknown = "".join(f" {sentence(each)}" for each in _not_provided(snapshot))
        if player.ban is not None:
            why = f' ("{player.ban.reason}")' if player.ban.reason else ""
            return NextStep(
                f"Nothing is broken{loaded}, but the player is banned{why}. If that is wrong, lift the ban with B."
                + unknown
            )
        elsewhere = f" {self._guest}" if told(player, "email") and not player.email else ""
        if not snapshot.attempts and not snapshot.grants:
            if whole(snapshot, "attempts") and whole(snapshot, "grants") and not loaded:
                why = "There is nothing here that could be wrong: no attempts and no grants."
            else:
                why = f"No attempts or grants are known, so nothing can be said of them.{unknown}"
            return NextStep(f"{why}{elsewhere} {self._make_good}")
        claim = "what was finished is granted, and what was granted is claimed"
        if not whole(snapshot, "attempts") or not whole(snapshot, "grants"):
            return NextStep(f"Nothing is known to be wrong{loaded}.{unknown}{elsewhere} {self._make_good}")
        return NextStep(f"Nothing is wrong{loaded}: {claim}.{unknown}{elsewhere} {self._make_good}")

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


def _loaded(snapshot: Snapshot) -> str:
    """` in the 50 of 69 attempts loaded` where a list is cut short; empty where all is there."""
    summary = snapshot.summary
    parts = []
    if (total := summary.attempt_count) is not None and total > len(snapshot.attempts) > 0:
        parts.append(f"{grouped(len(snapshot.attempts))} of {counted(total, 'attempt')}")
    standing = sum(grant.status != "expired" for grant in snapshot.grants)
    total = (summary.grants_pending or 0) + (summary.grants_claimed or 0)
    if total > standing and snapshot.grants:
        parts.append(f"{grouped(standing)} of {counted(total, 'grant')}")
    return f" in the {' and '.join(parts)} loaded" if parts else ""


def _not_provided(snapshot: Snapshot) -> Iterator[str]:
    """What is not known since the backend leaves it out, of what would be wrong if it were so."""
    missing = [name for name in ("attempts", "grants") if why_unknown(snapshot, name) == NOT_PROVIDED]
    if missing:
        yield f"{' and '.join(missing)} are {NOT_PROVIDED}"
    parts = []
    if any(each.status in COMPLETE and not told(each, "roll") for each in snapshot.attempts):
        parts.append("whether rolls failed")
    if why_unknown(snapshot.player, "ban") == NOT_PROVIDED:
        parts.append("whether the player is banned")
    if parts:
        yield f"{' and '.join(parts)} {'is' if len(parts) == 1 else 'are'} {NOT_PROVIDED}"


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
