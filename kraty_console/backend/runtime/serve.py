"""Serve HTTP in this process, and stop cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.types import ASGIApp

from kraty_console.backend.app.application import build_app
from kraty_console.backend.http.call import Services
from kraty_console.backend.http.client_address import Proxies
from kraty_console.backend.http.connections import Connections
from kraty_console.backend.http.csrf import origins_of
from kraty_console.backend.http.protocol import protocol_of
from kraty_console.backend.http.rate_limit import RateLimit
from kraty_console.backend.observability import logs
from kraty_console.backend.observability.call_events import Watch
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.runtime.jobs import JobNeeds, jobs
from kraty_console.backend.runtime.scheduler import Scheduler
from kraty_console.backend.runtime.settings import Settings
from kraty_console.backend.runtime.startup import CannotServe, base_url, listen, prepare
from kraty_console.backend.storage.database import Database

if TYPE_CHECKING:
    from kraty_console.backend.observability.metrics import Metrics

KEEP_ALIVE_SECONDS: Final = 75
"""How long a connection may be idle: longer than clients keep theirs, so that clients close first."""

GRACE_SECONDS: Final = 5
"""How long calls in progress may take when the backend stops."""


LOG: Final = logging.getLogger("kraty.backend")


def serve(settings: Settings) -> None:
    """Run until SIGTERM, SIGINT, or the parent's end.

    Raises CannotServe if the address is taken or the database does not answer.
    """
    logs.configure(settings.log_format, calls=settings.log_calls)
    with listen(settings.host, settings.port) as listener:
        if settings.workers > 1:
            # The supervisor imports this module, and one process never needs it.
            from kraty_console.backend.runtime.supervisor import run_supervisor

            asyncio.run(run_supervisor(settings, listener, lambda: prepare_once(settings, _url_of(settings, listener))))
        else:
            serve_alone(settings, listener, first=True)


def serve_supervised(line: str) -> None:
    """Serve as one of several processes; `line` holds the number of the inherited socket and the settings as JSON.

    Exits with a message if it cannot serve.
    """
    descriptor, _, document = line.partition(" ")
    settings = Settings.from_json(document)
    logs.configure(settings.log_format, calls=settings.log_calls)
    try:
        serve_alone(settings, socket.socket(fileno=int(descriptor)), first=False)
    except CannotServe as refused:
        sys.exit(f"Error: {refused}")


def serve_alone(settings: Settings, listener: socket.socket, *, first: bool) -> None:
    """Serve in this process; only the `first` one migrates the database."""
    connections = Connections(
        settings.connections, IdSource(_now_ms, secrets.randbits), Proxies(settings.proxies).include
    )
    config = server_config(connections=connections)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_run(settings, listener, config, connections, first=first))


def server_config(app: ASGIApp | None = None, connections: Connections | None = None) -> uvicorn.Config:
    """The configuration of uvicorn; the application may be set later."""
    return uvicorn.Config(
        app or "",
        http=protocol_of(connections or Connections()),
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _BackendServer(uvicorn.Server):
    """A server that reports when it listens, and leaves signals to its caller."""

    announcement: str = ""
    ending: Callable[[], None] = staticmethod(lambda: None)
    """Called at the start of the shutdown, for work that would not end by itself."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.ending()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.announcement:
            announce(self.announcement)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def announce(words: str) -> None:
    """Report on the standard output that the backend listens; a closed output is ignored."""
    try:
        sys.stdout.write(words + "\n")
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        LOG.warning("%s (the standard output does not take it: %s)", words, getattr(error, "strerror", None) or error)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)  # so that flushing at the end does not fail again
        os.close(nowhere)


async def _run(
    settings: Settings, listener: socket.socket, config: uvicorn.Config, connections: Connections, *, first: bool
) -> None:
    """Serve until stopped; a stop during the start ends it after the current step."""
    server = _BackendServer(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    if settings.exit_with_parent:
        watch_parent(loop, stop)
    url = _url_of(settings, listener)
    if first:
        await prepare_once(settings, url, lambda: server.should_exit)
    if not server.should_exit:
        await _serve(settings, listener, server, url, connections)


async def prepare_once(settings: Settings, url: str, called_off: Callable[[], bool] = lambda: False) -> str:
    """Migrate the database and load the demo world, once, before any process serves.

    Returns the address to announce.
    """
    if settings.demo:
        # A backend without the demo world does not need its code.
        from kraty_console.backend.runtime.demo_start import load_demo, restore_copy

        restore_copy(settings, _now_ms())
        await prepare(settings.database_url)
        if not called_off():
            await load_demo(settings, url, _now_ms())
    else:
        await prepare(settings.database_url)
    return url


async def _serve(
    settings: Settings, listener: socket.socket, server: _BackendServer, url: str, connections: Connections
) -> None:
    new_id = IdSource(_now_ms, secrets.randbits)
    db = Database.open(settings.database_url, settings.limits)
    try:
        worker = Scheduler(jobs(JobNeeds(db, _now_ms, new_id, settings.webhooks_to_private)), _now_ms)
        metrics = _metrics(settings, db, worker, connections)
        services = Services(
            db=db,
            now_ms=_now_ms,
            new_id=new_id,
            rate_limit=RateLimit(settings.rate, time.monotonic),
            public_url=url,
            proxies=Proxies(settings.proxies),
            refused=connections.refused,
            own_origins=origins_of([url, *settings.portal_origins]),
            worker=worker,
            webhooks_to_private=settings.webhooks_to_private,
            watch=_watch(settings, metrics),
        )
        server.config.app = build_app(services, only=settings.only)
        server.ending = services.streams.end
        server.announcement = f"listening on {url}"
        async with _numbers(settings, metrics):
            if settings.worker:
                worker.start()
            freeze_garbage()
            try:
                await server.serve(sockets=[listener])
            finally:
                await worker.stop(GRACE_SECONDS)
    finally:
        await db.close()


def _metrics(settings: Settings, db: Database, worker: Scheduler, connections: Connections) -> Metrics | None:
    """The metrics, if they are enabled; their library is imported only then, which saves 75 ms of other starts."""
    if settings.metrics is None:
        return None
    from kraty_console.backend.observability.metrics import Metrics

    return Metrics(db, worker, _now_ms, connections)


def _watch(settings: Settings, metrics: Metrics | None) -> Watch | None:
    ended = [logs.log_call] if settings.log_calls else []
    if metrics is None:
        return Watch(time.perf_counter, tuple(ended)) if ended else None
    return Watch(time.perf_counter, (metrics.ended, *ended), (metrics.begun,))


@contextlib.asynccontextmanager
async def _numbers(settings: Settings, metrics: Metrics | None) -> AsyncIterator[None]:
    """Serve `/metrics` at its own address within the block."""
    if metrics is None or settings.metrics is None:
        yield
        return
    with listen(*settings.metrics, "--metrics") as listener:
        server = _BackendServer(server_config(metrics.application()))
        task = asyncio.create_task(server.serve(sockets=[listener]), name="metrics")
        try:
            yield
        finally:
            server.should_exit = True
            await task


def freeze_garbage() -> None:
    """Freeze the objects of the start, which stay until the end, and enable garbage collection for later ones."""
    gc.freeze()
    gc.enable()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _url_of(settings: Settings, listener: socket.socket) -> str:
    return settings.public_url or base_url(settings.host, listener.getsockname()[1])


def watch_parent(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Call `stop` when the standard input ends, because the parent alone held its other end."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=watch, name="parent", daemon=True).start()
