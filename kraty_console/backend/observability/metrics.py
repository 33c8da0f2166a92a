"""The metrics of one process: requests by route, connections, jobs, undelivered events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kraty_console import __version__
from kraty_console.backend.observability.call_events import AnsweredCall
from kraty_console.backend.observability.exposition import (
    CONTENT_TYPE,
    Counter,
    Histogram,
    MetricFamily,
    Sample,
    exposition,
)
from kraty_console.backend.observability.job_state import ScheduledJobs
from kraty_console.backend.rules import set_aside
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables import outbox, webhook_deliveries, webhook_endpoints
from kraty_console.backend.storage.tables.webhooks import IS_DUE, IS_PENDING

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""

PATIENCE_SECONDS: Final = 2.0
"""How long the database may take to say what is still to be told; without its answer that family is left out."""


class OpenConnections(Protocol):
    """The connections of callers."""

    @property
    def open(self) -> int:
        """How many are open."""
        ...

    @property
    def refused(self) -> Mapping[str, int]:
        """How many were refused, by reason."""
        ...


class Metrics:
    """Counts from the start of the process on; the rest is looked up when somebody asks."""

    def __init__(
        self,
        db: Database,
        worker: ScheduledJobs | None,
        now_ms: Callable[[], int],
        connections: OpenConnections | None = None,
    ) -> None:
        self._connections = connections
        self._db = db
        self._worker = worker
        self._now_ms = now_ms
        self._in_flight = 0
        self._calls = Counter("kraty_http_requests_total", "Calls answered.", ("method", "route", "status"))
        self._seconds = Histogram(
            "kraty_http_request_duration_seconds", "How long a call took.", ("method", "route"), BOUNDS
        )

    def begun(self) -> None:
        """A call came."""
        self._in_flight += 1

    def ended(self, call: AnsweredCall) -> None:
        """A call was answered."""
        self._in_flight -= 1
        self._calls.add(call.method, call.route, str(call.status))
        self._seconds.observe(call.seconds, call.method, call.route)

    async def page(self) -> str:
        """Everything, as Prometheus reads it."""
        pending = await self._pending()
        return exposition([*self._families(), *pending])

    def _families(self) -> Iterator[MetricFamily]:
        yield MetricFamily("kraty_build_info", "gauge", "Which version runs.", [Sample(1, {"version": __version__})])
        yield self._calls.family()
        yield self._seconds.family()
        yield MetricFamily("kraty_http_requests_in_flight", "gauge", "Calls under way.", [Sample(self._in_flight, {})])
        yield from self._refused()
        pool = self._db.engine.pool
        if isinstance(pool, QueuePool):
            used, idle = pool.checkedout(), pool.checkedin()
            samples = [Sample(used, {"state": "in_use"}), Sample(idle, {"state": "idle"})]
            yield MetricFamily("kraty_database_connections", "gauge", "Connections of this process.", samples)
            limit = [Sample(pool.size() + max(0, getattr(pool, "_max_overflow", 0)), {})]
            yield MetricFamily("kraty_database_connections_max", "gauge", "Connections it may open.", limit)
        retried = [Sample(self._db.retried, {})]
        yield MetricFamily("kraty_database_retries_total", "counter", "Transactions tried again.", retried)
        yield from self._jobs()

    def _refused(self) -> Iterator[MetricFamily]:
        if (connections := self._connections) is None:
            return
        yield MetricFamily("kraty_http_connections", "gauge", "Connections of callers.", [Sample(connections.open, {})])
        reasons = [Sample(count, {"reason": reason}) for reason, count in sorted(connections.refused.items())]
        yield MetricFamily("kraty_http_refused_total", "counter", "What was refused and left no other trace.", reasons)

    def _jobs(self) -> Iterator[MetricFamily]:
        if self._worker is None:
            return
        states = self._worker.states.items()
        running = [Sample(self._worker.running, {})]
        yield MetricFamily("kraty_worker_running", "gauge", "Whether this process runs jobs.", running)
        runs = [Sample(state.runs, {"job": name}) for name, state in states]
        yield MetricFamily("kraty_job_runs_total", "counter", "Times a job was asked for what is due.", runs)
        done = [Sample(state.done, {"job": name}) for name, state in states]
        yield MetricFamily("kraty_job_done_total", "counter", "Things that a job did.", done)
        failures = [Sample(state.failures, {"job": name}) for name, state in states]
        yield MetricFamily("kraty_job_failures_total", "counter", "Times a job failed.", failures)
        ages = [
            Sample(max(0, self._now_ms() - state.last_run_ms) / 1000, {"job": name})
            for name, state in states
            if state.last_run_ms is not None
        ]
        yield MetricFamily("kraty_job_last_run_age_seconds", "gauge", "Since a job was last asked.", ages)

    async def _pending(self) -> list[MetricFamily]:
        """How long webhooks wait, by indexes of those that wait: to be passed on to endpoints, and to be sent.

        And how many rows the jobs have set aside.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._db.read() as tx:
                untold, due = await tx.scalar(_UNTOLD), await tx.scalar(_DUE)
                aside = [Sample(count, {"job": job}) for job, count in (await set_aside.counts(tx)).items()]
        except (TimeoutError, sa.exc.SQLAlchemyError, OSError):
            return []
        ages = [Sample(0.0 if at is None else max(0, self._now_ms() - at) / 1000, {}) for at in (untold, due)]
        return [
            MetricFamily(
                "kraty_outbox_oldest_seconds", "gauge", "Age of the oldest event not passed on yet.", ages[:1]
            ),
            MetricFamily(
                "kraty_webhook_overdue_seconds", "gauge", "Since when the most overdue delivery waits.", ages[1:]
            ),
            MetricFamily("kraty_job_rows_set_aside", "gauge", "Rows that a job failed with again and again.", aside),
        ]


def _oldest_untold() -> sa.Select[tuple[int | None]]:
    """The oldest event that an endpoint waits for; where nobody wants to be told, events may lie for ever."""
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


def metrics_app(metrics: Metrics) -> Starlette:
    """What answers at the address for numbers: `/metrics`, and nothing else."""

    async def page(_request: Request) -> Response:
        return Response(await metrics.page(), media_type=CONTENT_TYPE)

    return Starlette(routes=[Route("/metrics", page, methods=["GET"])])
