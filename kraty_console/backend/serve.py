"""The backend as a process: migrate, listen, say so, and stop cleanly when told to."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from kraty_console.backend.api.app import build_app
from kraty_console.backend.api.calls import Services
from kraty_console.backend.api.rate_limit import Rate, RateLimit
from kraty_console.backend.engine.ids import IdSource
from kraty_console.backend.jobs import JobNeeds, jobs
from kraty_console.backend.preparing import CannotServe, prepare
from kraty_console.backend.storage.database import Database
from kraty_console.backend.worker import Worker

BACKLOG: Final = 512
KEEP_ALIVE_SECONDS: Final = 75
"""How long a connection may rest: longer than clients keep theirs, so that it is they who hang up."""

GRACE_SECONDS: Final = 5
"""How long calls under way may take when the backend is told to stop."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve; a port of 0 takes any that is free."""

    database_url: str
    host: str = "127.0.0.1"
    port: int = 8080
    demo: bool = False
    credentials_out: Path | None = None
    rate: Rate = field(default_factory=Rate)
    worker: bool = True
    """Run the jobs beside HTTP; without, another process on the same database has to."""
    exit_with_parent: bool = False
    """Stop when the standard input ends, as it does when the process that started this one is gone."""


def serve(settings: Settings) -> None:
    """Run until SIGTERM, SIGINT, or the parent's end.

    Raises CannotServe when the address is taken or the database does not answer.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    listener = _listen(settings.host, settings.port)
    config = server_config()
    with listener, asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_run(settings, listener, config))


def server_config(app: ASGIApp | None = None) -> uvicorn.Config:
    """How HTTP is spoken here; the application may be given later."""
    return uvicorn.Config(
        app or "",
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


class _Server(uvicorn.Server):
    """A server that says when it listens, and leaves signals to its caller."""

    announcement: str = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(self.announcement + "\n")
        sys.stdout.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(settings: Settings, listener: socket.socket, config: uvicorn.Config) -> None:
    """Serve until told to stop; told while still starting, the start ends after the step it is at."""
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    if settings.exit_with_parent:
        _watch_parent(loop, stop)
    await _start_and_serve(settings, listener, server)


async def _start_and_serve(settings: Settings, listener: socket.socket, server: _Server) -> None:
    await prepare(settings.database_url)
    new_id = IdSource(_now_ms, secrets.randbits)
    base_url = _base_url(settings.host, listener.getsockname()[1])
    db = Database.open(settings.database_url)
    try:
        if settings.demo and not server.should_exit:
            await _load_demo(db, settings.credentials_out, base_url)
        if server.should_exit:
            return
        worker = Worker(jobs(JobNeeds(db, _now_ms, new_id)), _now_ms)
        services = Services(
            db=db,
            now_ms=_now_ms,
            new_id=new_id,
            rate_limit=RateLimit(settings.rate, time.monotonic),
            public_url=base_url,
            worker=worker,
        )
        server.config.app = build_app(services)
        server.announcement = f"listening on {base_url}"
        if settings.worker:
            worker.start()
        try:
            await server.serve(sockets=[listener])
        finally:
            await worker.stop(GRACE_SECONDS)
    finally:
        await db.close()


async def _load_demo(db: Database, credentials_out: Path | None, base_url: str) -> None:
    # The demo world is a good deal of code that a backend without it never needs.
    from kraty_console.backend.demo.world import load

    world = await load(db, _now_ms())
    if world.loaded_now:
        await db.analyze()
    if credentials_out is None:
        return
    try:
        write_private(credentials_out, json.dumps(world.credentials(base_url), indent=2) + "\n")
    except OSError as error:
        raise CannotServe(f"cannot write {credentials_out}: {error.strerror}") from None


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600), whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 (a descriptor has no path)
            file.write(text)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; calls are taken once the server runs."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotServe(f"cannot listen on {host}: {error.strerror}", usage=True) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"{host}:{port} is in use; choose another with --listen") from None
        raise CannotServe(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listener


def _base_url(host: str, port: int) -> str:
    """Where a caller on this machine reaches the backend."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (told apart, not bound)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Call `stop` when the standard input ends: its other end was held by the parent alone."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=watch, name="parent", daemon=True).start()
