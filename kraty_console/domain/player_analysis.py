"""The diagnoses and next steps of a player: computed once for a snapshot, and shared by views and commands."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar, cast

from kraty_console.domain import diagnosis
from kraty_console.domain.grant_links import Links, links_of
from kraty_console.domain.per_snapshot import PerSnapshot
from kraty_console.domain.problems import Diagnosis

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Grant, Snapshot

T = TypeVar("T")

VALID_FOR: Final = timedelta(seconds=1)
"""How long results are valid: they state ages in seconds, and what has expired."""


class PlayerAnalysis:
    """What was computed for one snapshot. Get it with `analysis_of`, so that all share it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._computed_at: datetime | None = None
        self._results: dict[Hashable, object] = {}

    @property
    def links(self) -> Links:
        """The index of grants and attempts."""
        return links_of(self.snapshot)

    def attempt_faults(self, attempt: Attempt, now: datetime) -> tuple[Diagnosis, ...]:
        """All diagnoses of an attempt of the snapshot, most urgent first; never empty."""
        return self.once(
            ("attempt", id(attempt)), now, lambda: diagnosis.attempt_faults(attempt, self.snapshot, now, self.links)
        )

    def grant_faults(self, grant: Grant, now: datetime) -> tuple[Diagnosis, ...]:
        """All diagnoses of a grant of the snapshot, most urgent first; never empty."""
        return self.once(("grant", id(grant)), now, lambda: diagnosis.grant_faults(grant, self.snapshot, now))

    def once(self, key: Hashable, now: datetime, compute: Callable[[], T]) -> T:
        """The result with this key, computed unless there is one that is valid at this time."""
        if self._computed_at is None or not timedelta() <= now - self._computed_at < VALID_FOR:
            self._results.clear()
            self._computed_at = now
        if key not in self._results:
            self._results[key] = compute()
        return cast("T", self._results[key])


analysis_of: Final = PerSnapshot(PlayerAnalysis)
"""The analysis of a snapshot."""
