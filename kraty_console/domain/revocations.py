"""Who revoked a grant, when and why, from the player's audit rows (contract/README.md#revoke)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.action_hints import KEYS, ActionHints
from kraty_console.domain.formatting import since
from kraty_console.domain.labels import short_actor_name
from kraty_console.domain.past_changes import past_changes_of
from kraty_console.domain.problems import Diagnosis, Fault

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import Grant, Snapshot

NOT_IN_AUDIT: Final = "revoked; the audit log has when, by whom and why"
"""The text if no audit row of the player has it."""


def revocation_words(grant: Grant, snapshot: Snapshot, now: datetime) -> str:
    """`revoked 3h ago by maria: duplicate of an order`; empty if no audit row has it. Raw text."""
    row = revocation(grant.id, snapshot)
    if row is None:
        return ""
    when = f" {since(row.occurred_at, now)}" if row.occurred_at is not None else ""
    who = f" by {name}" if (name := short_actor_name(row.actor)) else ""
    return f"revoked{when}{who}" + (f": {row.reason}" if row.reason else "")


def diagnose_revoked(grant: Grant, snapshot: Snapshot, now: datetime, how: ActionHints = KEYS) -> Diagnosis:
    """Diagnose a revoked grant; nothing is wrong with it."""
    words = revocation_words(grant, snapshot, now)
    sentence = f"{words[:1].upper()}{words[1:]}" if words else NOT_IN_AUDIT.capitalize()
    return Diagnosis(
        Fault.GRANT_REVOKED,
        words,
        "fine",
        f"{sentence.rstrip('.')}. The player cannot collect it; if they are due it after all, "
        f"{how.to('force-claim', grant.id)} delivers it.",
    )


def revocation(grant_id: str, snapshot: Snapshot) -> AuditRow | None:
    """The audit row of a revocation; None if it is not loaded."""
    return next(iter(past_changes_of(snapshot).of_row(Operation.REVOKE_GRANT, grant_id)), None)
