"""The scheduled jobs of a backend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kraty_console.backend.runtime import maintenance
from kraty_console.backend.runtime.scheduler import Job
from kraty_console.backend.runtime.sweeper import Sweeper
from kraty_console.backend.storage.database import Database
from kraty_console.backend.webhooks.deliverer import Deliverer
from kraty_console.backend.webhooks.posting import Poster


@dataclass(frozen=True, slots=True)
class JobNeeds:
    """What jobs need, including the only sources of time and ids."""

    db: Database
    now_ms: Callable[[], int]
    """Milliseconds since the epoch."""
    new_id: Callable[[], str]
    """A fresh UUIDv7 as text."""
    webhooks_to_private: bool = False
    """Send webhooks to any address, and over plain http (development)."""


def jobs(needs: JobNeeds) -> list[Job]:
    """Every job."""
    return [_webhooks(needs), *maintenance.jobs(Sweeper(needs.db, needs.now_ms, needs.new_id))]


def _webhooks(needs: JobNeeds) -> Job:
    deliverer = Deliverer(needs.db, needs.now_ms, needs.new_id, Poster(to_private=needs.webhooks_to_private))
    return Job("webhooks", deliverer.rest_seconds, deliverer.run, deliverer.finish)
