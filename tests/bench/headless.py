"""What `search` and `show` cost in CPU time, beside an interpreter that makes one request and prints the answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from tests.bench.measures import middle
from tests.bench.report import Line, Section
from tests.harness.e2e.demo_backend import DemoBackend

REQUEST, SEARCH, SHOW = "one request", "search", "show"
COLUMNS = (REQUEST, SEARCH, SHOW)
_FLOOR = Path(__file__).parent / "floors" / "request.py"
_PLAYER = "alice_42"


def measure_headless(world: DemoBackend, runs: int) -> dict[str, float | None]:
    """Milliseconds of CPU time of each command: the median of `runs`, taken in turn."""
    url = f"{world.url}{world.path_of(_PLAYER)}"
    commands: dict[str, list[str]] = {
        REQUEST: [sys.executable, str(_FLOOR), url, world.credentials.sessions["GAME_ADMIN"]],
        SEARCH: world.console("search", _PLAYER),
        SHOW: world.console("show", _PLAYER),
    }
    env = {**os.environ, **world.env("headless")}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(-1, runs):
        for name, command in commands.items():
            ms = _cpu_ms(command, env)
            if run >= 0:
                taken[name].append(ms)
    return {name: middle(each) for name, each in taken.items()}


def _cpu_ms(command: Sequence[str], env: Mapping[str, str]) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    after = getrusage(RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def headless_section(cpu_ms: Mapping[str, float | None]) -> Section:
    """The line of the CPU times."""
    return Section("without a screen", [Line("CPU", "ms", cpu_ms)])
