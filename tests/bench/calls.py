"""Calls over HTTP on a kept connection, to two servers in turn, and how long each kind took."""

from __future__ import annotations

import http.client
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.crowd import PENDING, STUCK, UNROLLED, Crowd
from tests.harness.contract.served_backend import segment
from tests.harness.contract.troubled_game import TroubledGame

Asked = tuple[str, str, object]
"""Method, path and body."""


@contextmanager
def serving(url: str) -> Iterator[int]:
    """The port of a server on the database: a process of its own, as people run it, without a rate."""
    command = [sys.executable, "-m", "kraty_console", "backend", "serve", "--database", url]
    command += ["--listen", "127.0.0.1:0", "--rate", "0", "--no-worker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = re.search(r":(\d+)$", process.stdout.readline().strip())
            assert told is not None, "the server did not start"
            yield int(told[1])
        finally:
            process.terminate()


class Caller:
    """Calls a server about one crowd."""

    def __init__(self, world: TroubledGame, crowd: Crowd, port: int) -> None:
        self.world = world
        self.crowd = crowd
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def player(self, number: int) -> str:
        """The path of a player."""
        return f"{self.world.game}/players/{segment(self.crowd.external_id(number))}"

    def once(self, call: Callable[[Caller, int], Asked], number: int) -> tuple[float, bytes]:
        """Make one call about a player: milliseconds, and the answer."""
        method, path, body = call(self, number)
        headers = {"Authorization": f"Bearer {self.world.sessions['GAME_ADMIN']}"}
        began = time.perf_counter()
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        taken = 1000 * (time.perf_counter() - began)
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path} answered {answer.status}: {raw[:500]!r}")
        return taken, raw


def _get(path: Callable[[Caller, int], str]) -> Callable[[Caller, int], Asked]:
    return lambda caller, number: ("GET", path(caller, number), None)


def _post(path: Callable[[Caller, int], str], **body: object) -> Callable[[Caller, int], Asked]:
    def ask(caller: Caller, number: int) -> Asked:
        target = path(caller, number)
        return "POST", target, {"reason": "bench", "idempotencyKey": f"{number:08}{target[-90:]}", **body}

    return ask


def _grant(caller: Caller, number: int) -> Asked:
    entries = [{"type": "currency", "currencyKey": "gold", "amount": 5}]
    named = {"externalPlayerId": caller.crowd.external_id(number), "entries": entries}
    return "POST", f"{caller.world.game}/grants", {**named, "reason": "bench", "idempotencyKey": f"grant-{number:08}"}


CALLS: Mapping[str, Callable[[Caller, int], Asked]] = {
    "look-up": _get(lambda caller, number: caller.player(number)),
    "search by id": _get(lambda c, number: f"{c.world.game}/players?query={c.crowd.external_id(number)}"),
    "search by e-mail": _get(lambda c, number: f"{c.world.game}/players?query={segment(c.crowd.email(number))}"),
    "search by prefix": _get(lambda c, number: f"{c.world.game}/players?query={c.crowd.external_id(number)[:-1]}"),
    "timeline page": _get(lambda caller, number: f"{caller.player(number)}/timeline?limit=10"),
    "audit page": _get(lambda caller, _: f"{caller.world.log}?limit=50"),
    "audit page of a player": _get(lambda c, number: f"{c.world.log}?player={c.crowd.external_id(number)}"),
    "force-complete": _post(
        lambda c, number: f"{c.world.game}/attempts/{c.crowd.attempt_id(number, STUCK)}/force-complete", finalScore=5000
    ),
    "retry reward roll": _post(
        lambda c, number: f"{c.world.game}/attempts/{c.crowd.attempt_id(number, UNROLLED)}/retry-reward-roll"
    ),
    "manual grant": _grant,
    "force-claim": _post(lambda c, number: f"{c.world.game}/grants/{c.crowd.grant_id(number, PENDING[0])}/force-claim"),
    "wallet credit": _post(lambda caller, number: f"{caller.player(number)}/wallet/gold/credit", amount=5),
}
"""What is measured; the last five change something, each time about another player."""


@dataclass
class Measured:
    """One kind of call, on the small game and on the large one; milliseconds."""

    name: str
    small: list[float] = field(default_factory=list)
    large: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def ratio(self) -> float:
        """How much more it costs in the large game, by the middle call."""
        return statistics.median(self.large) / statistics.median(self.small)


def measure(callers: Sequence[Caller], times: int, chance: random.Random) -> list[Measured]:
    """Call both in turn, each kind of call so many times, so that what else the machine does falls on both alike."""
    found = {name: Measured(name) for name in CALLS}
    numbers = [_numbers(caller.crowd.players, times, chance) for caller in callers]
    for turn in range(-3, times):
        for name, call in CALLS.items():
            order = [0, 1] if turn % 2 else [1, 0]
            for which in order:
                taken, _ = callers[which].once(call, numbers[which][turn + 3])
                if turn >= 0:  # the first few only warm up
                    (found[name].large if which else found[name].small).append(taken)
    return list(found.values())


def _numbers(players: int, times: int, chance: random.Random) -> list[int]:
    """Players that were not requested before, from all over the game; the first two were used to count queries."""
    return chance.sample(range(2, players), times + 3)


def markdown(found: Sequence[Measured], few: int, many: int) -> str:
    """The table for people."""
    lines = [
        f"| call | queries | p50, {few:,} players | p50, {many:,} | ratio | p99, {few:,} | p99, {many:,} |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for each in found:
        small, large = _percentiles(each.small), _percentiles(each.large)
        lines.append(
            f"| {each.name} | {each.queries} | {small[0]:.1f} ms | {large[0]:.1f} ms | {each.ratio:.2f}"
            f" | {small[1]:.1f} ms | {large[1]:.1f} ms |"
        )
    return "\n".join(lines)


def _percentiles(taken: Sequence[float]) -> tuple[float, float]:
    ranked = sorted(taken)
    return statistics.median(ranked), ranked[min(len(ranked) - 1, round(0.99 * len(ranked)))]
