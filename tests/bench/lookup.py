"""What a look-up costs the backend: its time on a kept connection, its round trips to the database and their cost."""

from __future__ import annotations

import asyncio
import http.client
import secrets
import select
import sqlite3
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from urllib.parse import urlsplit

import httpx
from starlette.types import ASGIApp, Message

from kraty_console.backend.app.application import build_app
from kraty_console.backend.http.call import Services
from kraty_console.backend.http.rate_limit import Rate, RateLimit
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage.database import Database
from tests.bench.report import Budget, Line, Section
from tests.harness.backend.query_plans import Sent, counted_trips, recorded
from tests.harness.e2e.demo_backend import DemoBackend

SMALL, LARGE = "grace_hopper", "heavy_user"
MOST_MORE = 1.2
"""How much more the largest player of the demo world may cost than one whose lists are just full."""
MOST_TIMES_RAW = 4
"""How many times the CPU time of its bare SQL a look-up may take."""
MOST_TRIPS = 4
LIMITS = (50, 5)
_APART = 1 / 45
"""Seconds between calls, so that the rate limit of 50 a second is never met."""


Costs = Mapping[str, float]
"""By player."""


@dataclass(frozen=True)
class InProcess:
    """What one look-up of each player takes, lists as long as they are by default, without a server around it.

    Of a caller who makes many: the session and the role are looked up once a second.
    """

    statements: Costs
    trips: Costs
    """How often it goes to the database and waits."""
    cpu_ms: Costs
    raw_ms: Costs
    """What the same statements take alone, their rows fetched and left as they are."""

    def lines(self) -> list[Line]:
        """As lines with budgets."""
        same = Budget(LARGE, self.statements[SMALL], f"(as {SMALL})")
        most = [Budget(name, MOST_TIMES_RAW * raw, f"({MOST_TIMES_RAW} × SQL)") for name, raw in self.raw_ms.items()]
        return [
            Line("statements", "", self.statements, [same]),
            Line("round trips", "", self.trips, [Budget(name, MOST_TRIPS) for name in self.trips]),
            Line("its SQL alone, CPU", "ms", self.raw_ms),
            Line("CPU in process", "ms", self.cpu_ms, most),
        ]


@dataclass(frozen=True)
class Lookups:
    """The medians of both players, for the lists as long as the console asks for and for lists that both can fill."""

    ms: Mapping[int, Costs]
    """Milliseconds, by the limit of the lists."""
    bytes: Mapping[int, Costs]
    within: InProcess

    def section(self) -> Section:
        """As lines with budgets."""
        lines = []
        for limit, ms in self.ms.items():
            most = Budget(LARGE, MOST_MORE * ms[SMALL], f"({MOST_MORE} × {SMALL})")
            lines.append(Line(f"round trip, lists of {limit}", "ms", ms, [most]))
            lines.append(Line(f"answer, lists of {limit}", "bytes", self.bytes[limit]))
        return Section("a look-up", [*lines, *self.within.lines()])


def measure_lookups(world: DemoBackend, calls: int) -> Lookups:
    """Look both players up in turn, `calls` times each, and again in process, to count statements and CPU time."""
    ms: dict[int, dict[str, list[float]]] = {limit: {SMALL: [], LARGE: []} for limit in LIMITS}
    size: dict[int, dict[str, float]] = {limit: {} for limit in LIMITS}
    token = world.credentials.sessions["GAME_ADMIN"]
    place = urlsplit(world.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    try:
        for _, limit, player in product(range(calls), LIMITS, (SMALL, LARGE)):
            began = time.perf_counter()
            path = f"{world.path_of(player)}?limit={limit}"
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            size[limit][player] = len(answer.read())
            ms[limit][player].append(1000 * (time.perf_counter() - began))
            if answer.status != 200:
                raise RuntimeError(f"the look-up of {player} answered {answer.status}")
            _pause(began + _APART)
    finally:
        connection.close()
    medians = {
        limit: {player: statistics.median(taken) for player, taken in players.items()} for limit, players in ms.items()
    }
    return Lookups(medians, size, asyncio.run(_in_process(world, [SMALL, LARGE], calls)))


def _pause(until: float) -> None:
    """Wait for a moment of the performance counter."""
    select.select([], [], [], max(0.0, until - time.perf_counter()))


async def _in_process(world: DemoBackend, players: Sequence[str], calls: int) -> InProcess:
    """Look-ups by the same application on the same database in this process."""
    database = Database.open(f"sqlite:///{world.database}")
    headers = {
        "Authorization": f"Bearer {world.credentials.sessions['GAME_ADMIN']}",
        "Accept-Encoding": "identity",  # as the calls over HTTP
    }
    sent: dict[str, list[Sent]] = {}
    trips: dict[str, float] = {}
    cpu: dict[str, list[float]] = {player: [] for player in players}
    raw: dict[str, list[float]] = {player: [] for player in players}
    try:
        app = build_app(
            Services(
                db=database,
                now_ms=_now_ms,
                new_id=IdSource(_now_ms, secrets.randbits),
                rate_limit=RateLimit(Rate(0), time.monotonic),
                public_url=world.url,
            )
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=world.url, headers=headers) as client:
            for player in players:
                await client.get(world.path_of(player))  # the first of a connection sets it up
                with recorded(database) as sent[player], counted_trips(database) as count:
                    (await client.get(world.path_of(player))).raise_for_status()
                trips[player] = count()
            with sqlite3.connect(world.database) as connection:
                for _, player in product(range(calls), players):
                    cpu[player].append(await _cpu_ms(app, client.build_request("GET", world.path_of(player))))
                    began = time.process_time()
                    for each in sent[player]:
                        if each.text != "BEGIN":
                            connection.execute(each.text, each.parameters).fetchall()
                    raw[player].append(1000 * (time.process_time() - began))
            connection.close()
    finally:
        await database.close()
    statements = {player: float(len(each)) for player, each in sent.items()}
    return InProcess(statements, trips, _medians(cpu), _medians(raw))


async def _cpu_ms(app: ASGIApp, request: httpx.Request) -> float:
    """Milliseconds of CPU that the application takes for a request, in all threads, without reading the answer."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Message) -> None:
        pass

    began = time.process_time()
    await app(scope, receive, send)
    return 1000 * (time.process_time() - began)


def _medians(taken: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {player: statistics.median(each) for player, each in taken.items()}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
