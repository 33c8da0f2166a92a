"""Force-complete an attempt, and then roll its rewards (contract/README.md#force-complete)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions, snapshot_lookup
from kraty_console.domain.action_spec import COMPLETE
from kraty_console.domain.cautions import OFTEN_FORCED
from kraty_console.domain.changes.subject_lines import attempt_lines, ban_note
from kraty_console.domain.diagnosis import is_paid_at_close
from kraty_console.domain.fields import (
    CannotOpen,
    ChangeDialog,
    Effect,
    EffectContext,
    Field,
    Form,
    FormContext,
    Values,
    check_score,
    score,
    ticket_and_reason,
    typed_id_for,
)
from kraty_console.domain.formatting import counted, grouped, plain
from kraty_console.domain.grant_links import links_of
from kraty_console.domain.labels import event_words, status_words
from kraty_console.domain.past_changes import past_changes_of
from kraty_console.domain.player_words import PlayerWords
from kraty_console.domain.requests import change_request

if TYPE_CHECKING:
    from kraty_console.contract.actions import ForceCompleted
    from kraty_console.contract.players import Attempt, Snapshot

OFTEN_IN_GAME: Final = 10
"""Force-completes of one event in the game in seven days that suggest a wrong configuration
(contract/README.md#when-not-to-use-these-tools)."""

ROLL_SUFFIX: Final = ".roll"
"""Suffix of the idempotency key of the roll that follows, so that one key identifies both."""

FAR_ABOVE: Final = 10
"""A score of more than this many times the target is probably a typing error."""


def form(context: FormContext) -> Form:
    """Asks for the score, whether to roll, ticket and reason."""
    attempt = snapshot_lookup.attempt(context.snapshot, context.row_id)
    if attempt is None:
        raise CannotOpen("this attempt is no longer in the list")
    linked = links_of(context.snapshot).of_attempt(attempt)
    shown = "" if attempt.score is None else plain(attempt.score)
    first_score = context.prefill.get("final_score", shown)
    waits = is_paid_at_close(attempt, context.now)
    can_roll = not linked.ids and attempt.reward_policy != "none" and not waits
    if linked.ids:
        are = "is" if len(linked.ids) == 1 else "are"
        roll_hint = f"{counted(len(linked.ids), 'grant')} {are} linked already, a roll would be refused"
    elif waits:
        roll_hint = "this event pays by its final ranking when the window closes, a roll would be refused"
    else:
        roll_hint = "" if can_roll else "this event gives no rewards, a roll would be refused"

    def check_roll(_: str) -> str | None:
        return roll_hint or None

    def check_new_score(text: str) -> str | None:
        return None if text == first_score else check_score(text)

    return Form(
        actions.FORCE_COMPLETE.id,
        Operation.FORCE_COMPLETE,
        "Force-complete",
        attempt_lines(attempt, context.snapshot, context.now),
        (
            Field(
                "final_score",
                "final score",
                "number",
                default=first_score,
                hint=f"leave as is to keep {grouped(attempt.score)}" if shown else "leave empty to keep none",
                doubtful=attempt.target is not None and (attempt.score or 0) < attempt.target,
                check=check_new_score,
            ),
            Field(
                "then_roll",
                "then",
                "check",
                default=context.prefill.get("then_roll", can_roll) is True and can_roll,
                hint=roll_hint or "retry the reward roll",
                check=check_roll,
            ),
            *ticket_and_reason(context),
        ),
        "Force-complete",
        "completing",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
        target_id=attempt.id,
        score_limit=_score_limit(attempt, context.snapshot),
    )


def _score_limit(attempt: Attempt, snapshot: Snapshot) -> float | None:
    """Ten times the target; without one, ten times the best of the player's scores at this event."""
    event = event_words(attempt, whole=True)
    reached = [each.score for each in snapshot.attempts if each.score and event_words(each, whole=True) == event]
    usual = attempt.target or max(reached, default=None)
    return FAR_ABOVE * usual if usual else None


def unusual(form: Form, values: Values) -> str | None:
    """If the typed score is far above the usual ones."""
    text = form.text(values, "final_score")
    new = score(text)
    if form.score_limit is None or new is None or new <= form.score_limit or text == form.defaults()["final_score"]:
        return None
    return f"over {grouped(form.score_limit)}"


def call(form: Form, values: Values, key: str) -> ChangeRequest:
    """The score is sent only if it was changed; without it the current one stays."""
    text = form.text(values, "final_score")
    return change_request(form, values, key, final_score=None if _is_unchanged(form, text) else score(text))


def _is_unchanged(form: Form, text: str) -> bool:
    return score(text) == score(str(form.defaults()["final_score"]))


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """Status, score, and whether rewards are rolled."""
    attempt = snapshot_lookup.attempt(context.snapshot, form.target_id)
    if attempt is None:
        return [Effect("note", "this attempt is no longer in the list", note=True)]
    text = form.text(values, "final_score")
    new = score(text)
    kept = new is None or new == attempt.score or _is_unchanged(form, text)
    lines = [
        Effect("status", f"{status_words(attempt.status)} → force-completed"),
        Effect(
            "score",
            f"{grouped(attempt.score)} (unchanged)"
            if kept
            else f"{grouped(attempt.score)} → {grouped(new)}, the leaderboard follows",
        ),
    ]
    if form.ticked(values, "then_roll"):
        lines.append(Effect("rewards", "rolled in a second, separate step"))
    else:
        lines.append(Effect("rewards", "not rolled; R rolls them later"))
    final = attempt.score if kept else new
    if attempt.target is not None and final is not None and final < attempt.target:
        lines.append(Effect("note", f"the score stays below the target of {grouped(attempt.target)}", note=True))
    if attempt.status in COMPLETE:
        lines.append(Effect("note", "this attempt is complete by now; the server will refuse", note=True))
    event = event_words(attempt)
    forced = past_changes_of(context.snapshot).times_forced(attempt)
    in_game = context.forced_lately.get(attempt.event_key or "", 0)
    if in_game >= OFTEN_IN_GAME:
        lines.append(
            Effect(
                "note",
                f"{event} was force-completed {in_game} times in 7 days: its target may be unreachable",
                note=True,
            )
        )
    elif forced >= OFTEN_FORCED:
        lines.append(
            Effect(
                "note",
                f"{event} was force-completed {forced} times for this player: its target may be unreachable",
                note=True,
            )
        )
    return [*lines, *ban_note(context.snapshot, "what is granted waits until the ban is lifted")]


def follow_up(form: Form, values: Values, key: str) -> ChangeRequest | None:
    """The roll, if it is ticked (contract/README.md#force-complete)."""
    return (
        change_request(form, values, key + ROLL_SUFFIX, operation=Operation.RETRY_ROLL)
        if form.ticked(values, "then_roll")
        else None
    )


def summary(_call: ChangeRequest, answer: ForceCompleted, before: Snapshot | None) -> str:
    """`in progress → force-completed, score 320 → 1 500`."""
    attempt = answer.attempt
    was = snapshot_lookup.attempt(before, attempt.id) if before is not None else None
    status = status_words(attempt.status)
    if was is None:
        return f"{status}, score {grouped(attempt.score)}"
    same = was.score == attempt.score
    score = grouped(attempt.score) if same else f"{grouped(was.score)} → {grouped(attempt.score)}"
    return f"{status_words(was.status)} → {status}, score {score}{' (unchanged)' if same else ''}"


def told(_call: ChangeRequest | None, answer: ForceCompleted | None) -> PlayerWords:
    """With the score that counts."""
    score = answer.attempt.score if answer is not None else None
    counts = f" with a score of {plain(score)}" if score is not None else ""
    return PlayerWords(f"We marked your attempt as completed{counts}.")


CHANGE: Final = ChangeDialog(actions.FORCE_COMPLETE, form, effects, summary, call, unusual, follow_up, told=told)
