"""Many look-ups in one console: what it holds in memory must not grow with what it has shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import cycle, islice

import psutil

from tests.bench.report import Budget, Line, Section
from tests.bench.watch import Options, Program, Watched, now
from tests.harness.e2e.demo_backend import DemoBackend

PLAYERS = ("alice_42", "bob_7", "carol_ng", "erin", "heavy_user", "grace_hopper", "ivy", "frank")
MOST_GROWTH = 5
"""Per cent."""


@dataclass(frozen=True)
class Soak:
    """Resident memory, in MiB, after a tenth of the look-ups and after all of them."""

    lookups: int
    early_mib: float
    late_mib: float
    seconds: float

    def section(self, name: str) -> Section:
        """The lines of the table."""
        return Section(
            f"{self.lookups:,} look-ups in one console",
            [
                Line("memory after a tenth", "MiB", {name: self.early_mib}),
                Line("memory after all", "MiB", {name: self.late_mib}),
                Line("growth", "%", {name: 100 * (self.late_mib / self.early_mib - 1)}, [Budget(name, MOST_GROWTH)]),
                Line("a look-up, key to rows", "ms", {name: 1000 * self.seconds / self.lookups}),
            ],
        )


def soak(world: DemoBackend, options: Options, lookups: int) -> Soak:
    """Open one player after the other, all panes of each; raises RuntimeError when one never comes."""
    program = Program("soak", world.console(), "GAME_ADMIN", env=world.env("soak"))
    early = max(len(PLAYERS), lookups // 10)
    with Watched(program, options) as watched:
        watched.wait_ready()
        begun, early_mib = now(), 0.0
        for count, player in enumerate(islice(cycle(PLAYERS), lookups), 1):
            for key in ("/", *player, "Enter"):
                watched.press(key)
            shown = re.compile(rf"▸ {re.escape(player)} .*as of")
            if not watched.until(lambda shown=shown: _heads(watched, shown), now() + options.timeout):
                raise RuntimeError(f"look-up {count} of {lookups}, {player}, never came:\n{watched.emulator.text()}")
            for pane in "23456":
                watched.press(pane)
            watched.settle(now(), now() + options.timeout)
            if count == early:
                early_mib = _resident(watched.process.pid)
        return Soak(lookups, early_mib, _resident(watched.process.pid), now() - begun)


def _heads(watched: Watched, shown: re.Pattern[str]) -> bool:
    return not watched.emulator.in_frame and shown.search(watched.emulator.lines()[0]) is not None


def _resident(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 2**20
