"""Faults by name and urgency, and the result of a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from kraty_console.contract.fault_kinds import FaultKind

Severity = Literal["fine", "notice", "wrong"]
"""`fine`: nothing to do. `notice`: may be what the player complains about. `wrong`: broken state."""


class Fault(StrEnum):
    """All possible faults, most urgent first."""

    ROLL_FAILED = FaultKind.ROLL_FAILED
    NOT_ROLLED = FaultKind.NOT_ROLLED
    BANNED_PENDING = "banned_pending"
    BANNED_PLAYING = "banned_playing"
    """A ban blocks whatever follows: its player can neither go on nor collect."""
    GRANT_EXPIRED = FaultKind.GRANT_EXPIRED
    TARGET_MET = FaultKind.TARGET_MET
    WINDOW_OVER = FaultKind.WINDOW_OVER
    STUCK = FaultKind.STUCK
    GRANT_OVERDUE = FaultKind.GRANT_OVERDUE
    GRANT_PENDING = FaultKind.GRANT_PENDING
    NO_GRANTS_LINKED = "no_grants_linked"
    """Like `NOT_ROLLED`, but it is unknown whether the event pays rewards."""
    NEVER_FINISHED = FaultKind.NEVER_FINISHED
    PROGRESS_UNKNOWN = "progress_unknown"
    """Like `STUCK`, but the time of the last progress is unknown."""
    GRANTS_NOT_SHOWN = "grants_not_shown"
    LOBBY_LATE = "lobby_late"
    ROLLED_NOTHING = "rolled_nothing"
    NO_REWARDS = "no_rewards"
    PAID_AT_CLOSE = "paid_at_close"
    STILL_PLAYING = "still_playing"
    JUST_GRANTED = "just_granted"
    CRATE_UNOPENED = "crate_unopened"
    """An unopened crate: it waits for the player, and nothing is wrong."""
    GRANT_REVOKED = "grant_revoked"
    """A member took the grant back: nothing is wrong."""
    UNKNOWN_STATUS = "unknown_status"
    FINE = "fine"


KIND_OF: Final[Mapping[Fault, FaultKind]] = {
    **{fault: FaultKind(fault.value) for fault in Fault if fault.value in set(FaultKind)},
    Fault.NO_GRANTS_LINKED: FaultKind.NOT_ROLLED,
    Fault.PROGRESS_UNKNOWN: FaultKind.STUCK,
}
"""The kind by which a backend tells who else has a fault; those that it cannot tell of are not in it."""

URGENCY: Final[dict[Fault, int]] = {fault: place for place, fault in enumerate(Fault)}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One fault. All texts are unsanitized: they may contain player or server input."""

    code: Fault
    words: str
    """A few words for a table's last column; may be empty."""
    severity: Severity
    advice: str
    """A sentence or two: what happened, and what to do."""
    action_id: str | None = None
    """The action that fixes it; None when nothing needs fixing or a person has to decide first."""
    target_id: str | None = None
    """The attempt or grant to act on, if it is not the diagnosed row; None for the player."""
    prefill: Mapping[str, str | bool] = field(default_factory=dict)
    """Initial values of the dialog."""


FINE: Final = Diagnosis(Fault.FINE, "", "fine", "This row is fine.")
