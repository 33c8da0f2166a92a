"""The jobs that a backend runs beside HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kraty_console.backend.storage.database import Database
from kraty_console.backend.worker import Job


@dataclass(frozen=True, slots=True)
class JobNeeds:
    """What jobs work with; time and ids come from here alone."""

    db: Database
    now_ms: Callable[[], int]
    """Milliseconds since the epoch."""
    new_id: Callable[[], str]
    """A fresh UUIDv7 as text."""


def jobs(_needs: JobNeeds) -> list[Job]:
    """Every job."""
    return []
