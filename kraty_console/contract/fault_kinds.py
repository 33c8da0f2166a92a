"""The faults that a backend can tell of all players, and from when on they count as faults (contract/README.md#faults).

Backend and diagnosis use this one list.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class FaultKind(StrEnum):
    """A fault of an attempt or a grant, most urgent first."""

    ROLL_FAILED = "roll_failed"
    """Complete, and the roll of its rewards failed."""
    NOT_ROLLED = "not_rolled"
    """Complete, and rewards that its event pays were never rolled."""
    GRANT_EXPIRED = "grant_expired"
    """The grant expired before it was claimed."""
    TARGET_MET = "target_met"
    """In progress, although its target is met."""
    WINDOW_OVER = "window_over"
    """In progress, although its window is over."""
    STUCK = "stuck"
    """In progress without progress."""
    GRANT_OVERDUE = "grant_overdue"
    """Pending, although past its expiry."""
    GRANT_PENDING = "grant_pending"
    """A pending reward that nobody collects."""
    NEVER_FINISHED = "never_finished"
    """The attempt expired."""


IDLE_AFTER: Final = 24 * 3600
"""Seconds without progress after which an attempt counts as stuck."""

IDLE_AFTER_TARGET: Final = 600
"""Seconds an attempt may stay in progress after its target is met; reaching it should have ended it
(contract/SDK.md#progress-and-finish)."""

PENDING_IS_NORMAL: Final = 600
"""Seconds a grant may wait for the game before it is worth mentioning."""
