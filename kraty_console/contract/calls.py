"""A change somebody decided on: which one, on what, and what exactly is sent. The client turns it into a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kraty_console.contract.operations import Operation
    from kraty_console.contract.wire import Request


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """One change, complete: sending it again means sending exactly this, idempotency key included."""

    operation: Operation
    """The write it is."""
    external_player_id: str
    """The player concerned, as the studio names it; raw, never shown without the door of `present.safe`."""
    request: Request
    target_id: str | None = None
    """The id of the attempt, grant or delivery that the path names, or the external id of the player merged into;
    None for others."""
    economy_key: str | None = None
    """The balance to credit or debit; None for the others."""
