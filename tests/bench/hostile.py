"""`python -m tests.bench.hostile` (`make bench-hostile`): what attacks cost a caller who means no harm.

For each attack: what the p50 of an honest caller's look-up becomes while it lasts, beside what it was just before. The
goal is 1.5 times at most. The backend runs with its usual limits on a SQLite file with the demo world; the honest
caller comes from 127.0.0.1, the attackers from 127.0.0.2 and on, in a process of their own at the lowest priority, so
that it is the backend that is measured and not the machine. All of it stays on the loopback, is bounded in number and
time, and ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import multiprocessing
import os
import socket
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

from tests.contract.test_serve import serve, started

GOAL: Final = 1.5
SECONDS: Final = 6.0
"""How long an attack lasts at most."""
LOOKS: Final = 120
"""Look-ups before and during each attack."""
PAUSE: Final = 0.03
"""Between two of them: within the usual rate, and still far more than a person sends."""

TICK: Final = 0.05
"""What attackers wait between two things (seconds)."""

HEAVY: Final = "heavy_user"


@dataclass(frozen=True)
class Place:
    """Whom to attack, and with what."""

    port: int
    game: str
    player: str
    client_key: str
    server_key: str
    session: str
    """A viewer's."""
    outsider: str
    """The credential of a member of another studio."""
    silent: int
    """A port that takes connections and never answers."""


class Attacker:
    """Connections from an address, for so long."""

    def __init__(self, place: Place, number: int, until: float) -> None:
        self.place = place
        self.until = until
        self.address = f"127.0.0.{2 + number % 200}"
        self.answers: Counter[str] = Counter()
        self.registering = asyncio.Lock()
        self.secret = ""

    @property
    def goes_on(self) -> bool:
        """Whether it is not over."""
        return time.monotonic() < self.until

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection from the attacker's address, or from the usual one where the system has no other."""
        try:
            return await asyncio.open_connection("127.0.0.1", self.place.port, local_addr=(self.address, 0))
        except OSError:
            return await asyncio.open_connection("127.0.0.1", self.place.port)

    async def call(self, method: str, path: str, token: str, body: bytes = b"", most: int = 10_000) -> None:
        """The same call again and again on one connection, opened again when it is closed."""
        sent = 0
        head = _head(method, path, token, f"Content-Length: {len(body)}", "Content-Type: application/json")
        while self.goes_on and sent < most:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                reader, writer = await self.connect()
                try:
                    while self.goes_on and sent < most:
                        sent += 1
                        writer.write(head + body)
                        await writer.drain()
                        self.answers[await _answer(reader)] += 1
                finally:
                    writer.close()
            await asyncio.sleep(TICK)


def _head(method: str, path: str, token: str, *more: str) -> bytes:
    bearer = [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *bearer, *more, "", ""]).encode()


