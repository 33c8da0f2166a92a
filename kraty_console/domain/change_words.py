"""What the worklog says of a change that was sent, and of its outcome."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from kraty_console.contract.operations import OPERATIONS, Operation, model_of
from kraty_console.domain import snapshot_lookup
from kraty_console.domain.change_commands import change_commands
from kraty_console.domain.labels import event_words, short
from kraty_console.domain.outcome_summary import outcome_summary
from kraty_console.domain.worklog import CHANGED, WorkRecord

if TYPE_CHECKING:
    from kraty_console.contract.actions import Changed
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot


class ChangeWords(NamedTuple):
    """An applied change in words."""

    done: str
    """What it did; empty if the answer does not say, or it quotes what a person wrote."""
    told: str
    """What the player is told; empty if nothing."""
    advice: str


def title_of(operation: Operation) -> str:
    """The title of a change: `Force-claim`, `Unban`."""
    return next(each.title for each in change_commands().values() if each.operation is operation)


def sent_record(call: ChangeRequest, before: Snapshot | None, *, at: datetime, ticket: str) -> WorkRecord:
    """The record of a change that is about to be sent; `before` is the player as last read."""
    return WorkRecord(
        at,
        ticket,
        call.external_player_id,
        CHANGED,
        key=getattr(call.request, "idempotency_key", ""),
        title=title_of(call.operation),
        what=_what(call, before),
        state="sent",
        reason=getattr(call.request, "reason", None) or "",
    )


def change_words(
    operation: Operation, call: ChangeRequest | None, answer: Changed | None, before: Snapshot | None
) -> ChangeWords:
    """An applied change in words.

    Args:
        operation: What was done.
        call: The request; None if it was sent by an earlier session.
        answer: The server's answer; None if the effect is known only from the audit log.
        before: The player before it; None if not known.
    """
    change = next(each.change for each in change_commands().values() if each.operation is operation)
    known = answer if isinstance(answer, model_of(OPERATIONS[operation].answer)) else None
    done = "" if call is None or change.quotes else outcome_summary(call, known, before)
    told = change.told(call, known)
    return ChangeWords(done, "", "") if told is None else ChangeWords(done, told.told, told.advice)


def _what(call: ChangeRequest, before: Snapshot | None) -> str:
    """`daily_race, attempt 0197…a001`; empty for changes of the player."""
    if call.target_id is None:
        return ""
    attempt = snapshot_lookup.attempt(before, call.target_id) if before is not None else None
    if attempt is not None:
        return f"{event_words(attempt)}, attempt {short(call.target_id)}"
    name = OPERATIONS[call.operation].target.removesuffix("Id")
    return f"{name} {short(call.target_id)}" if name else short(call.target_id)
