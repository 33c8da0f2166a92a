"""Keys while a slow server sends a long answer: what each costs in CPU time, and how long the dearest is waited for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle
from threading import Event, Thread
from urllib.parse import urlsplit

from tests.bench.measures import middle
from tests.bench.report import Budget, Line, Section
from tests.bench.watch import Options, Program, Watched, now
from tests.harness.e2e.demo_backend import DemoBackend

MOST_CPU_MS = 16
"""Of our own CPU time, until a key is answered."""
MOVING, TYPING = "moving", "typing"
_KBPS = 128
_PIECE = 800  # bytes
_AFTER = 0.5  # seconds of keys after the last byte of the answer


@dataclass
class Trickle:
    """A server that sends what another one does, but slowly."""

    url: str
    came_at: list[float] = field(default_factory=list)
    """When each piece was sent on."""


@contextmanager
def trickling(url: str, kbps: float) -> Iterator[Trickle]:
    """A slow server in front of one on this machine: requests pass at once, answers at `kbps` kbit/s."""
    place = urlsplit(url)
    over = Event()
    listener = socket.create_server(("127.0.0.1", 0))
    trickle = Trickle(f"http://127.0.0.1:{listener.getsockname()[1]}")
    ends: list[socket.socket] = [listener]

    def carry(here: socket.socket, there: socket.socket, seconds: float) -> None:
        with suppress(OSError):
            while data := here.recv(_PIECE):
                over.wait(seconds * len(data) / _PIECE)
                if seconds:
                    trickle.came_at.append(now())
                there.sendall(data)
        for end in (here, there):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((place.hostname or "", place.port or 80))
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ends.extend((near, far))
                for here, there, seconds in ((near, far, 0.0), (far, near, 8 * _PIECE / 1000 / kbps)):
                    Thread(target=carry, args=(here, there, seconds), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield trickle
    finally:
        over.set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass(frozen=True)
class Pressed:
    """A key that was answered: milliseconds of our CPU time and of waiting until it was."""

    cpu_ms: float
    waited_ms: float


def measure_slow(world: DemoBackend, options: Options) -> dict[str, list[Pressed]]:
    """Move the cursor, or type a search, while the lists of a player grow to their longest."""
    return {
        MOVING: _while_it_loads(world, options, "1 End", ("Up", "Down")),
        TYPING: _while_it_loads(world, options, "1 End /", ("a", "Backspace")),
    }


def _while_it_loads(world: DemoBackend, options: Options, begin: str, keys: tuple[str, str]) -> list[Pressed]:
    with trickling(world.url, _KBPS) as trickle:
        slow = replace(world, url=trickle.url)
        program = Program("slow", slow.console("heavy_user"), "daily_race", env=world.env("slow"))
        with Watched(program, options) as watched:
            watched.wait_ready()
            watched.until(partial(_rests, trickle), now() + options.timeout)
            for key in begin.split():
                watched.press(key)
            return _press_while_it_loads(watched, trickle, keys)


def _rests(trickle: Trickle) -> bool:
    return bool(trickle.came_at) and now() - trickle.came_at[-1] > _AFTER


def _press_while_it_loads(watched: Watched, trickle: Trickle, keys: tuple[str, str]) -> list[Pressed]:
    seen = len(trickle.came_at)
    limit = now() + watched.options.timeout
    watched.until(lambda: len(trickle.came_at) > seen, limit)
    pressed = []
    for key in cycle(keys):
        if _rests(trickle) or now() > limit:
            return pressed
        there, before = _place(watched), watched.usage().cpu_s
        at = watched.press(key)
        watched.until(lambda there=there: _place(watched) != there, limit)
        pressed.append(Pressed(1000 * (watched.usage().cpu_s - before), 1000 * (watched.chunks[-1][0] - at)))
    return pressed


def _place(watched: Watched) -> tuple[str, int]:
    """What is typed, and where the cursor of the rows is: what a key has to change."""
    lines = watched.emulator.text().splitlines()
    return lines[1], next((y for y, line in enumerate(lines) if "│▸" in line), -1)


def slow_section(pressed: dict[str, list[Pressed]]) -> Section:
    """The lines: the usual key, and the dearest."""
    usual = {name: middle([each.cpu_ms for each in keys]) for name, keys in pressed.items()}
    most = {name: max((each.cpu_ms for each in keys), default=None) for name, keys in pressed.items()}
    waited = {name: max((each.waited_ms for each in keys), default=None) for name, keys in pressed.items()}
    return Section(
        "keys while 200 rows of each list load slowly",
        [
            Line("keys", "", {name: len(keys) for name, keys in pressed.items()}),
            Line("CPU of a key", "ms", usual, [Budget(name, MOST_CPU_MS) for name in pressed]),
            Line("CPU of the dearest key", "ms", most, [Budget(name, MOST_CPU_MS) for name in pressed]),
            Line("the longest wait for a key", "ms", waited),
        ],
    )
