"""The reply to a player: what was done for them, and what they should do, without ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kraty_console.domain.worklog import WorkRecord, merged

_OPENING = "Hello,\n\nthank you for waiting. We looked into this for you."
_CLOSING = "If anything is still missing, just reply to this message.\n\nKind regards"


class Reply(NamedTuple):
    """A reply, and what it leaves out."""

    text: str
    """Empty if nothing was done that a player is told."""
    open_changes: int
    """Changes whose outcome is not known; the reply does not mention them."""


def reply(records: Iterable[WorkRecord]) -> Reply:
    """The reply about these records: one sentence per applied change, the oldest first."""
    lines = merged(records)
    done = [each for each in lines if each.state == "applied" and each.told]
    unclear = sum(each.state in ("sent", "unknown") for each in lines)
    if not done:
        return Reply("", unclear)
    told = " ".join(dict.fromkeys(each.told for each in done))
    advice = " ".join(dict.fromkeys(each.advice for each in done if each.advice))
    parts = (f"{_OPENING} {told}", advice, _CLOSING)
    return Reply("\n\n".join(part for part in parts if part) + "\n", unclear)
