"""Describes a failed reward roll: when, why, and whether the cause seems fixed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.domain.formatting import since
from kraty_console.domain.labels import event_words
from kraty_console.domain.timestamps import age

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Snapshot


def failed_when(attempt: Attempt, now: datetime) -> str:
    """` 1h ago`, to follow "failed"; a note when the time is unknown."""
    at = attempt.roll.at if attempt.roll is not None else None
    return f" {since(at, now)}" if at is not None else " (time not known)"


def failed_why(attempt: Attempt) -> str:
    """The error of the roll, as a sentence."""
    why = (attempt.roll.error or "").strip().rstrip(".") if attempt.roll is not None else ""
    return f"Its error: {why}." if why else "It gave no reason."


def later_roll_words(attempt: Attempt, snapshot: Snapshot, now: datetime) -> str:
    """Whether a later roll of the same event worked, as a sentence."""
    event = event_words(attempt)
    later = _later_success(attempt, snapshot)
    if later is not None:
        return f"A roll of {event} worked {since(later, now)}, so the cause seems fixed."
    return f"It may fail again: no later roll of {event} is known to have worked."


def _later_success(attempt: Attempt, snapshot: Snapshot) -> datetime | None:
    """When a roll of the same event first worked after this failure; None when unknown."""
    failed_at = attempt.roll.at if attempt.roll is not None else None
    if failed_at is None:
        return None
    moments = [
        other.roll.at
        for other in snapshot.attempts
        if _same_event(other, attempt)
        and other.roll is not None
        and other.roll.status == "rolled"
        and other.roll.at is not None
        and age(failed_at, other.roll.at) > 0
    ]
    return min(moments, key=lambda moment: age(moment, failed_at), default=None)


def _same_event(one: Attempt, other: Attempt) -> bool:
    if one.event_key is not None and other.event_key is not None:
        return one.event_key == other.event_key
    return one.event_id is not None and one.event_id == other.event_id
