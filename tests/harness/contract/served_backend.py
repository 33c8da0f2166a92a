"""A backend on a real socket, in a thread of the test process, and plain HTTP that changes nothing on the way."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import random
import threading
import weakref
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, quote_from_bytes

import sqlalchemy as sa
import uvicorn

from kraty_console.backend.app.application import build_app
from kraty_console.backend.app.reduction import Reduction
from kraty_console.backend.app.routes import ROUTES
from kraty_console.backend.auth.kept_credentials import KeptCredentials
from kraty_console.backend.http.call import Services
from kraty_console.backend.http.client_address import Proxies
from kraty_console.backend.http.connections import ConnectionLimits, Connections
from kraty_console.backend.http.event_streams import Streams
from kraty_console.backend.http.rate_limit import Rate, RateLimit
from kraty_console.backend.http.routing import Route
from kraty_console.backend.observability.call_events import AnsweredCall, Watch
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.runtime.serve import server_config
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.migrate import migrate
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.databases import PATIENT

T = TypeVar("T")

NOW = 1_780_000_000_000
"""The moment at which tests begin (milliseconds); the clock stands still unless a test moves it."""

PORTAL = "https://portal.example"
"""The origin whose pages may change something by cookie."""

_PATIENCE = 100.0

_COUNTS = sa.text("SELECT " + ", ".join(f"(SELECT count(*) FROM {each}) AS {each}" for each in tables.metadata.tables))
"""How many rows each table has. As text, for SQLAlchemy takes longer to write so much than a database to answer it."""


@dataclass(slots=True)
class Clock:
    """Time as the backend sees it."""

    ms: int = NOW
    seconds: float = 0.0
    """What the rate limit counts by, and what credentials are kept by."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A received answer."""

    status: int
    headers: Mapping[str, str]
    raw: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def data(self) -> Any:
        """What is in the envelope of a success."""
        told = self.json
        assert set(told) == {"data"}, told
        return told["data"]

    @property
    def error(self) -> Any:
        """What is in the envelope of a refusal, which must be whole."""
        told = self.json
        assert set(told) == {"error"}, told
        error = told["error"]
        assert set(error) == {"code", "message", "details"}, error
        assert error["details"]["requestId"] == self.headers["x-request-id"]
        assert error["message"]
        return error

    @property
    def fields(self) -> list[str]:
        """The fields that a `validation_failed` names."""
        return [fault["field"] for fault in self.error["details"]["fields"]]


def segment(name: str | bytes) -> str:
    """An id as one segment of a path, with nothing left to normalise."""
    encoded = quote_from_bytes(name, safe="") if isinstance(name, bytes) else quote(name, safe="")
    return encoded.replace(".", "%2E") if encoded in (".", "..") else encoded


