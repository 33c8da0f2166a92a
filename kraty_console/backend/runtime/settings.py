"""Settings of a running backend, and their form as text for child processes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from kraty_console.backend.app.reduction import Reduction
from kraty_console.backend.http.connections import ConnectionLimits
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.storage.engine import Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve; a port of 0 takes any that is free."""

    database_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    demo: bool = False
    credentials_out: Path | None = None
    demo_cache: Path | None = None
    """A folder that keeps a copy of the demo world for later starts."""
    rate: Rate = field(default_factory=Rate)
    limits: Limits = field(default_factory=Limits)
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
    worker: bool = True
    """Run the jobs beside HTTP; without, another process on the same database has to."""
    webhooks_to_private: bool = False
    """Let webhooks go to any address, and over plain http (development)."""
    workers: int = 1
    """Processes that share the address."""
    public_url: str | None = None
    """What links in answers start with; left out, the address it listens on."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose `X-Forwarded-For` is believed."""
    portal_origins: tuple[str, ...] = ()
    """Origins beside its own whose pages may change something by cookie."""
    log_format: Literal["text", "json"] = "text"
    log_calls: bool = False
    metrics: tuple[str, int] | None = None
    """Host and port where `/metrics` answers; of several processes each has the next port, from 0 any free one."""
    only: Reduction | None = None
    """What is left of the admin surface; None for all of it."""
    exit_with_parent: bool = False
    """Stop when the standard input ends, as it does when the process that started this one is gone."""

    def to_json(self) -> str:
        """On one line."""
        return json.dumps({**asdict(self), "credentials_out": None, "demo_cache": None, "demo": False})

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """What `to_json` wrote."""
        payload = json.loads(text)
        payload["rate"], payload["limits"] = Rate(**payload["rate"]), Limits(**payload["limits"])
        payload["connections"] = ConnectionLimits(**payload["connections"])
        payload["portal_origins"], payload["proxies"] = tuple(payload["portal_origins"]), tuple(payload["proxies"])
        if payload["metrics"] is not None:
            payload["metrics"] = (payload["metrics"][0], payload["metrics"][1])
        if payload["only"] is not None:
            payload["only"] = Reduction.from_plain(payload["only"])
        return cls(**payload)

    def of_process(self, number: int) -> Settings:
        """For the process of this number, counted from 0: one alone, with a port of its own for its numbers."""
        metrics = self.metrics
        if metrics and metrics[1]:
            metrics = (metrics[0], metrics[1] + number)
        return replace(self, workers=1, metrics=metrics, exit_with_parent=True)
