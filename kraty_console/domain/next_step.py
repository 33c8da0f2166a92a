"""Suggests the next step for a row or for the whole player (contract/README.md#a-lost-reward)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.domain import snapshot_lookup
from kraty_console.domain.action_hints import KEYS, ActionHints
from kraty_console.domain.bans import ban_why, lift_words
from kraty_console.domain.cautions import Caution, held_back, player_cautions
from kraty_console.domain.completeness import is_provided, sentence, unreadable_parts
from kraty_console.domain.coverage import has_none, loaded_words, unknown_words
from kraty_console.domain.diagnosis import diagnose_lobby
from kraty_console.domain.failed_rolls import catalog_words
from kraty_console.domain.formatting import counted, since
from kraty_console.domain.grant_contents import contents_words, listed
from kraty_console.domain.labels import event_words
from kraty_console.domain.player_analysis import RowAnalysis, analysis_of
from kraty_console.domain.problems import FINE, URGENCY, Diagnosis, Fault, Severity
from kraty_console.domain.scopes import PANE_OF, PaneId, Scope

if TYPE_CHECKING:
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.players import Attempt, Grant, Lobby, Snapshot

GUEST = "Progress in another account? m shows the two side by side, and the command that merges them."
GUEST_WITH_KEY = "Progress in another account? Merge the two with U."
GUEST_BY_COMMAND = "Progress in another account? `kraty-console server merge GUEST ACCOUNT` merges the two."
"""For players without an e-mail, who may be guests (contract/SERVER.md#merge)."""

MAKE_GOOD = "For a make-good, credit the wallet with C."
MAKE_GOOD_BY_GRANT = "For a make-good, issue a manual grant with M."
"""For backends without wallet credit."""

_DIAGNOSED: Final[tuple[Scope, ...]] = ("attempt", "grant", "lobby")
"""The scopes whose rows are diagnosed."""

_BUT_FOR: Final[dict[tuple[Scope, Fault], tuple[str, str]]] = {
    ("attempt", Fault.PAID_AT_CLOSE): ("attempt that is paid at the close", "attempts that are paid at the close"),
    ("attempt", Fault.ROLLED_NOTHING): ("roll that gave nothing", "rolls that gave nothing"),
    ("grant", Fault.JUST_GRANTED): ("grant just made", "grants just made"),
    ("grant", Fault.CRATE_UNOPENED): ("unopened crate", "unopened crates"),
    ("grant", Fault.GRANT_REVOKED): ("revoked grant", "revoked grants"),
}
"""States in which nothing is wrong, although a finished attempt has no grants or a grant is not claimed."""


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
    avoid: tuple[str, ...] = ()
    """What not to do, a sentence each: about the row, or else about the other one."""

    @property
    def text(self) -> str:
        """The whole step as one text."""
        elsewhere = f"{self.other.name}: {self.other.words}" if self.other is not None and self.other.words else ""
        return " ".join(part for part in (self.words, elsewhere, *self.avoid) if part)

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

    def __init__(
        self,
        snapshot: Snapshot,
        now: datetime,
        *,
        can_credit: bool = True,
        can_merge: bool = False,
        ticket: str = "",
        catalog: Catalog | None = None,
        how: ActionHints = KEYS,
    ) -> None:
        """
        Args:
            snapshot: The player.
            now: The current time.
            can_credit: False if the backend is known to lack wallet credit.
            can_merge: Whether the credential can merge; server keys can.
            ticket: The ticket in work: what was paid under it is not paid twice.
            catalog: What can be granted, if it is loaded.
            how: Whether the texts name keys or commands.
        """
        self._how, self._ticket, self._catalog = how, ticket, catalog
        if how.are_commands:
            self._guest = GUEST_BY_COMMAND
            self._make_good = f"For a make-good: {how.to('credit' if can_credit else 'manual-grant')}."
        else:
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
        found = self._analysis_of(scope, row_id)
        if found is None or row_id is None or self.snapshot.player.merged_into is not None:
            return self._for_player()
        here = self._row_of(row_id)
        name = here.name if here is not None else ""
        faults, avoid = found.faults, _sentences(found.cautions)
        wrong = [each for each in faults if each.severity != "fine"]
        if wrong:
            return replace(self._for_wrong_row(row_id, wrong), name=name, avoid=avoid)
        most = self._most_urgent
        if most is not None:
            return NextStep(faults[0].advice, other=most.row, name=name, avoid=avoid or self._avoid_of(most.row))
        if faults[0] is FINE and not avoid:
            return self._for_player()
        return NextStep(faults[0].advice, name=name, avoid=avoid)

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
        snapshot, player = self.snapshot, self.snapshot.player
        if player.merged_into is not None:
            return NextStep(f"This player was merged into {player.merged_into}; look there.")
        if (most := self._most_urgent) is not None:
            return NextStep("", other=most.row, avoid=self._avoid_of(most.row))
        return replace(self._without_faults(), avoid=_sentences(player_cautions(snapshot, self._now, self._ticket)))

    def _without_faults(self) -> NextStep:
        """The overall state of a player with no fault in what is loaded."""
        snapshot, player = self.snapshot, self.snapshot.player
        loaded = loaded_words(snapshot)
        unknown = "".join(f" {sentence(each)}" for each in unknown_words(snapshot))
        is_known = not unknown and not self._gaps and not self._is_doubtful
        if player.ban is not None:
            else_wrong = "nothing else is wrong" if is_known else "nothing else is known to be wrong"
            return NextStep(
                f"The player is banned ({ban_why(player.ban)}); {else_wrong}{loaded}. "
                f"{lift_words(snapshot, self._how)}{unknown}",
                severity="notice",
            )
        elsewhere = f" {self._guest}" if is_provided(player, "email") and not player.email else ""
        if not snapshot.attempts and not snapshot.grants:
            if has_none(snapshot):
                why = "Nothing can be wrong here: no attempts and no grants."
            else:
                why = f"No attempts or grants are known, so their state is unknown.{unknown}"
            return NextStep(f"{why}{elsewhere} {self._make_good}")
        if not is_known:
            return NextStep(f"Nothing is known to be wrong{loaded}.{unknown}{elsewhere} {self._make_good}")
        return NextStep(f"Nothing is wrong{loaded}: {self._claim}.{elsewhere} {self._make_good}")

    @cached_property
    def _codes(self) -> Counter[tuple[Scope, Fault]]:
        """How many attempts and grants have each most urgent diagnosis."""
        codes: list[tuple[Scope, Fault]] = [
            *(("attempt", self._of_attempt(each).faults[0].code) for each in self.snapshot.attempts),
            *(("grant", self._of_grant(each).faults[0].code) for each in self.snapshot.grants),
        ]
        return Counter(codes)

    @property
    def _is_doubtful(self) -> bool:
        """Whether something is not known of a row that is loaded."""
        return any(code in (Fault.GRANTS_NOT_SHOWN, Fault.UNKNOWN_STATUS) for _, code in self._codes)

    @property
    def _claim(self) -> str:
        """What makes a player without faults fine, as far as all loaded rows bear it out."""
        told = [counted(count, *words) for each, words in _BUT_FOR.items() if (count := self._codes[each])]
        but_for = f", but for {listed(told)}" if told else ""
        return f"every finished attempt has its grants, and every grant is claimed{but_for}"

    @property
    def _most_urgent(self) -> Trouble | None:
        return self.troubles[0] if self.troubles else None

    @cached_property
    def troubles(self) -> tuple[Trouble, ...]:
        """All faults of all rows, most urgent first."""
        return tuple(sorted(self._all_troubles(), key=lambda each: URGENCY[each.diagnosis.code]))

    def analysis_of_row(self, pane: PaneId, row_id: str) -> RowAnalysis | None:
        """What is wrong with a row, and what not to do about it; None if its kind has no diagnosis."""
        scope = next((each for each in _DIAGNOSED if PANE_OF[each] == pane), None)
        return self._analysis_of(scope, row_id)

    def _analysis_of(self, scope: Scope | None, row_id: str | None) -> RowAnalysis | None:
        """All diagnoses of a row; None if rows of its kind have none, or the row is gone."""
        if scope == "attempt" and (attempt := self._links.attempt(row_id)) is not None:
            return self._of_attempt(attempt)
        if scope == "grant" and (grant := self._links.grant(row_id)) is not None:
            return self._of_grant(grant)
        if scope == "lobby" and (lobby := snapshot_lookup.lobby(self.snapshot, row_id)) is not None:
            return self._of_lobby(lobby)
        return None

    def _of_attempt(self, attempt: Attempt) -> RowAnalysis:
        return self._worked_on(self._analysis.attempt(attempt, self._now, self._how), attempt)

    def _of_grant(self, grant: Grant) -> RowAnalysis:
        return self._worked_on(self._analysis.grant(grant, self._now, self._how))

    def _of_lobby(self, lobby: Lobby) -> RowAnalysis:
        return RowAnalysis((diagnose_lobby(lobby, self._now),), ())

    def _worked_on(self, found: RowAnalysis, attempt: Attempt | None = None) -> RowAnalysis:
        """The analysis with what only the ticket in work and the catalog tell."""
        faults = found.faults
        if attempt is not None and (words := self.catalog_words(attempt)):
            faults = tuple(
                replace(each, advice=f"{each.advice} {words}") if each.code is Fault.ROLL_FAILED else each
                for each in faults
            )
        faults, cautions, stopping = held_back(faults, found.cautions, self._ticket)
        return RowAnalysis(faults, cautions, (*found.stopping, *stopping))

    def catalog_words(self, attempt: Attempt) -> str:
        """Whether what made the roll fail exists now, as a sentence; empty when nothing tells it."""
        return catalog_words(attempt, self._catalog)

    def _avoid_of(self, row: OtherRow) -> tuple[str, ...]:
        found = self.analysis_of_row(row.pane, row.row_id)
        return _sentences(found.cautions) if found is not None else ()

    def _all_troubles(self) -> Iterator[Trouble]:
        snapshot = self.snapshot
        by_row: list[tuple[str, RowAnalysis]] = [
            *((each.id, self._of_attempt(each)) for each in snapshot.attempts),
            *((each.id, self._of_grant(each)) for each in snapshot.grants),
            *((each.id, self._of_lobby(each)) for each in snapshot.lobbies),
        ]
        seen: set[tuple[str, str]] = set()
        for row_id, found in by_row:
            for diagnosis in found.faults:
                mended_on = row_id
                if diagnosis.target_id is not None and self._row_of(diagnosis.target_id) is not None:
                    mended_on = diagnosis.target_id
                if diagnosis.severity == "fine" or (diagnosis.code, mended_on) in seen:
                    continue
                seen.add((diagnosis.code, mended_on))
                row = self._row_of(mended_on)
                assert row is not None, "it is a row of the lists"
                there = self._on_its_row(diagnosis, row) if mended_on != row_id else diagnosis
                yield Trouble(there, replace(row, words=there.advice, severity=there.severity))

    def _on_its_row(self, diagnosis: Diagnosis, row: OtherRow) -> Diagnosis:
        """A diagnosis of an attempt's grant as that of the grant, which knows what was done to it before."""
        found = self.analysis_of_row(row.pane, row.row_id)
        return next((each for each in found.faults if each.code is diagnosis.code), diagnosis) if found else diagnosis

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
    snapshot: Snapshot,
    now: datetime,
    *,
    row_scope: Scope | None = None,
    row_id: str | None = None,
    how: ActionHints = KEYS,
) -> NextStep:
    """The next step for a row; for the whole player if no row is given."""
    return next_steps(snapshot, now, how=how).for_row(row_scope, row_id)


def next_steps(
    snapshot: Snapshot,
    now: datetime,
    *,
    can_credit: bool = True,
    can_merge: bool = False,
    ticket: str = "",
    catalog: Catalog | None = None,
    how: ActionHints = KEYS,
) -> NextSteps:
    """The next steps with these arguments of `NextSteps`, shared while they are valid."""
    return analysis_of(snapshot).once(
        ("next steps", can_credit, can_merge, ticket, id(catalog), how),
        now,
        lambda: NextSteps(
            snapshot, now, can_credit=can_credit, can_merge=can_merge, ticket=ticket, catalog=catalog, how=how
        ),
    )


def _sentences(cautions: Sequence[Caution]) -> tuple[str, ...]:
    return tuple(each.words for each in cautions)
