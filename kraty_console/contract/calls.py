"""A change that a person confirmed: operation, object and request. The client sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kraty_console.contract.operations import Operation
    from kraty_console.contract.wire import Request


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A complete change; a resend uses the same one, with its idempotency key."""

    operation: Operation
    """A write of the table of operations."""
    external_player_id: str
    """The player's external id; raw, so it is shown only through `present.safe`."""
    request: Request
    target_id: str | None = None
    """The id of the attempt, grant or delivery that the path names, or the external id of the player merged into;
    None if there is none."""
    economy_key: str | None = None
    """The balance to credit or debit; None for other changes."""
    version: int | str | None = None
    """The version of the row as it was shown: if the row changed since, nothing is done (`Stale`). None to change the
    row whatever happened to it."""
