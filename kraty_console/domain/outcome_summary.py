"""Summarizes an applied change in a few words, from the server's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.contract.operations import OPERATIONS, model_of
from kraty_console.domain.forms import CHANGES

if TYPE_CHECKING:
    from kraty_console.contract.actions import Changed
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot


def outcome_summary(call: ChangeRequest, answer: Changed | None, before: Snapshot | None) -> str:
    """`in progress → force-completed, score 320 → 1 500`; empty if the answer does not say.

    Args:
        call: The change.
        answer: The server's answer; None if the effect is known only from the audit log.
        before: The latest snapshot before the change.
    """
    if not isinstance(answer, model_of(OPERATIONS[call.operation].answer)):
        return ""
    change = next(each for each in CHANGES.values() if call.operation in (each.spec.operation, each.other_operation))
    return change.summary(call, answer, before)
