"""The metrics of one process: requests by route, connections, jobs, undelivered events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Protocol, TypeVar

import sqlalchemy as sa
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.pool import QueuePool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kraty_console import __version__
from kraty_console.backend.observability.call_events import AnsweredCall
from kraty_console.backend.observability.job_state import ScheduledJobs
from kraty_console.backend.rules import set_aside
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import outbox, webhook_deliveries, webhook_endpoints
from kraty_console.backend.storage.tables.webhooks import IS_DUE, IS_PENDING

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""

PATIENCE_SECONDS: Final = 2.0
"""How long the database may take to count undelivered events; without its answer that family is left out."""


Family = TypeVar("Family", CounterMetricFamily, GaugeMetricFamily)

disable_created_metrics()  # type: ignore[no-untyped-call]


class OpenConnections(Protocol):
    """The interface of the connections of callers."""

    @property
    def open(self) -> int:
        """How many are open."""
        ...

    @property
    def refused(self) -> Mapping[str, int]:
        """Refused connections and requests, by reason."""
        ...


class Metrics:
    """Counters since the start of the process; other metrics are read on each scrape."""

    def __init__(
        self,
        db: Database,
        worker: ScheduledJobs | None,
        now_ms: Callable[[], int],
        connections: OpenConnections | None = None,
    ) -> None:
        self._db = db
        self._now_ms = now_ms
        self._registry = registry = CollectorRegistry()
        Gauge("kraty_build_info", "Which version runs.", ["version"], registry=registry).labels(__version__).set(1)
        self._calls = Counter(
            "kraty_http_requests", "Calls answered.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "kraty_http_request_duration_seconds",
            "How long a call took.",
            ["method", "route"],
            registry=registry,
            buckets=BOUNDS,
        )
        self._in_flight = Gauge("kraty_http_requests_in_flight", "Calls under way.", registry=registry)
        self._pending = PendingWork()
        for collector in (ProcessState(db, worker, now_ms, connections), self._pending):
            registry.register(collector)

    def begun(self) -> None:
        """Count the start of a call."""
        self._in_flight.inc()

    def ended(self, call: AnsweredCall) -> None:
        """Count an answered call."""
        self._in_flight.dec()
        self._calls.labels(call.method, call.route, str(call.status)).inc()
        self._seconds.labels(call.method, call.route).observe(call.seconds)

    def application(self) -> Starlette:
        """The ASGI application for `/metrics`."""

        async def page(_request: Request) -> Response:
            return Response(await self.page(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

        return Starlette(routes=[Route("/metrics", page, methods=["GET"])])

    async def page(self) -> str:
        """All metrics in the text format of Prometheus."""
        await self._pending.read(self._db, self._now_ms())
        return generate_latest(self._registry).decode()


class ProcessState(Collector):
    """Collector of the current connections and jobs of this process."""

    def __init__(
        self,
        db: Database,
        worker: ScheduledJobs | None,
        now_ms: Callable[[], int],
        connections: OpenConnections | None,
    ) -> None:
        self._db = db
        self._worker = worker
        self._now_ms = now_ms
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        """The metric families."""
        if self._connections is not None:
            yield GaugeMetricFamily("kraty_http_connections", "Connections of callers.", self._connections.open)
            yield _by(
                CounterMetricFamily(
                    "kraty_http_refused", "What was refused and left no other trace.", labels=["reason"]
                ),
                sorted(self._connections.refused.items()),
            )
        pool = self._db.engine.pool
        if isinstance(pool, QueuePool):
            yield _by(
                GaugeMetricFamily("kraty_database_connections", "Connections of this process.", labels=["state"]),
                [("in_use", pool.checkedout()), ("idle", pool.checkedin())],
            )
            most = pool.size() + max(0, getattr(pool, "_max_overflow", 0))
            yield GaugeMetricFamily("kraty_database_connections_max", "Connections it may open.", most)
        yield CounterMetricFamily("kraty_database_retries", "Transactions tried again.", self._db.retried)
        if self._worker is not None:
            yield from self._jobs(self._worker)

    def _jobs(self, worker: ScheduledJobs) -> Iterator[Metric]:
        yield GaugeMetricFamily("kraty_worker_running", "Whether this process runs jobs.", worker.running)
        states = list(worker.states.items())
        for name, words, values in (
            ("runs", "Number of runs of a job.", [(job, state.runs) for job, state in states]),
            ("done", "Things that a job did.", [(job, state.done) for job, state in states]),
            ("failures", "Times a job failed.", [(job, state.failures) for job, state in states]),
        ):
            yield _by(CounterMetricFamily(f"kraty_job_{name}", words, labels=["job"]), values)
        yield _by(
            GaugeMetricFamily("kraty_job_last_run_age_seconds", "Time since a job last ran.", labels=["job"]),
            [(job, _age(self._now_ms(), state.last_run_ms)) for job, state in states if state.last_run_ms is not None],
        )


class PendingWork(Collector):
    """Collector of the waiting times of webhooks (fan-out and sending), and of the rows that jobs have set aside."""

    def __init__(self) -> None:
        self._families: list[Metric] = []

    async def read(self, db: Database, now_ms: int) -> None:
        """Query the database by the indexes of pending rows; without its answer these families are left out."""
        self._families = []
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), db.read() as tx:
                untold, due = await tx.scalar(_UNTOLD), await tx.scalar(_DUE)
                aside = await set_aside.counts(tx)
        except (TimeoutError, sa.exc.SQLAlchemyError, OSError):
            return
        self._families = [
            GaugeMetricFamily(
                "kraty_outbox_oldest_seconds", "Age of the oldest event not passed on yet.", _age(now_ms, untold)
            ),
            GaugeMetricFamily(
                "kraty_webhook_overdue_seconds", "Since when the most overdue delivery waits.", _age(now_ms, due)
            ),
            _by(
                GaugeMetricFamily(
                    "kraty_job_rows_set_aside", "Rows that a job failed with again and again.", labels=["job"]
                ),
                aside.items(),
            ),
        ]

    def collect(self) -> Iterator[Metric]:
        """The metric families of the last read."""
        yield from self._families


def _by(family: Family, values: Iterable[tuple[str, float]]) -> Family:
    """Add one sample for each value of the only label."""
    for label, value in values:
        family.add_metric([label], value)
    return family


def _age(now_ms: int, since_ms: int | None) -> float:
    """Seconds since then; 0 for None."""
    return 0.0 if since_ms is None else max(0, now_ms - since_ms) / 1000


def _oldest_untold() -> sa.Select[int | None]:
    """The oldest event that still has to reach an endpoint; events without endpoints may stay for ever."""
    endpoint, event = webhook_endpoints.c, outbox.c
    first = (
        sa.select(event.occurred_at)
        .where(
            event.studio_id == endpoint.studio_id,
            event.game_id == endpoint.game_id,
            event.outbox_id >= endpoint.first_outbox_id,
            IS_PENDING,
        )
        .order_by(event.outbox_id)
        .limit(1)
        .correlate(webhook_endpoints)
        .scalar_subquery()
    )
    return sa.select(sa.func.min(first)).where(endpoint.state == "active")


_UNTOLD: Final = _oldest_untold()
_DUE: Final = sa.select(sa.func.min(webhook_deliveries.c.due_at)).where(IS_DUE)
