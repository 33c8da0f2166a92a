"""Supervise several processes that share one listening socket.

They share no memory, so any of them answers any call. This process answers none; it replaces processes that end, and
stops all of them when it is stopped. If it is killed, their standard input ends and they stop by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from kraty_console.backend.runtime.serve import GRACE_SECONDS, announce, freeze_garbage, watch_parent
from kraty_console.backend.runtime.settings import Settings
from kraty_console.backend.runtime.startup import CannotServe

LOG: Final = logging.getLogger("kraty.fleet")

START_SECONDS: Final = 60.0
LAST_SECONDS: Final = 2.0
"""Time beyond the grace for the work of a process after its last calls."""

SHORT_LIFE_SECONDS: Final = 5.0
"""A process that ends sooner than this is restarted after growing delays."""
LONGEST_PAUSE_SECONDS: Final = 30.0


class _Supervisor:
    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._stopping = asyncio.Event()
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self._clock = asyncio.get_running_loop().time

    def stop(self) -> None:
        """Start no more processes, stop all of them, and accept no more calls."""
        self._stopping.set()
        self._listener.close()
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()

    def is_stopping(self) -> bool:
        """Whether it is stopping."""
        return self._stopping.is_set()

    async def run(self, announce: Callable[[], None]) -> None:
        """Start all processes, report when all listen, and keep them running until stopped."""
        numbers = range(self._settings.workers)
        started = await asyncio.gather(*(self._start(number) for number in numbers))
        try:
            if all(started):
                announce()
            elif not self.is_stopping():
                raise CannotServe("a process did not start; its output is above")
            await asyncio.gather(*(self._keep(number) for number in numbers))
        finally:
            self.stop()
            await asyncio.gather(*map(self._end, self._running.values()))

    async def _start(self, number: int) -> bool:
        """Start one process and wait until it listens; False if it ended before."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "kraty_console.backend.runtime.worker_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[self._listener.fileno()],
            start_new_session=True,  # signals from the terminal must not reach them first
        )
        self._running[number] = process
        assert process.stdin is not None
        assert process.stdout is not None
        if self.is_stopping():
            process.terminate()
        settings_line = f"{self._listener.fileno()} {self._settings.of_process(number).to_json()}\n"
        process.stdin.write(settings_line.encode())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                return bool(await process.stdout.readline())
        return False

    async def _keep(self, number: int) -> None:
        """Keep one process of this number running."""
        short_lives = 0
        while True:
            begun = self._clock()
            process = self._running[number]
            code = await process.wait()
            if self.is_stopping():
                return
            short_lives = short_lives + 1 if self._clock() - begun < SHORT_LIFE_SECONDS else 0
            LOG.error("process %d (%d) ended with %d; another takes its place", number, process.pid, code)
            await self._pause(min(2.0**short_lives - 1, LONGEST_PAUSE_SECONDS))
            if self.is_stopping():
                return
            if await self._start(number):
                LOG.warning("process %d (%d) answers", number, self._running[number].pid)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Wait for a process to end, and kill it if it does not."""
        try:
            async with asyncio.timeout(2 * GRACE_SECONDS + LAST_SECONDS):
                await process.wait()
        except TimeoutError:
            LOG.error("process %d did not end in time and was killed", process.pid)
            process.kill()
            await process.wait()


async def run_supervisor(
    settings: Settings, listener: socket.socket, prepare_once: Callable[[], Awaitable[str]]
) -> None:
    """Prepare, start the processes and keep them until SIGTERM, SIGINT, SIGHUP or the parent's end.

    `prepare_once` prepares the database and returns the address to announce.
    """
    supervisor = _Supervisor(settings, listener)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    if settings.exit_with_parent:
        watch_parent(loop, supervisor.stop)
    url = await prepare_once()
    if supervisor.is_stopping():
        return

    freeze_garbage()
    await supervisor.run(lambda: announce(f"listening on {url}"))