async def _answer(reader: asyncio.StreamReader) -> str:
    """The status of an answer, read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
    if "transfer-encoding: chunked" in head:
        await reader.readuntil(b"0\r\n\r\n")
    else:
        await reader.readexactly(length)
    return head.split(" ", 2)[1]


Attack = Callable[[Attacker, int], Awaitable[None]]
"""What one of its connections does; the second is its number."""


async def _endless_head(attacker: Attacker, _number: int) -> None:
    """Headers without end, 60 MB at most."""
    while attacker.goes_on:
        with contextlib.suppress(OSError):
            _, writer = await attacker.connect()
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
            for _ in range(60_000):
                writer.write(b"X-More: " + b"a" * 1000 + b"\r\n")
                await writer.drain()
                if not attacker.goes_on:
                    break
            writer.close()
        attacker.answers["ended"] += 1
        await asyncio.sleep(TICK)


async def _half_head(attacker: Attacker, number: int) -> None:
    """Half a head, or nothing at all, and then silence."""
    while attacker.goes_on:
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await attacker.connect()
            if number % 2:
                writer.write(b"GET /admin/v1/health HTTP/1.1\r\nHos")
            async with asyncio.timeout(max(0.0, attacker.until - time.monotonic())):
                await reader.read()
            writer.close()
        attacker.answers["ended"] += 1
        await asyncio.sleep(TICK)


async def _stream(attacker: Attacker, _number: int) -> None:
    """An event stream that stays open, of the one player that its address has."""
    place, name = attacker.place, f"listener_{attacker.address}"
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with attacker.registering:
            if not attacker.secret:
                attacker.secret = await _registered(attacker, name)
        reader, writer = await attacker.connect()
        secret = f"X-Player-Secret: {attacker.secret}"
        writer.write(_head("GET", f"/sdk/v1/players/{name}/inventory/stream", place.client_key, secret))
        attacker.answers[(await reader.readuntil(b"\r\n")).decode().split(" ", 2)[1]] += 1
        async with asyncio.timeout(max(0.0, attacker.until - time.monotonic())):
            await reader.read()
        writer.close()


async def _registered(attacker: Attacker, name: str) -> str:
    """The secret of a player."""
    reader, writer = await attacker.connect()
    writer.write(_head("POST", f"/sdk/v1/players/{name}/register", attacker.place.client_key, "Content-Length: 2"))
    writer.write(b"{}")
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    made = json.loads(await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0])))
    writer.close()
    return str(made["data"]["secret"])


def _flood(method: str, path: str, credential: str, body: bytes = b"") -> Attack:
    """The same call again and again; path and credential name a field of the place, or stand for themselves."""

    async def attack(attacker: Attacker, number: int) -> None:
        place = attacker.place
        known = {name: getattr(place, name) for name in ("game", "player", "client_key", "session")}
        token = getattr(place, credential, credential).replace("#", str(number))
        await attacker.call(method, path.format(**known, number=number), token, body)

    return attack


async def _hooks(attacker: Attacker, number: int) -> None:
    """Repeat a change that fires events for endpoints that never answer."""
    body = json.dumps({"amount": 1}).encode()
    path = f"/server/v1/players/told_{number}/wallet/gold/credit"
    while attacker.goes_on:
        await attacker.call("POST", path, attacker.place.server_key, body, most=1)
        for _ in range(4):
            await asyncio.sleep(TICK)


_FIELDS: Final = json.dumps({f"f{number}": number for number in range(70_000)}).encode()

ATTACKS: Final[dict[str, tuple[int, int, Attack]]] = {
    "headers without end": (4, 1, _endless_head),
    "200 half-sent heads and idle connections": (200, 1, _half_head),
    "979 KB register bodies, client key": (
        4,
        1,
        _flood("POST", "/sdk/v1/players/p{number}/register", "client_key", b'{"email":"' + b"x" * 1_002_000 + b'"}'),
    ),
    "70,000 unknown fields, client key": (
        4,
        1,
        _flood("POST", "/sdk/v1/players/p{number}/register", "client_key", _FIELDS[:60_000] + b"}"),
    ),
    "70,000 unknown fields, a viewer": (4, 1, _flood("POST", "{game}/grants", "session", _FIELDS)),
    "300 event streams from six addresses": (300, 6, _stream),
    "limit=200 of a heavy player, ten connections": (
        10,
        1,
        _flood("GET", "{game}/players/" + HEAVY + "?limit=200", "session"),
    ),
    "calls with the client key, no player's secret": (
        20,
        1,
        _flood("GET", "/sdk/v1/players/p{number}/inventory", "client_key"),
    ),
    "bad tokens": (20, 1, _flood("GET", "/admin/v1/me", "kst_" + "x" * 40 + "#")),
    "an outsider's denied attempts": (20, 1, _flood("GET", "{game}/players/p{number}", "outsider")),
    "a viewer's denied attempts": (20, 1, _flood("POST", "{game}/players/p{number}/ban", "session", b"{}")),
    "health from 100 connections": (100, 1, _flood("GET", "/admin/v1/health", "")),
    "paths that are not there": (20, 1, _flood("GET", "/nothing/{number}", "")),
    "events for eight silent endpoints": (2, 1, _hooks),
}
"""Name → connections, addresses they come from, and what each does."""


def attack(name: str, place: Place, ready: Connection) -> None:
    """Run an attack in this process, say when it has begun, and at its end what was answered."""
    os.nice(19)

    async def work() -> Counter[str]:
        connections, addresses, each = ATTACKS[name]
        until = time.monotonic() + SECONDS
        attackers = [Attacker(place, number, until) for number in range(addresses)]
        tasks = [
            asyncio.create_task(each(attackers[number % addresses], number))  # type: ignore[arg-type]
            for number in range(connections)
        ]
        await asyncio.sleep(0)
        ready.send("begun")
        _, late = await asyncio.wait(tasks, timeout=SECONDS + 1)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return sum((attacker.answers for attacker in attackers), Counter())

    ready.send(asyncio.run(work()))


def look(place: Place, times: int, until: float | None = None) -> list[float]:
    """So many look-ups by the honest caller, in milliseconds; fewer when time is over."""
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=60)
    taken, rest = [], threading.Event()
    headers = {"Authorization": f"Bearer {place.player}"}
    for _ in range(times):
        if until is not None and time.monotonic() > until:
            break
        begun = time.perf_counter()
        connection.request("GET", f"{place.game}/players/alice_42", headers=headers)
        with connection.getresponse() as answer:
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"the honest caller got {answer.status}")
        taken.append((time.perf_counter() - begun) * 1000)
        rest.wait(PAUSE)
    connection.close()
    return taken


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Place]:
    """A backend with the demo world, and the target of the attack."""
    file = folder / "credentials.json"
    command = serve(folder, "--demo", "--credentials-out", str(file), "--webhooks-to-private")
    with socket.create_server(("127.0.0.1", 0), backlog=512) as silent, started(command) as (process, url):
        told = json.loads(file.read_text(encoding="utf-8"))
        place = Place(
            port=urlsplit(url).port or 0,
            game=f"/admin/v1/studios/{told['studioId']}/games/{told['gameId']}",
            player=told["sessions"]["GAME_ADMIN"],
            client_key=told["keys"]["client_sdk"],
            server_key=told["keys"]["server_integration"],
            session=told["sessions"]["GAME_VIEWER"],
            outsider=told["otherStudio"]["session"],
            silent=silent.getsockname()[1],
        )
        _silent_endpoints(place)
        yield place
        process.terminate()
        process.wait(60)


def _silent_endpoints(place: Place) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=60)
    headers = {"Authorization": f"Bearer {place.player}", "Content-Type": "application/json"}
    for number in range(8):
        body: dict[str, Any] = {"url": f"http://127.0.0.1:{place.silent}/{number}", "reason": "to be silent"}
        body["idempotencyKey"] = f"silent-endpoint-{number}"
        connection.request("POST", f"{place.game}/webhooks/endpoints", json.dumps(body), headers)
        with connection.getresponse() as answer:
            answer.read()
            if answer.status != 201:
                raise SystemExit(f"an endpoint could not be made: {answer.status}")
    connection.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print a table in Markdown; the exit code is 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hostile", description=__doc__)
    parser.add_argument("--only", help="attacks whose name holds this")
    arguments = parser.parse_args(argv)
    names = [name for name in ATTACKS if arguments.only is None or arguments.only in name]
    context = multiprocessing.get_context("spawn")
    missed = []
    print("| attack | p50 before | p50 during | times | answers to the attack |\n|---|---|---|---|---|", flush=True)
    with TemporaryDirectory(prefix="kraty-hostile-") as folder, served(Path(folder)) as place:
        look(place, 20)
        for name in names:
            before = statistics.median(look(place, LOOKS))
            ours, theirs = context.Pipe()
            process = context.Process(target=attack, args=(name, place, theirs), daemon=True)
            process.start()
            ours.recv()
            during = statistics.median(look(place, LOOKS, time.monotonic() + SECONDS))
            answers = ours.recv()
            process.join(SECONDS)
            told = ", ".join(f"{count:,} × {what}" for what, count in sorted(answers.items()))
            print(f"| {name} | {before:.1f} ms | {during:.1f} ms | {during / before:.2f} | {told} |", flush=True)
            if during > GOAL * before:
                missed.append(name)
    if missed:
        print(f"over {GOAL}: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
