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
    """How to serve; a port of 0 takes any free one."""

    database_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    demo: bool = False
    credentials_out: Path | None = None
    demo_cache: Path | None = None
    """The folder with a copy of the demo world for later starts."""
    rate: Rate = field(default_factory=Rate)
    limits: Limits = field(default_factory=Limits)
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
    worker: bool = True
    """Run the jobs beside HTTP; otherwise another process on the same database has to."""
    webhooks_to_private: bool = False
    """Let webhooks go to any address, and over plain http (development)."""
    workers: int = 1
    """Number of processes that share the address."""
    public_url: str | None = None
    """The prefix of links in answers; by default the listening address."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose `X-Forwarded-For` is trusted."""
    portal_origins: tuple[str, ...] = ()
    """Other origins whose pages may make changes by cookie."""
    log_format: Literal["text", "json"] = "text"
    log_calls: bool = False
    metrics: tuple[str, int] | None = None
    """Host and port of `/metrics`; each further process has the next port, with 0 any free one."""
    only: Reduction | None = None
    """The reduced admin surface; None for all of it."""
    exit_with_parent: bool = False
    """Stop when the standard input ends, which happens when the parent process ends."""

    def to_json(self) -> str:
        """The settings as JSON on one line."""
        return json.dumps({**asdict(self), "credentials_out": None, "demo_cache": None, "demo": False})

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """The inverse of `to_json`."""
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
        """The settings of one process, counted from 0, with its own port for metrics."""
        metrics = self.metrics
        if metrics and metrics[1]:
            metrics = (metrics[0], metrics[1] + number)
        return replace(self, workers=1, metrics=metrics, exit_with_parent=True)
