"""What a change that was applied altered, in a few words for the ticket: from the server's answer, not from a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.contract.operations import OPERATIONS, model_of
from kraty_console.domain.forms import CHANGES

if TYPE_CHECKING:
    from kraty_console.contract.actions import Changed
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot


def outcome_summary(call: ChangeRequest, answer: Changed | None, before: Snapshot | None) -> str:
    """`in progress → force-completed, score 320 → 1 500`; empty where the answer does not tell.

    Args:
        call: What was sent.
        answer: What the server answered; None when the effect is known from its audit log alone.
        before: The player as last read before it, for what was there.
    """
    if not isinstance(answer, model_of(OPERATIONS[call.operation].answer)):
        return ""
    change = next(each for each in CHANGES.values() if call.operation in (each.spec.operation, each.other_operation))
    return change.summary(call, answer, before)
