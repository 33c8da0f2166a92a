"""A program in a pseudo-terminal, with a clock beside every byte.

Stamps are the time of reading (or of arrival over a simulated link); painting waits for a lull in the output, so that
the emulator does not slow what it measures. Clocks start just before the program is started.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench.link import Link, Wire
from tests.harness.terminal import Emulator, open_terminal, spawn

now = time.monotonic
_LULL = 0.02  # seconds without output before the screen is painted
_PACKET = 1400  # bytes


@dataclass(frozen=True)
class Program:
    """A program to measure: `ready` is the expression its screen shows when it is; `keys` are named scripts
    (`Down*4 Tab text:hello_you`), `setup` is pressed before them; `alive` is a key that may be pressed at any moment,
    and the expression that its answer shows."""

    name: str
    argv: Sequence[str]
    ready: str = r"\S"
    keys: Mapping[str, str] = field(default_factory=dict)
    setup: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    alive: tuple[str, str] = ("", r"\S")


@dataclass(frozen=True)
class Options:
    """The terminal, the link and the patience (seconds); the same for all programs of a run."""

    size: tuple[int, int] = (120, 36)
    quiet: float = 0.3
    timeout: float = 30.0
    link: Link = field(default_factory=Link)
    modern: bool = True


@dataclass(frozen=True)
class Usage:
    """What a process and its children used: CPU seconds, summed peak memory in MiB, voluntary switches."""

    cpu_s: float
    peak_mib: float
    wakeups: int


class Watched:
    """A running program that is watched; a context manager that ends it and what it started."""

    def __init__(self, program: Program, options: Options) -> None:
        self.options = options
        self.emulator = Emulator(*options.size, modern=options.modern)
        self.chunks: list[tuple[float, bytes]] = []
        """Every arrival: when, and the bytes."""
        self.first_text_at: float | None = None
        self.ready_at: float | None = None
        self.settled = self.closed = False
        self._ready = re.compile(program.ready)
        self._wire = Wire(options.link)
        self._unpainted: list[float] = []
        self._last_read = 0.0
        self.started = now()
        self._ours, theirs = open_terminal(options.size)
        self.process, over = spawn(program.argv, theirs, program.env, program.cwd)
        os.close(theirs)
        os.close(over)

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def press(self, key: str) -> float:
        """Send one key; returns when it was sent."""
        at = now()
        self._wire.send("up", self.emulator.encode(key), at)
        return at

    def until(self, done: Callable[[], bool], limit: float) -> bool:
        """Step until `done`, a moment, or the end of the program; returns whether it is done."""
        while not done():
            if now() >= limit or (self.closed and not self._wire and not self._unpainted):
                return done()
            self._step(min(0.01, limit - now()))
        return True

    def watch(self, seconds: float) -> None:
        """Look on for some seconds."""
        self.until(lambda: False, now() + seconds)

    def settle(self, since: float, limit: float) -> bool:
        """Wait until nothing came for `options.quiet` seconds, counted from `since` or later."""

        def still() -> bool:
            last = max([since, *(at for at, _ in self.chunks[-1:])])
            return now() - last >= self.options.quiet and not self._wire

        settled = self.until(still, limit) or self.closed
        self._paint(None)
        return settled

    def wait_ready(self) -> bool:
        """Wait for the ready text and then for quiet; returns whether the text appeared."""
        limit = self.started + self.options.timeout
        ready = self.until(lambda: self.ready_at is not None, limit)
        self.settled = self.settle(self.ready_at or self.started, limit)
        return ready

    def usage(self) -> Usage:
        """What the program and its children have used until now."""
        cpu, peak, wakeups = 0.0, 0.0, 0
        for process in self._tree():
            with suppress(OSError, IndexError, psutil.Error):
                cpu += time.clock_gettime((~process.pid << 3) | 2)  # Linux: the CPU clock of that process
                cpu += sum(process.cpu_times()[2:4])  # its children that ended
                folder = Path(f"/proc/{process.pid}")
                peak += int((folder / "status").read_text().split("VmHWM:")[1].split()[0]) / 1024
                for task in (folder / "task").iterdir():
                    switches = (task / "status").read_text().split("\nvoluntary_ctxt_switches:")[1]
                    wakeups += int(switches.split()[0])
        return Usage(cpu, peak, wakeups)

    def close(self) -> None:
        """End the program and what it started, by their ids: hang up, terminate, then kill."""
        tree = self._tree()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
            for process in tree:
                with suppress(psutil.Error):
                    process.send_signal(number)
            limit = now() + 3
            self.until(lambda: self.process.poll() is not None, limit)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, limit - now()))
                break
        os.close(self._ours)

    def _tree(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        return []

    def _step(self, timeout: float) -> None:
        """Wait at most `timeout` seconds for one event: bytes to read, bytes due, a lull to paint in."""
        due = self._wire.next_at()
        wait = max(0.0, min(timeout, timeout if due is None else due - now(), _LULL if self._unpainted else timeout))
        if select.select([] if self.closed else [self._ours], [], [], wait)[0]:
            try:
                self._wire.send("down", os.read(self._ours, _PACKET), now())
            except OSError:  # nobody holds the other end any more
                self.closed = True
            self._last_read = now()
        for at, direction, data in self._wire.arrived(now()):
            if direction == "down":
                self._arrive(at, data)
            elif not self.closed:
                os.write(self._ours, data)
        if self._unpainted and now() - self._last_read >= _LULL:
            self._paint(1)

    def _arrive(self, at: float, data: bytes) -> None:
        self.chunks.append((at, data))
        before = self.emulator.backlog
        answers = self.emulator.receive(data)
        self._unpainted += [at] * (self.emulator.backlog - before)
        if answers:
            self._wire.send("up", answers, at)

    def _paint(self, at_most: int | None) -> None:
        for at in self._unpainted[:at_most]:
            self.emulator.draw(1)
            if self.ready_at is None:
                text = "\n".join(self.emulator.lines_drawn())
                if self.first_text_at is None and text.strip():
                    self.first_text_at = at
                if self._ready.search(text):
                    self.ready_at = at
        del self._unpainted[:at_most]
