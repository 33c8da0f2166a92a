"""Suggests the next step for a row or for the whole player (contract/README.md#a-lost-reward)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kraty_console.domain import snapshot_lookup
from kraty_console.domain.action_spec import COMPLETE
from kraty_console.domain.completeness import (
    NOT_PROVIDED,
    is_complete,
    is_provided,
    sentence,
    unreadable_parts,
    why_unknown,
)
from kraty_console.domain.diagnosis import ban_why, diagnose_lobby
from kraty_console.domain.formatting import counted, grouped, since
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_links import NOT_IN_TOTALS
from kraty_console.domain.labels import event_words
from kraty_console.domain.player_analysis import analysis_of
from kraty_console.domain.problems import FINE, URGENCY, Diagnosis, Severity
from kraty_console.domain.scopes import PANE_OF, PaneId, Scope

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

GUEST = "Progress in another account? m shows the two side by side, and the command that merges them."
GUEST_WITH_KEY = "Progress in another account? Merge the two with U."
"""For players without an e-mail, who may be guests (contract/SERVER.md#merge)."""

MAKE_GOOD = "For a make-good, credit the wallet with C."
MAKE_GOOD_BY_GRANT = "For a make-good, issue a manual grant with M."
"""For backends without wallet credit."""


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A row to look at next, other than the one under the cursor. The texts are unsanitized."""

    name: str
    """Identifies the row for people: `daily_race (2h ago)`."""
    pane: PaneId
    row_id: str
    words: str = ""
    """What is wrong with it; empty if the step's text says so."""
    severity: Severity = "fine"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do, on which row, and why. The texts are unsanitized."""

    words: str
    """The advice for the row or the player; empty if the step is only to look at another row."""
    action_id: str | None = None
    """The action to open for the row; None when there is nothing to do."""
    prefill: Mapping[str, str | bool] = field(default_factory=dict)
    severity: Severity = "fine"
    """The severity for the row itself."""
    also: tuple[str, ...] = ()
    """Further faults of the same row, a few words each."""
    name: str = ""
    """Identifies the row that the words are about, for people; empty if they are about the whole player."""
    other: OtherRow | None = None
    """The row to go to first; actions open only for the row under the cursor."""

    @property
    def text(self) -> str:
        """The whole step as one text."""
        elsewhere = f"{self.other.name}: {self.other.words}" if self.other is not None and self.other.words else ""
        return " ".join(part for part in (self.words, elsewhere) if part)

    @property
    def leads(self) -> bool:
        """Whether there is an action to open or a row to go to."""
        return self.action_id is not None or self.other is not None


class Trouble(NamedTuple):
    """A fault, and the row on which it is fixed."""

    diagnosis: Diagnosis
    row: OtherRow


class NextSteps:
    """The next steps of a player at one time; the most urgent fault is computed once for all rows."""

    def __init__(self, snapshot: Snapshot, now: datetime, *, can_credit: bool = True, can_merge: bool = False) -> None:
        """
        Args:
            snapshot: The player.
            now: The current time.
            can_credit: False if the backend is known to lack wallet credit.
            can_merge: Whether the credential can merge; server keys can.
        """
        self._guest = GUEST_WITH_KEY if can_merge else GUEST
        self._make_good = MAKE_GOOD if can_credit else MAKE_GOOD_BY_GRANT
        self.snapshot = snapshot
        self._now = now
        self._analysis = analysis_of(snapshot)
        self._links = self._analysis.links
        self._for_rows: dict[tuple[Scope | None, str | None], NextStep] = {}

    def for_row(self, scope: Scope | None, row_id: str | None) -> NextStep:
        """The next step for a row: what is wrong with it, or else which other row needs fixing."""
        step = self._for_rows.get((scope, row_id))
        if step is None:
            step = self._for_rows[scope, row_id] = self._with_gap(self._for_row(scope, row_id))
        return step

    def for_player(self) -> NextStep:
        """The next step for the whole player: the most urgent row, or the overall state."""
        return self._with_gap(self._for_player())

    def _with_gap(self, step: NextStep) -> NextStep:
        """Append what could not be read: the missing rows may be the ones that matter."""
        if not self._gaps:
            return step
        if step.other is not None and step.other.words:
            return replace(step, other=replace(step.other, words=" ".join((step.other.words, *self._gaps))))
        return replace(step, words=" ".join((step.words, *self._gaps)))

    @cached_property
    def _gaps(self) -> tuple[str, ...]:
        return tuple(sentence(each) for each in unreadable_parts(self.snapshot))

    def _for_row(self, scope: Scope | None, row_id: str | None) -> NextStep:
        faults = self._faults_of(scope, row_id)
        if faults is None or row_id is None:
            return self._for_player()
        here = self._row_of(row_id)
        name = here.name if here is not None else ""
        wrong = [each for each in faults if each.severity != "fine"]
        if wrong:
            return replace(self._for_wrong_row(row_id, wrong), name=name)
        most = self._most_urgent
        if most is not None:
            return NextStep(faults[0].advice, other=most.row, name=name)
        return self._for_player() if faults[0] is FINE else NextStep(faults[0].advice, name=name)

    def _for_wrong_row(self, row_id: str, wrong: Sequence[Diagnosis]) -> NextStep:
        first, also = wrong[0], tuple(dict.fromkeys(each.words for each in wrong[1:] if each.words))
        if first.target_id is not None and first.target_id != row_id:
            row = self._row_of(first.target_id)
            if row is not None:
                words = f"Its grant {row.name}: {first.advice}"
                return NextStep(words, severity=first.severity, also=also, other=row)
        if first.action_id is not None:
            return NextStep(first.advice, first.action_id, first.prefill, first.severity, also)
        other = next(
            (each.row for each in self.troubles if each.diagnosis.action_id and each.row.row_id != row_id), None
        )
        return NextStep(first.advice, severity=first.severity, also=also, other=other)

    def _for_player(self) -> NextStep:
        if (most := self._most_urgent) is not None:
            return NextStep("", other=most.row)
        snapshot, player = self.snapshot, self.snapshot.player
        if player.merged_into is not None:
            return NextStep(f"This player was merged into {player.merged_into}; look there.")
        loaded = loaded_words(snapshot)
        unknown = "".join(f" {sentence(each)}" for each in unknown_words(snapshot))
        if player.ban is not None:
            return NextStep(
                f"The player is banned ({ban_why(player.ban)}); nothing else is wrong{loaded}. "
                f"If the ban is wrong, B lifts it.{unknown}",
                severity="notice",
            )
        elsewhere = f" {self._guest}" if is_provided(player, "email") and not player.email else ""
        if not snapshot.attempts and not snapshot.grants:
            if is_complete(snapshot, "attempts") and is_complete(snapshot, "grants") and not loaded:
                why = "Nothing can be wrong here: no attempts and no grants."
            else:
                why = f"No attempts or grants are known, so their state is unknown.{unknown}"
            return NextStep(f"{why}{elsewhere} {self._make_good}")
        claim = "every finished attempt has its grants, and every grant is claimed"
        if not is_complete(snapshot, "attempts") or not is_complete(snapshot, "grants"):
            return NextStep(f"Nothing is known to be wrong{loaded}.{unknown}{elsewhere} {self._make_good}")
        return NextStep(f"Nothing is wrong{loaded}: {claim}.{unknown}{elsewhere} {self._make_good}")

    @property
    def _most_urgent(self) -> Trouble | None:
        return self.troubles[0] if self.troubles else None

    @cached_property
    def troubles(self) -> tuple[Trouble, ...]:
        """All faults of all rows, most urgent first."""
        return tuple(sorted(self._all_troubles(), key=lambda each: URGENCY[each.diagnosis.code]))

    def _faults_of(self, scope: Scope | None, row_id: str | None) -> tuple[Diagnosis, ...] | None:
        """All diagnoses of a row; None if rows of its kind have none, or the row is gone."""
        if scope == "attempt" and (attempt := self._links.attempt(row_id)) is not None:
            return self._analysis.attempt_faults(attempt, self._now)
        if scope == "grant" and (grant := self._links.grant(row_id)) is not None:
            return self._analysis.grant_faults(grant, self._now)
        if scope == "lobby" and (lobby := snapshot_lookup.lobby(self.snapshot, row_id)) is not None:
            return (diagnose_lobby(lobby, self._now),)
        return None

    def _all_troubles(self) -> Iterator[Trouble]:
        snapshot, now = self.snapshot, self._now
        by_row: list[tuple[str, tuple[Diagnosis, ...]]] = [
            *((each.id, self._analysis.attempt_faults(each, now)) for each in snapshot.attempts),
            *((each.id, self._analysis.grant_faults(each, now)) for each in snapshot.grants),
            *((each.id, (diagnose_lobby(each, now),)) for each in snapshot.lobbies),
        ]
        is_provided: set[tuple[str, str]] = set()
        for row_id, faults in by_row:
            for diagnosis in faults:
                mended_on = row_id
                if diagnosis.target_id is not None and self._row_of(diagnosis.target_id) is not None:
                    mended_on = diagnosis.target_id
                if diagnosis.severity == "fine" or (diagnosis.code, mended_on) in is_provided:
                    continue
                is_provided.add((diagnosis.code, mended_on))
                row = self._row_of(mended_on)
                assert row is not None, "it is a row of the lists"
                yield Trouble(diagnosis, replace(row, words=diagnosis.advice, severity=diagnosis.severity))

    def _row_of(self, row_id: str) -> OtherRow | None:
        """A row, with its label for people."""
        if (attempt := self._links.attempt(row_id)) is not None:
            return OtherRow(self._named(event_words(attempt), attempt.started_at), PANE_OF["attempt"], row_id)
        if (grant := self._links.grant(row_id)) is not None:
            what = contents_words(grant.contents, grant.kind)
            return OtherRow(self._named(what, grant.created_at or grant.rolled_at), PANE_OF["grant"], row_id)
        if (lobby := snapshot_lookup.lobby(self.snapshot, row_id)) is not None:
            return OtherRow(self._named(f"lobby of {event_words(lobby)}", lobby.created_at), PANE_OF["lobby"], row_id)
        return None

    def _named(self, what: str, moment: datetime | None) -> str:
        return f"{what} ({since(moment, self._now)})" if moment is not None else what


def next_step(
    snapshot: Snapshot, now: datetime, *, row_scope: Scope | None = None, row_id: str | None = None
) -> NextStep:
    """The next step for a row; for the whole player if no row is given."""
    return next_steps(snapshot, now).for_row(row_scope, row_id)


def next_steps(snapshot: Snapshot, now: datetime, *, can_credit: bool = True, can_merge: bool = False) -> NextSteps:
    """The next steps with these arguments of `NextSteps`, shared while they are valid."""
    return analysis_of(snapshot).once(
        ("next steps", can_credit, can_merge),
        now,
        lambda: NextSteps(snapshot, now, can_credit=can_credit, can_merge=can_merge),
    )


def loaded_words(snapshot: Snapshot) -> str:
    """` in the 50 of 69 attempts loaded` if a list is cut short; empty if all rows are loaded."""
    summary = snapshot.summary
    parts = []
    if (total := summary.attempt_count) is not None and total > len(snapshot.attempts) > 0:
        parts.append(f"{grouped(len(snapshot.attempts))} of {counted(total, 'attempt')}")
    standing = sum(grant.status not in NOT_IN_TOTALS for grant in snapshot.grants)
    total = (summary.grants_pending or 0) + (summary.grants_claimed or 0)
    if total > standing and snapshot.grants:
        parts.append(f"{grouped(standing)} of {counted(total, 'grant')}")
    return f" in the {' and '.join(parts)} loaded" if parts else ""


def unknown_words(snapshot: Snapshot) -> Iterator[str]:
    """Possible faults that are unknown because the backend does not provide the data."""
    missing = [name for name in ("attempts", "grants") if why_unknown(snapshot, name) == NOT_PROVIDED]
    if missing:
        yield f"{' and '.join(missing)} are {NOT_PROVIDED}"
    parts = []
    if any(each.status in COMPLETE and not is_provided(each, "roll") for each in snapshot.attempts):
        parts.append("whether rolls failed")
    if why_unknown(snapshot.player, "ban") == NOT_PROVIDED:
        parts.append("whether the player is banned")
    if parts:
        yield f"{' and '.join(parts)} {'is' if len(parts) == 1 else 'are'} {NOT_PROVIDED}"
