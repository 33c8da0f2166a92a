"""What is wrong with a player and what to do next: found once for a snapshot and shared by all views of it.

Imported with the first snapshot (8 ms), so that the first frame without a player does not wait for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from kraty_console.domain.next_step import NextSteps

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

VALID_FOR: Final = timedelta(seconds=1)
"""How long the next steps hold: they name ages, to the second, and know what has expired."""


class PlayerAnalysis:
    """The analysis of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._steps: NextSteps | None = None
        self._made_at: datetime | None = None
        self._options: tuple[bool, bool] | None = None

    def next_steps(self, now: datetime, *, can_credit: bool, can_merge: bool) -> NextSteps:
        """The next steps at a time, with links and diagnoses; the last ones while they hold.

        Args:
            now: The current time.
            can_credit: False if the backend is known to lack wallet credit.
            can_merge: Whether the credential can merge.
        """
        options = (can_credit, can_merge)
        holds = self._made_at is not None and timedelta() <= now - self._made_at < VALID_FOR
        if self._steps is None or not holds or options != self._options:
            self._steps = NextSteps(self._snapshot, now, can_credit=can_credit, can_merge=can_merge)
            self._made_at, self._options = now, options
        return self._steps
