"""What the diagnosis can find, by name and urgency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

Severity = Literal["fine", "notice", "wrong"]
"""`fine`: nothing to do. `notice`: may be what the player complains about. `wrong`: broken state."""


class Fault(StrEnum):
    """Everything the diagnosis can say, the most urgent first."""

    ROLL_FAILED = "roll_failed"
    NOT_ROLLED = "not_rolled"
    GRANT_EXPIRED = "grant_expired"
    TARGET_MET = "target_met"
    WINDOW_OVER = "window_over"
    STUCK = "stuck"
    BANNED_PENDING = "banned_pending"
    GRANT_OVERDUE = "grant_overdue"
    GRANT_PENDING = "grant_pending"
    NO_GRANTS_LINKED = "no_grants_linked"
    """As `NOT_ROLLED`, where it is not known whether the event pays anything."""
    NEVER_FINISHED = "never_finished"
    BANNED_PLAYING = "banned_playing"
    PROGRESS_UNKNOWN = "progress_unknown"
    """As `STUCK`, where it is not known whether the player went on."""
    GRANTS_NOT_SHOWN = "grants_not_shown"
    LOBBY_LATE = "lobby_late"
    ROLLED_NOTHING = "rolled_nothing"
    NO_REWARDS = "no_rewards"
    PAID_AT_CLOSE = "paid_at_close"
    STILL_PLAYING = "still_playing"
    JUST_GRANTED = "just_granted"
    CRATE_UNOPENED = "crate_unopened"
    """The player can open it: it waits for the player, and nothing is wrong."""
    GRANT_REVOKED = "grant_revoked"
    """Somebody decided that the player does not get it: nothing is wrong."""
    UNKNOWN_STATUS = "unknown_status"
    FINE = "fine"


URGENCY: Final[dict[Fault, int]] = {fault: place for place, fault in enumerate(Fault)}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing found. All texts are raw: they may hold what players or servers wrote."""

    code: Fault
    words: str
    """A few words for a table's last column; empty when nothing is worth saying."""
    severity: Severity
    advice: str
    """A sentence or two: what happened, and what to do."""
    action_id: str | None = None
    """What mends it; None when nothing needs mending, or a person has to decide first. Never set on what is fine."""
    target_id: str | None = None
    """The attempt or grant it is about, where that is not the row it was found on; None for the player."""
    prefill: Mapping[str, str | bool] = field(default_factory=dict)
    """What the dialog starts with."""


FINE: Final = Diagnosis(Fault.FINE, "", "fine", "This row is fine.")
