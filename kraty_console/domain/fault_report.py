"""Everything that is wrong with a player, with its evidence: a view of the analysis that the console shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.domain.action_hints import ActionHints, action_command
from kraty_console.domain.action_spec import ActionContext, ActionSpec
from kraty_console.domain.actions import BY_ID
from kraty_console.domain.cautions import Caution, player_cautions
from kraty_console.domain.completeness import (
    NOT_PROVIDED,
    is_provided,
    may_be_cut,
    unreadable_count,
    unreadable_parts,
    why_unknown,
)
from kraty_console.domain.coverage import loaded_words, unknown_words
from kraty_console.domain.failed_rolls import named_in_error, usual_reward
from kraty_console.domain.formatting import counted, plain
from kraty_console.domain.grant_contents import contents_words
from kraty_console.domain.grant_links import links_of
from kraty_console.domain.labels import status_words
from kraty_console.domain.next_step import NextStep, NextSteps, Trouble, next_steps
from kraty_console.domain.problems import Fault, Severity
from kraty_console.domain.scopes import PANE_OF, PaneId, Scope
from kraty_console.domain.snapshot_lookup import lobby as lobby_of

if TYPE_CHECKING:
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.players import Attempt, Grant, Lobby, Snapshot

FactValue = str | datetime
"""A text, unsanitized, or a time."""

_BAN_FAULTS: Final = (Fault.BANNED_PENDING, Fault.BANNED_PLAYING)
_ROLL_FAULTS: Final = (Fault.ROLL_FAILED, Fault.NOT_ROLLED, Fault.NO_GRANTS_LINKED)
_DIAGNOSED: Final = ("attempts", "grants", "lobbies")
"""The lists of a snapshot whose rows are diagnosed."""


@dataclass(frozen=True, slots=True)
class ExcludedAction:
    """An action that the state of the row rules out. The texts are unsanitized."""

    action_id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportedFault:
    """One fault, on the row where it is fixed. The texts are unsanitized."""

    code: Fault
    severity: Severity
    pane: PaneId
    row_id: str
    row: str
    """The row for people: `daily_race (2h ago)`."""
    since: datetime | None
    """When the broken state began; None if the backend does not say."""
    words: str
    """A few words; may be empty."""
    advice: str
    """What happened, and the one next step."""
    evidence: tuple[tuple[str, FactValue], ...]
    """What it was concluded from: name and value."""
    action: ActionSpec | None
    """The action of the next step; None if a person has to decide first, or the console has none."""
    prefill: Mapping[str, str | bool] = field(default_factory=dict)
    command: tuple[str, ...] | None = None
    """The command of the action, word by word, without its reason."""
    excluded: tuple[ExcludedAction, ...] = ()
    """What the state of the row rules out."""
    cautions: tuple[Caution, ...] = ()
    """What else not to do, from what was done before."""
    stopping: tuple[Caution, ...] = ()
    """What held the action back; the advice begins with its words."""


@dataclass(frozen=True, slots=True)
class LoadedRows:
    """How much of a list was diagnosed."""

    loaded: int
    total: int | None
    """None if the backend does not say."""
    unreadable: int
    is_provided: bool
    """False if the backend sent no such list, or one that could not be read."""


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """What is wrong with a player, as far as it was loaded."""

    faults: tuple[ReportedFault, ...]
    """Most urgent first."""
    step: NextStep
    """The next step for the whole player, as the console shows it."""
    loaded: Mapping[str, LoadedRows]
    """By list: attempts, grants, lobbies."""
    scope_words: str
    """` in the 50 of 69 attempts loaded`; empty if all rows were loaded."""
    unknown: tuple[str, ...]
    """What could not be read or is not provided, and may hide faults; without capital letter and full stop."""
    unreadable: bool
    """Whether something that may hide faults could not be read."""
    cautions: tuple[Caution, ...] = ()
    """What not to do for the player as a whole."""

    @property
    def is_wrong(self) -> bool:
        """Whether a fault was found, or the player is banned."""
        return bool(self.faults) or self.step.severity != "fine"


def player_report(
    snapshot: Snapshot, now: datetime, *, ticket: str = "", catalog: Catalog | None = None, can_credit: bool = True
) -> PlayerReport:
    """Report all faults of a player, most urgent first. Its texts name commands, not keys.

    Args:
        snapshot: The player.
        now: The current time.
        ticket: The ticket in work: what was paid under it is not paid twice.
        catalog: What can be granted, if it is loaded.
        can_credit: False if the backend is known to lack wallet credit.
    """
    how = ActionHints(snapshot.player.external_player_id)
    steps = next_steps(snapshot, now, can_credit=can_credit, ticket=ticket, catalog=catalog, how=how)
    readable = all(
        name not in snapshot.unreadable_fields and not unreadable_count(getattr(snapshot, name)) for name in _DIAGNOSED
    )
    return PlayerReport(
        tuple(_reported(trouble, steps, now, how) for trouble in steps.troubles),
        steps.for_player(),
        {name: _loaded_rows(name, snapshot) for name in (*_DIAGNOSED, "audit")},
        loaded_words(snapshot),
        (*unreadable_parts(snapshot), *unknown_words(snapshot), *_unknown_history(snapshot)),
        not readable or "ban" in snapshot.player.unreadable_fields,
        player_cautions(snapshot, now, ticket),
    )


def _unknown_history(snapshot: Snapshot) -> Iterator[str]:
    """Why a caution may be missing."""
    if why := why_unknown(snapshot, "audit"):
        yield f"what was done for this player before is {why}" if why == NOT_PROVIDED else f"the past changes {why}"
    elif may_be_cut(snapshot, "audit"):
        rows = counted(len(snapshot.audit), "audit row")
        yield f"what was done before is known from the newest {rows} alone"


def count_words(report: PlayerReport) -> str:
    """`2 faults in the 50 of 69 attempts loaded`."""
    return f"{counted(len(report.faults), 'fault')}{report.scope_words}"


def _loaded_rows(name: str, snapshot: Snapshot) -> LoadedRows:
    summary = snapshot.summary
    totals = {"attempts": summary.attempt_count}
    rows = getattr(snapshot, name)
    return LoadedRows(len(rows), totals.get(name), unreadable_count(rows), is_provided(snapshot, name))


def _reported(trouble: Trouble, steps: NextSteps, now: datetime, how: ActionHints) -> ReportedFault:
    diagnosis, row, snapshot = trouble.diagnosis, trouble.row, steps.snapshot
    links = links_of(snapshot)
    attempt, grant, lobby = links.attempt(row.row_id), links.grant(row.row_id), lobby_of(snapshot, row.row_id)
    ban = snapshot.player.ban
    since: datetime | None = None
    evidence: list[tuple[str, FactValue]] = []
    excluded: tuple[ExcludedAction, ...] = ()
    if attempt is not None and row.pane == PANE_OF["attempt"]:
        since = _attempt_since(diagnosis.code, attempt)
        evidence.extend(_attempt_facts(attempt, snapshot))
        if diagnosis.code in _ROLL_FAULTS:
            evidence.extend(_roll_facts(attempt, steps))
        excluded = _excluded("attempt", row.row_id, snapshot, now, how)
    elif grant is not None and row.pane == PANE_OF["grant"]:
        since = _grant_since(diagnosis.code, grant)
        evidence.extend(_grant_facts(grant))
        excluded = _excluded("grant", row.row_id, snapshot, now, how)
    elif lobby is not None:
        since = lobby.fill_by
        evidence.extend(_lobby_facts(lobby))
    if ban is not None:
        evidence.extend(_some(("banned", ban.banned_at), ("ban reason", ban.reason)))
        if diagnosis.code in _BAN_FAULTS:
            since = ban.banned_at
    action = BY_ID.get(diagnosis.action_id) if diagnosis.action_id is not None else None
    player = snapshot.player.external_player_id
    found = steps.analysis_of_row(row.pane, row.row_id)
    stopped_by = [each for caution in found.stopping for each in caution.rows] if found is not None else []
    evidence.extend(_some(("earlier changes", ", ".join(stopped_by))))
    return ReportedFault(
        diagnosis.code,
        diagnosis.severity,
        row.pane,
        row.row_id,
        row.name,
        since,
        diagnosis.words,
        diagnosis.advice,
        tuple(evidence),
        action,
        diagnosis.prefill,
        action_command(action.id, player, row.row_id, diagnosis.prefill) if action is not None else None,
        excluded,
        found.cautions if found is not None else (),
        found.stopping if found is not None else (),
    )


def _excluded(
    scope: Scope, row_id: str, snapshot: Snapshot, now: datetime, how: ActionHints
) -> tuple[ExcludedAction, ...]:
    """The changes of such a row that its state rules out, with the reason that the console gives beside the key."""
    context = ActionContext(snapshot=snapshot, pane=PANE_OF[scope], row_scope=scope, row_id=row_id, now=now, how=how)
    specs = (spec for spec in BY_ID.values() if spec.scope == scope and spec.is_write)
    reasons = ((spec, spec.disabled_rule(context)) for spec in specs)
    return tuple(ExcludedAction(spec.id, spec.title, reason) for spec, reason in reasons if reason is not None)


def _attempt_since(code: Fault, attempt: Attempt) -> datetime | None:
    ends = attempt.window_ends_at or attempt.ends_at
    if code is Fault.ROLL_FAILED:
        return (attempt.roll.at if attempt.roll is not None else None) or attempt.completed_at
    if code in (Fault.WINDOW_OVER, Fault.NEVER_FINISHED):
        return ends
    if code in (Fault.TARGET_MET, Fault.STUCK, Fault.PROGRESS_UNKNOWN):
        return attempt.last_progress_at or attempt.started_at
    return attempt.completed_at


def _grant_since(code: Fault, grant: Grant) -> datetime | None:
    if code in (Fault.GRANT_EXPIRED, Fault.GRANT_OVERDUE):
        return grant.expires_at
    return grant.created_at or grant.rolled_at


def _attempt_facts(attempt: Attempt, snapshot: Snapshot) -> Iterator[tuple[str, FactValue]]:
    roll = attempt.roll
    linked = links_of(snapshot).of_attempt(attempt)
    yield from _some(
        ("status", status_words(attempt.status)),
        ("score", plain(attempt.score) if attempt.score is not None else None),
        ("target", plain(attempt.target) if attempt.target is not None else None),
        ("started", attempt.started_at),
        ("last progress", attempt.last_progress_at),
        ("completed", attempt.completed_at),
        ("window ends", attempt.window_ends_at or attempt.ends_at),
        ("roll", status_words(roll.status or "") if roll is not None else None),
        ("rolled at", roll.at if roll is not None else None),
        ("roll error", roll.error if roll is not None else None),
        ("reward policy", attempt.reward_policy),
        ("grants linked", ", ".join(linked.ids) or ("none" if linked.certain else None)),
    )
    if roll is None and why_unknown(attempt, "roll") == NOT_PROVIDED:
        yield "roll", NOT_PROVIDED


def _roll_facts(attempt: Attempt, steps: NextSteps) -> Iterator[tuple[str, FactValue]]:
    """Whether what the roll needs exists now, and what such a roll gave; unknown is said to be unknown."""
    named = named_in_error(attempt)
    if named is not None:
        yield f"{named[0]} now", steps.catalog_words(attempt) or "not told by this backend"
    yield "another roll gave", usual_reward(attempt, steps.snapshot) or "not known"


def _grant_facts(grant: Grant) -> Iterator[tuple[str, FactValue]]:
    return _some(
        ("status", status_words(grant.status)),
        ("contents", contents_words(grant.contents, grant.kind)),
        ("granted", grant.created_at or grant.rolled_at),
        ("expires", grant.expires_at),
        ("source", grant.source_kind),
        ("attempt", grant.attempt_id),
    )


def _lobby_facts(lobby: Lobby) -> Iterator[tuple[str, FactValue]]:
    return _some(("status", lobby.status), ("fill by", lobby.fill_by), ("created", lobby.created_at))


def _some(*facts: tuple[str, FactValue | None]) -> Iterator[tuple[str, FactValue]]:
    return ((name, value) for name, value in facts if value is not None and value != "")
