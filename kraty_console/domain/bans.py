"""What a ban means for the advice: its reason, whether it is still being looked into, and who decides."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.action_hints import ActionHints
from kraty_console.domain.past_changes import past_changes_of
from kraty_console.domain.problems import Diagnosis, Fault

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Ban, Snapshot

_OPEN: Final = re.compile(
    r"\b(?:under|in|pending|awaiting|await|needs?|until|being|await\w*|further|open|ongoing|to be)\s+(?:\w+\s+)?"
    r"(?:review|investigation|appeal|verification|clarification)"
    r"|\b(?:review|investigation|appeal|case|check)\w*\s+(?:is |are |still )*"
    r"(?:pending|open|ongoing|running|in progress|under way|underway|not (?:yet )?(?:done|closed|finished|decided))"
    r"|\b(?:being|until|to be)\s+(?:reviewed|investigated|checked|verified)"
    r"|\buntil\b.{0,80}\b(?:reviewed|checked|verified|decided|investigated)"
    r"|\binvestigating\b|\breviewing\b",
    re.IGNORECASE,
)
_CLOSED: Final = re.compile(
    r"\b(?:review|investigation|appeal|case)\w*\s+(?:is |was |are |were )*"
    r"(?:closed|done|finished|complete[d]?|over|refused|denied|rejected|decided|confirmed)"
    r"|\b(?:after|following)\s+(?:\w+\s+)?(?:review|investigation|appeal)",
    re.IGNORECASE,
)


def ban_why(ban: Ban) -> str:
    """The quoted reason of a ban, or that it is unknown."""
    return f'"{ban.reason}"' if ban.reason else "reason not known"


def is_under_review(snapshot: Snapshot) -> bool:
    """Whether the player is banned and the reason, or that of the audit row, says that the case is not decided."""
    ban = snapshot.player.ban
    if ban is None:
        return False
    row = ban_row(snapshot)
    reasons = [ban.reason or "", row.reason or "" if row is not None else ""]
    return any(_OPEN.search(reason) and not _CLOSED.search(reason) for reason in reasons)


def ban_row(snapshot: Snapshot) -> AuditRow | None:
    """The audit row of the ban, or of its last change; None if it is not loaded."""
    return next(iter(past_changes_of(snapshot).of_kind(Operation.BAN)), None)


def lift_words(snapshot: Snapshot, how: ActionHints) -> str:
    """How the ban is lifted, or that it is not to be lifted now."""
    if is_under_review(snapshot):
        return "Its review is open, so it is not lifted now."
    return f"If the ban is wrong, {how.to('unban')} lifts it."


def ban_caution_words(snapshot: Snapshot, now: datetime) -> str:
    """Why a ban with an open review is not lifted, and who can say more."""
    row = ban_row(snapshot)
    told = f"; banned {past_changes_of(snapshot).told(row, now, reason=False)}" if row is not None else ""
    return f"Do not lift the ban before its review is decided{told}."


def banned_note(snapshot: Snapshot) -> tuple[Diagnosis, ...]:
    """What the ban blocks. Lifting it is never suggested: a person decides that after reading the reason."""
    if (ban := snapshot.player.ban) is None:
        return ()
    return (
        Diagnosis(
            Fault.BANNED_PLAYING,
            "player is banned",
            "notice",
            f"The player is banned ({ban_why(ban)}) and cannot claim what is granted until the ban is lifted.",
        ),
    )
