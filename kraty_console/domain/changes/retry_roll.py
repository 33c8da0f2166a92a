"""Roll an attempt's rewards again (contract/README.md#retry-roll)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions, snapshot_lookup
from kraty_console.domain.changes.subject_lines import attempt_lines, ban_note
from kraty_console.domain.completeness import NOT_READ, is_complete
from kraty_console.domain.failed_rolls import later_roll_words
from kraty_console.domain.fields import (
    CannotOpen,
    ChangeDialog,
    Effect,
    EffectContext,
    Form,
    FormContext,
    Values,
    ticket_and_reason,
    typed_id_for,
)
from kraty_console.domain.formatting import counted, since
from kraty_console.domain.grant_contents import contents_words, listed
from kraty_console.domain.grant_links import Linked, links_of
from kraty_console.domain.labels import status_words
from kraty_console.domain.player_words import COLLECT, PlayerWords, things

if TYPE_CHECKING:
    from kraty_console.contract.actions import RewardRolled
    from kraty_console.contract.players import Snapshot

_DOUBTS: Final = {"unreadable": "some grants could not be read", "absent": "grants are not provided by this backend"}


def _linked_words(linked: Linked) -> str:
    if linked.ids:
        return counted(len(linked.ids), "grant")
    return "none" if linked.certain else "none known"


def form(context: FormContext) -> Form:
    """Asks for ticket and reason, which may stay empty."""
    attempt = snapshot_lookup.attempt(context.snapshot, context.row_id)
    if attempt is None:
        raise CannotOpen("this attempt is no longer in the list")
    lines = attempt_lines(attempt, context.snapshot, context.now)
    if attempt.roll is not None and attempt.roll.status == "failed":
        when = f" {since(attempt.roll.at, context.now)}" if attempt.roll.at is not None else ""
        why = f": {attempt.roll.error}" if attempt.roll.error else ""
        lines = (*lines, f"the roll failed{when}{why}")
    return Form(
        actions.RETRY_ROLL.id,
        Operation.RETRY_ROLL,
        "Retry roll",
        lines,
        ticket_and_reason(context, reason_required=False),
        "Retry roll",
        "rolling",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
        target_id=attempt.id,
    )


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """The server decides what is rolled, and always the same for one attempt."""
    del values
    attempt = snapshot_lookup.attempt(context.snapshot, form.target_id)
    if attempt is None:
        return [Effect("note", "this attempt is no longer in the list", note=True)]
    linked = links_of(context.snapshot).of_attempt(attempt)
    lines = [
        Effect("grants", f"{_linked_words(linked)} → what the roll gives"),
        Effect("twice", "impossible: a second roll is refused once a grant is linked"),
    ]
    if linked.ids:
        lines.append(Effect("note", "grants are linked by now; the server will refuse", note=True))
    elif not linked.certain:
        why = _DOUBTS.get(linked.doubt, "older grants are not in the list")
        lines.append(Effect("note", f"{why}; if any is linked the server refuses", note=True))
    elif attempt.roll is None and attempt.reward_policy is None:
        lines.append(
            Effect("note", "whether the event pays rewards is not known; if not the server refuses", note=True)
        )
    if attempt.roll is not None and attempt.roll.status == "failed":
        known = later_roll_words(attempt, context.snapshot, context.now).rstrip(".")
        lines.append(Effect("note", f"{known[0].lower()}{known[1:]}", note=True))
    return [*lines, *ban_note(context.snapshot, "what is granted waits until the ban is lifted")]


def summary(_call: ChangeRequest, answer: RewardRolled, _before: Snapshot | None) -> str:
    """`the roll granted 500 gold, pending`."""
    known = is_complete(answer, "grants")
    if answer.grants:
        words = listed(contents_words(grant.contents, grant.kind) for grant in answer.grants)
        statuses = {grant.status for grant in answer.grants if grant.status}
        status = f", {status_words(statuses.pop())}" if len(statuses) == 1 else ""
        return (
            f"the roll granted {words}{status}" if known else f"the roll granted {words}{status}, and what {NOT_READ}"
        )
    if answer.grant_count:
        return f"the roll made {counted(answer.grant_count, 'grant')}"
    return "the roll gave nothing" if known else "the answer does not tell what the roll gave"


def told(_call: ChangeRequest | None, answer: RewardRolled | None) -> PlayerWords | None:
    """With what the roll gave; nothing if it gave nothing."""
    if answer is not None and not answer.grants and not answer.grant_count and is_complete(answer, "grants"):
        return None
    gave = things(answer.grants) if answer is not None and is_complete(answer, "grants") else ""
    return PlayerWords(f"We gave you the reward that was missing{f': {gave}' if gave else ''}.", COLLECT)


CHANGE: Final = ChangeDialog(actions.RETRY_ROLL, form, effects, summary, told=told)
