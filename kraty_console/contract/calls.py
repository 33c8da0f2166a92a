"""A change somebody decided on: which one, on what, and what exactly is sent. The client turns it into a request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kraty_console.contract.wire import Request


class ActionKind(StrEnum):
    """The changes a member can make; the client knows the route of each."""

    FORCE_COMPLETE = "force_complete"
    RETRY_ROLL = "retry_roll"
    MANUAL_GRANT = "manual_grant"
    FORCE_CLAIM = "force_claim"
    CREDIT = "credit"
    BAN = "ban"
    UNBAN = "unban"
    REPLAY_DELIVERY = "replay_delivery"
    DEBIT = "debit"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """One change, complete: sending it again means sending exactly this, idempotency key included."""

    kind: ActionKind
    external_player_id: str
    """The player concerned, as the studio names it; raw, never shown without the door of `present.safe`."""
    request: Request
    target_id: str | None = None
    """The attempt (force-complete, retry roll), the grant (force-claim), the delivery (replay) or the external id of
    the player merged into (merge); None for others."""
    economy_key: str | None = None
    """The balance to credit or debit; None for the others."""
