"""What a look-up costs the backend: its time on a kept connection, and the statements it sends to its database."""

from __future__ import annotations

import asyncio
import http.client
import secrets
import select
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from urllib.parse import urlsplit

import httpx
import sqlalchemy as sa

from kraty_console.backend.app.application import build_app
from kraty_console.backend.http.call import Services
from kraty_console.backend.http.rate_limit import Rate, RateLimit
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage.database import Database
from tests.bench.report import Budget, Line, Section
from tests.harness.e2e.demo_backend import DemoBackend

SMALL, LARGE = "grace_hopper", "heavy_user"
MOST_MORE = 1.2
"""How much more the largest player of the demo world may cost than one whose lists are just full."""
LIMITS = (50, 5)
_APART = 1 / 45
"""Seconds between calls, so that the rate limit of 50 a second is never met."""


Costs = Mapping[str, float]
"""By player."""


@dataclass(frozen=True)
class Lookups:
    """The medians of both players, for the lists as long as the console asks for and for lists that both can fill."""

    ms: Mapping[int, Costs]
    """Milliseconds, by the limit of the lists."""
    bytes: Mapping[int, Costs]
    statements: Costs

    def section(self) -> Section:
        """As lines with budgets."""
        lines = []
        for limit, ms in self.ms.items():
            most = Budget(LARGE, MOST_MORE * ms[SMALL], f"({MOST_MORE} × {SMALL})")
            lines.append(Line(f"round trip, lists of {limit}", "ms", ms, [most]))
            lines.append(Line(f"answer, lists of {limit}", "bytes", self.bytes[limit]))
        same = Budget(LARGE, self.statements[SMALL], f"(as {SMALL})")
        return Section("a look-up", [*lines, Line("statements", "", self.statements, [same])])


def measure_lookups(world: DemoBackend, calls: int) -> Lookups:
    """Look both players up in turn, `calls` times each, and once more in process to count statements."""
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
    return Lookups(medians, size, asyncio.run(_count(world, [SMALL, LARGE])))


def _pause(until: float) -> None:
    """Wait for a moment of the performance counter."""
    select.select([], [], [], max(0.0, until - time.perf_counter()))


async def _count(world: DemoBackend, players: Sequence[str]) -> dict[str, float]:
    """The statements of one look-up each, by the same application on the same database in this process."""
    database = Database.open(f"sqlite:///{world.database}")
    counted: list[str] = []

    def saw(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", saw)
    headers = {"Authorization": f"Bearer {world.credentials.sessions['GAME_ADMIN']}"}
    counts: dict[str, float] = {}
    try:
        app = build_app(
            Services(
                db=database,
                now_ms=_now_ms,
                new_id=IdSource(_now_ms, secrets.randbits),
                rate_limit=RateLimit(Rate(), time.monotonic),
                public_url=world.url,
            )
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=world.url) as client:
            for player in players:
                await client.get(world.path_of(player), headers=headers)  # the first of a connection sets it up
                counted.clear()
                (await client.get(world.path_of(player), headers=headers)).raise_for_status()
                counts[player] = len(counted)
    finally:
        await database.close()
    return counts


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
