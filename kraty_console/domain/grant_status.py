"""Whether a grant has expired. A backend marks expired grants some time later (contract/README.md#grant)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.domain.timestamps import is_past

if TYPE_CHECKING:
    from kraty_console.contract.players import Grant


def is_overdue(grant: Grant, now: datetime | None) -> bool:
    """Whether a pending grant is past its expiry, so that it counts as expired; False if that is unknown."""
    return grant.status == "pending" and is_past(grant.expires_at, now)


def has_expired(grant: Grant, now: datetime | None) -> bool:
    """Whether a grant has expired, by its status or by its time."""
    return grant.status == "expired" or is_overdue(grant, now)


def can_be_collected(grant: Grant, now: datetime) -> bool:
    """Whether the player can still claim or open a grant, apart from a ban."""
    return grant.status == "pending" and not is_overdue(grant, now)