class Backend:
    """A running backend and its database.

    `only` is what `backend serve --only` takes; `wrap` may put an ASGI layer around the application, and `name`
    identifies several of one database.
    """

    def __init__(
        self,
        url: str,
        rate: Rate,
        *,
        reachable: bool = True,
        routes: Iterable[Route] = ROUTES,
        ended: Sequence[Callable[[AnsweredCall], None]] = (),
        only: str | None = None,
        wrap: Callable[[Any], Any] = lambda app: app,
        name: str = "",
        limits: ConnectionLimits | None = None,
        proxies: Sequence[str] = (),
    ) -> None:
        self.database_url = url
        self._wrap = wrap
        self._ended = tuple(ended)
        self._routes = routes
        self._only = None if only is None else Reduction.parse(only)
        self._reachable = reachable
        self.clock = Clock()
        self._seed = f"{url}{only or ''}{name}"  # of two on one database none makes an id of the other
        self.new_id = IdSource(lambda: self.clock.ms, random.Random(self._seed).getrandbits)
        self.connections = Connections(limits or ConnectionLimits(), self.new_id)
        self.proxies = Proxies(proxies)
        self.busy: Callable[[], float] = lambda: 0.0
        """By what calls are charged: nothing, unless a test has them cost something."""
        self.port = 0
        self.streams = Streams(poll=0.02, heartbeat=0.1, most=3)
        self._rate = rate
        self._ready = threading.Event()
        self._stop: Callable[[], None] = lambda: None
        self._failure: BaseException | None = None
        self._calls = threading.local()
        self._hang_up: list[Callable[[], object]] = []
        self._thread = threading.Thread(target=self._work, daemon=True)

    @property
    def refused(self) -> Counter[str]:
        """What was refused and only counted, by reason."""
        return self.connections.refused

    @contextmanager
    def running(self) -> Iterator[Backend]:
        """Started, and stopped at the end."""
        self._thread.start()
        assert self._ready.wait(_PATIENCE)
        if self._failure:
            raise self._failure
        try:
            yield self
        finally:
            for hang_up in self._hang_up:
                hang_up()
            self._stop()
            self._thread.join(_PATIENCE)
            assert not self._thread.is_alive()

    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 (told to the test that waits)
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        if self._reachable:
            await migrate(self.database_url)
        self.loop = asyncio.get_running_loop()
        self.db = Database.open(self.database_url, PATIENT)
        services = Services(
            db=self.db,
            now_ms=lambda: self.clock.ms,
            new_id=self.new_id,
            rate_limit=RateLimit(self._rate, lambda: self.clock.seconds),
            random_bytes=random.Random(self._seed).randbytes,
            watch=Watch(lambda: self.clock.seconds, self._ended) if self._ended else None,
            streams=self.streams,
            own_origins=frozenset({PORTAL}),
            refused=self.connections.refused,
            pause=0.0,
            busy_clock=lambda: self.busy(),  # noqa: PLW0108 (a test may set another)
            proxies=self.proxies,
            credentials=KeptCredentials(lambda: self.clock.seconds),
        )
        ready = self._ready

        class Server(uvicorn.Server):
            async def startup(self, sockets: Any = None) -> None:
                await super().startup(sockets)
                outer.port = self.servers[0].sockets[0].getsockname()[1]
                ready.set()

            async def shutdown(self, sockets: Any = None) -> None:
                services.streams.end()
                await super().shutdown(sockets)

        outer = self
        app = self._wrap(build_app(services, self._routes, only=self._only))
        config = server_config(app, self.connections)
        config.port = 0
        config.timeout_keep_alive = 3600  # a test may come long after the one before
        server = self._server = Server(config)
        self._stop = lambda: setattr(server, "should_exit", True)
        try:
            await server.serve()
        finally:
            await self.db.close()

    def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run work in a transaction of the backend's own database."""

        async def in_transaction() -> T:
            return await self.db.run(work)

        return asyncio.run_coroutine_threadsafe(in_transaction(), self.loop).result(_PATIENCE)

    def wait_for_streams_to_end(self) -> None:
        """Return when no stream is open."""

        async def look() -> None:
            while self.streams.open:  # noqa: ASYNC110 (there is nothing to be told by)
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(look(), self.loop).result(_PATIENCE)

    def held(self) -> list[Any]:
        """The connections that the server holds."""
        return list(self._server.server_state.connections)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Return when it holds in the server's loop."""

        async def look() -> None:
            while not holds():  # noqa: ASYNC110 (there is nothing to be told by)
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(look(), self.loop).result(_PATIENCE)

    def counts(self) -> dict[str, int]:
        """How many rows each table has: what was written shows here."""

        async def count(tx: Transaction) -> dict[str, int]:
            return await tx.first(_COUNTS) or {}

        return self.run(count)

    def has_no(self, *wanted: sa.Table) -> bool:
        """Whether these tables are empty."""

        async def look(tx: Transaction) -> bool:
            found = [await tx.first(sa.select(table)) for table in wanted]
            return not any(found)

        return self.run(look)

    def break_table(self, name: str) -> None:
        """Take a table away, as a fault would."""
        self.run(lambda tx: tx.execute(sa.text(f"DROP TABLE {name}")))

    def option_of_connections(self, level: int, option: int) -> list[int]:
        """A socket option of every connection that the server holds."""

        async def look() -> list[int]:
            held = [protocol.transport.get_extra_info("socket") for protocol in self._server.server_state.connections]
            return [each.getsockopt(level, option) for each in held]

        return asyncio.run_coroutine_threadsafe(look(), self.loop).result(_PATIENCE)

    def call(
        self,
        method: str,
        target: str,
        *,
        token: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """One request on the connection of this thread: the target and a body of `bytes` are sent unchanged."""
        sent = dict(headers or {})
        if token is not None:
            sent.setdefault("Authorization", f"Bearer {token}")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = getattr(self._calls, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
            self._calls.connection = connection
            self._hang_up.append(weakref.finalize(threading.current_thread(), connection.close))
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            with connection.getresponse() as response:
                raw = response.read()
                found = {name.lower(): value for name, value in response.getheaders()}
        except (http.client.HTTPException, OSError):
            connection.close()
            raise
        if found.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        return Answered(response.status, found, raw)
