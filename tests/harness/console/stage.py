"""The console's stage: the embedded backend with the demo world, over HTTP on loopback, at a fixed time.

Ids, times and answers come out the same on every machine, so that what the console draws can be compared to the cell.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from kraty_console.backend.app.application import build_app
from kraty_console.backend.app.reduction import Reduction
from kraty_console.backend.demo import world as demo
from kraty_console.backend.http.call import Services
from kraty_console.backend.http.rate_limit import Rate, RateLimit
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.migrate import migrate
from kraty_console.config.inbox import InboxTicket, TicketInbox
from kraty_console.config.launch import Launch, SampleTicket
from kraty_console.config.profiles import Profile
from kraty_console.console.app import KratyApp
from kraty_console.contract.secret import Secret
from tests.harness.console.demo_copies import DemoTemplate

NOW = datetime(2026, 6, 11, 14, 2, 31, tzinfo=UTC)
"""When the world of the tests is looked at: a Thursday afternoon."""

PUBLIC_URL = "https://kraty.example"


def now() -> datetime:
    """The fixed time."""
    return NOW


def now_ms() -> int:
    """The same moment as the backend counts it."""
    return int(NOW.timestamp() * 1000)


def build_world(folder: Path) -> None:
    """Create the demo world at the fixed time, in an empty folder."""
    credentials = asyncio.run(_load_world(f"sqlite:///{folder / 'world.sqlite'}"))
    (folder / "credentials.json").write_text(json.dumps(credentials), encoding="utf-8")


async def _load_world(url: str) -> dict[str, Any]:
    await migrate(url)
    database = Database.open(url)
    try:
        world = await demo.load(database, now_ms())
        return world.credentials("http://stage")
    finally:
        await database.close()


@dataclass(frozen=True)
class DemoStage:
    """A running backend, and how the console is opened on it."""

    url: str
    world: DemoTemplate
    folder: Path
    file: Path
    """The database."""
    services: Services

    def launch(
        self,
        role: str = "GAME_ADMIN",
        *,
        player: str | None = None,
        environment: str = "live",
        tries: tuple[SampleTicket, ...] = (),
        inbox: tuple[InboxTicket, ...] = (),
        ticket: str | None = None,
        read_only: bool = False,
        theme: str | None = "dark",
        token: str | None = None,
        **profile: Any,
    ) -> Launch:
        """What the console is opened with."""
        credentials = self.world.credentials
        return Launch(
            Profile(
                name="demo",
                **{"url": self.url, "person": "maria", **profile},
                studio=credentials["studioId"],
                game=credentials["gameId"],
                environment=environment,
                read_only=read_only,
                theme=theme,
            ),
            Secret(token if token is not None else credentials["sessions"][role]),
            self.folder / "state",
            self.folder / "crashes",
            initial_player=player,
            ticket=ticket,
            tries=tries,
            inbox=TicketInbox(inbox) if inbox else None,
        )

    def app(self, role: str = "GAME_ADMIN", **launch: Any) -> KratyApp:
        """The console on this stage; nothing of this machine's environment reaches it."""
        return KratyApp(self.launch(role, **launch), now=now, clock=lambda: 0.0, environ={"TERM": "xterm-256color"})


class _Prompt(uvicorn.Server):
    """Ignores signals, reports when it listens or fails to, and ends as soon as it is stopped.

    uvicorn looks ten times in a second whether it should end; that would be a tenth of a second of each test, and more.
    """

    def __init__(self, config: uvicorn.Config, listens: threading.Event) -> None:
        super().__init__(config)
        self._listens = listens
        self._told = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def end(self) -> None:
        """Called from another thread."""
        self._loop.call_soon_threadsafe(self._told.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self._listens.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            _, late = await asyncio.wait(self.server_state.tasks, timeout=1.0)
            for task in late:
                task.cancel()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _numbered(app: Any) -> Any:
    """Each request has its id already: the ids of what is made do not depend on how much was asked before."""
    numbers = itertools.count()

    async def layer(scope: Any, receive: Any, send: Any) -> None:
        own = (b"x-request-id", b"00000000-0000-7000-8000-%012d" % next(numbers))
        await app({**scope, "headers": [*scope["headers"], own]}, receive, send)

    return layer


@contextmanager
def stage(world: DemoTemplate, folder: Path, *, wrap: Any = None, only: str | None = None) -> Iterator[DemoStage]:
    """Serve a copy of the world from a thread of its own; `wrap` may put an ASGI layer around the application.

    `only` is what `backend serve --only` takes, for a reduced Kraty.
    """
    reduction = None if only is None else Reduction.parse(only)
    chance = random.Random(7)
    started = threading.Event()
    held: dict[str, Any] = {}

    async def serve() -> None:
        database = Database(copy.engine)
        services = Services(
            db=database,
            now_ms=now_ms,
            new_id=IdSource(now_ms, chance.getrandbits),
            rate_limit=RateLimit(Rate(0, 0), time.monotonic),
            public_url=PUBLIC_URL,
        )
        app = _numbered(build_app(services, only=reduction))
        config = uvicorn.Config(
            wrap(app) if wrap is not None else app,
            host="127.0.0.1",
            port=0,
            log_config=None,
            access_log=False,
            lifespan="off",
            date_header=False,  # its own clock stands still: what it tells agrees with nothing
            timeout_graceful_shutdown=1,
        )
        server = _Prompt(config, started)
        held.update(server=server, services=services)
        try:
            await server.serve()
        finally:
            await database.close()

    with world.copied() as copy:
        thread = threading.Thread(target=lambda: asyncio.run(serve()), name="stage")
        thread.start()
        started.wait()
        try:
            port = held["server"].servers[0].sockets[0].getsockname()[1]
            yield DemoStage(f"http://127.0.0.1:{port}", world, folder, copy.file, held["services"])
        finally:
            held["server"].end()
            thread.join()
