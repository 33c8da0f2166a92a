"""How scheduled jobs fare, as health, metrics and request handling see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True)
class JobState:
    """How a job fares; read for health and metrics."""

    runs: int = 0
    """Times it was asked."""
    done: int = 0
    """Things it did, all in all."""
    failures: int = 0
    failing: int = 0
    """Failures since it last went well."""
    last_run_ms: int | None = None
    """When it was last asked (milliseconds since the epoch)."""
    last_error: str | None = None
    """The kind of the last failure; its text goes to the log alone, for it may quote what a player wrote."""
    last_error_ms: int | None = None


class ScheduledJobs(Protocol):
    """The jobs of a running process."""

    @property
    def states(self) -> Mapping[str, JobState]:
        """How each job fares, by name."""
        ...

    @property
    def running(self) -> bool:
        """Whether they run."""
        ...

    def wake(self, name: str) -> None:
        """Let a job look at once; unknown names are ignored."""
        ...
