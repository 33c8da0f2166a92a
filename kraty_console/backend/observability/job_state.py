"""The state of scheduled jobs for health, metrics and request handling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True)
class JobState:
    """The state of a job, for health and metrics."""

    runs: int = 0
    """Number of runs."""
    done: int = 0
    """Number of things done in all runs."""
    failures: int = 0
    failing: int = 0
    """Consecutive failures."""
    last_run_ms: int | None = None
    """The last run (milliseconds since the epoch)."""
    last_error: str | None = None
    """The type of the last failure; its text goes only to the log, because it may quote players."""
    last_error_ms: int | None = None


class ScheduledJobs(Protocol):
    """The jobs of a running process."""

    @property
    def states(self) -> Mapping[str, JobState]:
        """The state of each job, by name."""
        ...

    @property
    def running(self) -> bool:
        """Whether the jobs run."""
        ...

    def wake(self, name: str) -> None:
        """Run a job at once; unknown names are ignored."""
        ...
