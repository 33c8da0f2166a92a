"""The diagnoses and next steps of a player: computed once for a snapshot, and shared by views and commands."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar, cast

from kraty_console.domain import diagnosis, grant_diagnosis
from kraty_console.domain.action_hints import KEYS, ActionHints
from kraty_console.domain.cautions import Caution, attempt_cautions, grant_cautions, held_back
from kraty_console.domain.grant_links import Links, links_of
from kraty_console.domain.per_snapshot import PerSnapshot
from kraty_console.domain.problems import Diagnosis

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Grant, Snapshot

T = TypeVar("T")

VALID_FOR: Final = timedelta(seconds=1)
"""How long results are valid: they state ages in seconds, and what has expired."""


class RowAnalysis(NamedTuple):
    """What was concluded about one row."""

    faults: tuple[Diagnosis, ...]
    """Most urgent first; never empty. An action that a caution stops is not in them."""
    cautions: tuple[Caution, ...]
    """What else not to do, most binding first."""
    stopping: tuple[Caution, ...] = ()
    """What held an action back; the faults begin with its words."""


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

    def attempt_faults(self, attempt: Attempt, now: datetime, how: ActionHints = KEYS) -> tuple[Diagnosis, ...]:
        """All diagnoses of an attempt of the snapshot, most urgent first; never empty."""
        return self.attempt(attempt, now, how).faults

    def grant_faults(self, grant: Grant, now: datetime, how: ActionHints = KEYS) -> tuple[Diagnosis, ...]:
        """All diagnoses of a grant of the snapshot, most urgent first; never empty."""
        return self.grant(grant, now, how).faults

    def attempt(self, attempt: Attempt, now: datetime, how: ActionHints = KEYS) -> RowAnalysis:
        """What is wrong with an attempt of the snapshot, and what not to do about it."""

        def analyse() -> RowAnalysis:
            faults = diagnosis.attempt_faults(attempt, self.snapshot, now, self.links, how)
            return RowAnalysis(*held_back(faults, attempt_cautions(attempt, faults, self.snapshot, self.links, now)))

        return self.once(("attempt", id(attempt), how), now, analyse)

    def grant(self, grant: Grant, now: datetime, how: ActionHints = KEYS) -> RowAnalysis:
        """What is wrong with a grant of the snapshot, and what not to do about it."""

        def analyse() -> RowAnalysis:
            faults = grant_diagnosis.grant_faults(grant, self.snapshot, now, how)
            return RowAnalysis(*held_back(faults, grant_cautions(grant, faults, self.snapshot, now)))

        return self.once(("grant", id(grant), how), now, analyse)

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
